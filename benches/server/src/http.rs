//! As much of HTTP/1.1 as it takes to ask a server that is known: a reply has a Content-Length.

use anyhow::{Context, Result, bail, ensure};

/// A reply that has come as a whole.
pub struct Reply<'b> {
    pub status: u16,
    pub body: &'b [u8],
    /// The bytes of all of it.
    pub length: usize,
}

/// The reply that the bytes begin with; none as long as a part of it is missing.
pub fn reply(bytes: &[u8]) -> Result<Option<Reply<'_>>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.with_context(|| format!("no status in {head:?}"))?;
    // Answers that switch to another protocol have no body.
    let length = if status == 101 { 0 } else { content_length(head)? };
    let start = end + 4;
    Ok(bytes.get(start..start + length).map(|body| Reply { status, body, length: start + length }))
}

fn content_length(head: &str) -> Result<usize> {
    for line in head.split("\r\n").skip(1) {
        let (name, value) = line.split_once(':').context("a line of a head has a colon")?;
        if name.eq_ignore_ascii_case("content-length") {
            return value.trim().parse().context("no length");
        }
    }
    bail!("a reply without a Content-Length: {head:?}")
}

/// What went well.
pub fn good(reply: &Reply<'_>) -> Result<()> {
    ensure!(reply.status == 200, "status {}: {}", reply.status, String::from_utf8_lossy(reply.body));
    Ok(())
}
