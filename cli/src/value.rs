//! Values from arguments: JSON, or else a plain string; from the standard input (`-`) and from files (`@file`) too.

use std::fs;
use std::io::Read;

use beaver_core::{Json, utf8, wire};
use clap::ValueEnum;

use crate::context::Context;
use crate::exit::{Failure, Outcome};

/// How values are read.
#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Values {
    /// JSON, or else a plain string; what begins as JSON ({, [, ") has to be some
    #[default]
    Auto,
    /// JSON, and nothing else
    Json,
    /// A string as it stands, whatever it looks like
    String,
}

/// What `-` and `@file` name, or the argument itself.
fn text(cx: &Context, argument: &str) -> Outcome<(String, bool)> {
    let bytes = if argument == "-" {
        let mut bytes = Vec::new();
        cx.stdin()?.read_to_end(&mut bytes).map_err(|e| Failure::file("read", "the standard input", &e))?;
        bytes
    } else if let Some(path) = argument.strip_prefix('@') {
        fs::read(path).map_err(|e| {
            let hint = format!(r#"{path} cannot be read: {e} (the string itself is written '"@{path}"')"#);
            Failure::Error(beaver_core::Error::new(beaver_core::ErrorKind::Io, hint))
        })?
    } else {
        return Ok((argument.to_owned(), false));
    };
    Ok((utf8("the value", &bytes)?.to_owned(), true))
}

fn string(text: &str) -> Outcome<Json> {
    Ok(Json::parse(&wire::string(text))?)
}

/// The value that an argument stands for.
pub fn value(cx: &Context, argument: &str) -> Outcome<Json> {
    let (text, read) = text(cx, argument)?;
    match cx.values {
        Values::Json => Ok(Json::parse(&text)?),
        Values::String => string(&text),
        Values::Auto => match Json::parse(&text) {
            Ok(json) => Ok(json),
            Err(e) if text.trim_start().starts_with(['{', '[', '"']) => {
                let message = format!("{}; for the text itself: --values string", e.message());
                let error = beaver_core::Error::new(e.kind(), message);
                Err(e.offset().map_or_else(|| error.clone(), |offset| error.clone().at_offset(offset)).into())
            }
            // The line end is that of `echo` and of editors.
            Err(_) if read => {
                let line = text.strip_suffix('\n').unwrap_or(&text);
                string(line.strip_suffix('\r').unwrap_or(line))
            }
            Err(_) => string(&text),
        },
    }
}

/// As [`value`], for what has to be JSON: filters, options, metadata, vectors.
pub fn json(cx: &Context, argument: &str) -> Outcome<Json> {
    Ok(Json::parse(text(cx, argument)?.0.trim_ascii())?)
}

/// Several values.
pub fn values(cx: &Context, arguments: &[String]) -> Outcome<Vec<Json>> {
    arguments.iter().map(|argument| value(cx, argument)).collect()
}

/// A vector: a JSON array of numbers.
pub fn vector(cx: &Context, argument: &str) -> Outcome<Vec<f32>> {
    Ok(wire::vector("the vector", &json(cx, argument)?)?)
}

/// Options as the JSON object that the core reads: those that were given as JSON, with the flags over them.
pub fn options(cx: &Context, given: Option<&str>, flags: Vec<(&str, Option<Json>)>) -> Outcome<String> {
    let mut members = match given {
        Some(given) => wire::members("--options", &json(cx, given)?)?,
        None => Vec::new(),
    };
    for (name, flag) in flags {
        if let Some(json) = flag {
            members.retain(|(other, _)| other != name);
            members.push((name.to_owned(), json));
        }
    }
    Ok(wire::object(members.iter().map(|(name, json)| (name.as_str(), json.clone()))))
}

/// A flag's value as JSON.
pub fn flag<T: serde::Serialize>(value: &T) -> Option<Json> {
    Json::of(value).ok()
}

/// A flag that is set or not: only set it counts.
pub fn set(flag: bool) -> Option<Json> {
    flag.then(|| Json::from(serde_json::Value::Bool(true)))
}

/// Texts of a flag, none if there are none.
pub fn texts(texts: &[String]) -> Option<Json> {
    if texts.is_empty() { None } else { flag(&texts) }
}
