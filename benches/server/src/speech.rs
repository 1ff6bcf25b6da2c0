//! How one asks for a value, or sets it, over HTTP and in the protocol of Redis
//! (<https://redis.io/docs/latest/develop/reference/protocol-spec/>, version 2).

use std::io::Write;

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::http;

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Speech {
    Http,
    Redis,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Get,
    Put,
}

/// A reply that has come as a whole.
pub struct Reply {
    pub good: bool,
    pub length: usize,
}

/// A value of about a hundred bytes.
fn value(key: u32) -> String {
    format!(
        r#"{{"id":{key},"name":"Item number {key:06}","tags":["alpha","beta"],"price":{key}.5,"text":"some words of text"}}"#
    )
}

impl Speech {
    /// Appends a request.
    pub fn ask(self, out: &mut Vec<u8>, what: What, key: u32) -> Result<()> {
        let key_text = format!("key-{key:05}");
        match (self, what) {
            (Speech::Http, What::Get) => {
                write!(out, "GET /dicts/bench/{key_text} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            }
            (Speech::Http, What::Put) => {
                let value = value(key);
                write!(
                    out,
                    "PUT /dicts/bench/{key_text} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                     Content-Length: {}\r\n\r\n{value}",
                    value.len()
                )?;
            }
            (Speech::Redis, What::Get) => write!(out, "*2\r\n$3\r\nGET\r\n${}\r\n{key_text}\r\n", key_text.len())?,
            (Speech::Redis, What::Put) => {
                let value = value(key);
                write!(out, "*3\r\n$3\r\nSET\r\n${}\r\n{key_text}\r\n${}\r\n{value}\r\n", key_text.len(), value.len())?;
            }
        }
        Ok(())
    }

    /// The reply that the bytes begin with; none as long as a part of it is missing.
    pub fn reply(self, bytes: &[u8]) -> Result<Option<Reply>> {
        match self {
            Speech::Http => {
                let reply = http::reply(bytes)?;
                Ok(reply.map(|reply| Reply { good: reply.status == 200, length: reply.length }))
            }
            Speech::Redis => redis_reply(bytes),
        }
    }
}

fn redis_reply(bytes: &[u8]) -> Result<Option<Reply>> {
    let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") else { return Ok(None) };
    let line = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let line_length = end + 2;
    match line.split_at_checked(1) {
        Some(("+", _)) => Ok(Some(Reply { good: true, length: line_length })),
        Some(("-", _) | ("$", "-1")) => Ok(Some(Reply { good: false, length: line_length })),
        Some(("$", length)) => {
            let length = line_length + length.parse::<usize>()? + 2;
            Ok((bytes.len() >= length).then_some(Reply { good: true, length }))
        }
        _ => bail!("Redis says {line:?}"),
    }
}
