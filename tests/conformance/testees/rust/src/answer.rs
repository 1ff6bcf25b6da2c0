//! Answers: the part of the line after the id.

use std::fmt;

use beaver_core::{Error, ErrorKind, Json};
use serde::Serialize;

use crate::mutation;

pub struct Answer(String);

const CAPABILITIES: [&str; 6] = ["get-or", "json-text", "memory", "nul-in-text", "threads", "zero-ttl"];

pub fn hello(remote: bool) -> Answer {
    let testee = if remote { "remote" } else { "rust" };
    let mut hello = serde_json::json!({"protocol": 1, "testee": testee, "capabilities": CAPABILITIES});
    if let Some(area) = mutation::area() {
        hello["mutation"] = area.into();
    }
    Answer::of(&hello)
}

impl Answer {
    /// A result that is JSON text already.
    pub fn raw(text: &str) -> Answer {
        Answer(format!("\"result\":{}", text.replace(['\n', '\r'], " ")))
    }

    pub fn of<T: Serialize + ?Sized>(value: &T) -> Answer {
        Answer::raw(&serde_json::to_string(value).unwrap_or_default())
    }

    pub fn null() -> Answer {
        Answer::raw("null")
    }

    /// For calls that give nothing.
    pub fn done((): ()) -> Answer {
        Answer::null()
    }

    pub fn json(value: Option<Json>) -> Answer {
        value.map_or_else(Answer::absent, |json| Answer::raw(json.as_str()))
    }

    pub fn absent() -> Answer {
        Answer("\"absent\":true".into())
    }

    pub fn timeout() -> Answer {
        Answer("\"timeout\":true".into())
    }

    /// Null, or absent.
    pub fn found(found: bool) -> Answer {
        if found { Answer::null() } else { Answer::absent() }
    }

    pub fn no_object() -> Answer {
        Error::new(ErrorKind::InvalidArgument, "there is no such object").into()
    }

    pub fn unknown(verb: &str) -> Answer {
        Error::new(ErrorKind::Unsupported, format!("the testee does not know {verb}")).into()
    }
}

impl From<Error> for Answer {
    fn from(error: Error) -> Self {
        if mutation::is("limits") && error.kind() == ErrorKind::Limit {
            return Answer::null();
        }
        let kind = if mutation::is("errors") { "INTERNAL" } else { error.kind().name() };
        Answer(format!(
            "\"error\":{}",
            serde_json::json!({"kind": kind, "message": error.message(), "index": error.operation()})
        ))
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A JSON array of texts that are JSON already.
pub fn array(items: impl IntoIterator<Item = String>) -> Answer {
    let items: Vec<String> = items.into_iter().collect();
    Answer::raw(&format!("[{}]", items.join(",")))
}

pub fn bytes(bytes: &[u8]) -> String {
    use fmt::Write;
    let hex = bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("{{\"$bytes\":\"{hex}\"}}")
}
