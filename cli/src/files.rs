//! Files that commands read and write; `-` is the standard input or output.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use beaver_core::{Json, Result, utf8, wire};

use crate::context::Context;
use crate::exit::{Failure, Outcome};
use crate::progress::Bar;

/// How much of JSON Lines goes into one commit.
const PORTION_LINES: usize = 10_000;
const PORTION_BYTES: usize = 32 << 20;

/// Opens what is to be read, and tells how long it is where that is known.
pub fn input(cx: &Context, path: &str) -> Outcome<(Box<dyn Read>, Option<u64>)> {
    if path == "-" {
        return Ok((Box::new(cx.stdin()?), None));
    }
    let file = File::open(path).map_err(|e| Failure::file("read", path, &e))?;
    let length = file.metadata().ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
    Ok((Box::new(file), length))
}

/// Writes a file as a whole or not at all: beside its place first. What is no regular file (a pipe, a terminal) is
/// written as it comes.
pub fn output(cx: &Context, path: &str, write: impl FnOnce(&mut dyn Write) -> Outcome) -> Outcome {
    if path == "-" {
        return write(&mut cx.out.bytes());
    }
    let failed = |e: &io::Error| Failure::file("written", path, e);
    let place = Path::new(path);
    if fs::metadata(place).is_ok_and(|metadata| !metadata.is_file()) {
        let mut file = File::options().write(true).open(place).map_err(|e| failed(&e))?;
        return write(&mut file);
    }
    let mut beside = place.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let mut file = File::create_new(&beside).map_err(|e| failed(&e))?;
    let outcome = write(&mut file).and_then(|()| fs::rename(&beside, place).map_err(|e| failed(&e)));
    if outcome.is_err() {
        // What could not be written whole is of no use.
        let _ = fs::remove_file(&beside);
    }
    outcome
}

/// Copies bytes, and moves the bar.
pub fn copy(cx: &Context, from: &mut dyn Read, to: &mut dyn Write, what: &str, bar: &Bar) -> Outcome {
    let mut buffer = vec![0; 1 << 20];
    loop {
        let count = from.read(&mut buffer).map_err(|e| stream("read", what, e))?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        if let Err(e) = to.write_all(bytes) {
            return Err(if cx.out.is_broken() { Failure::BrokenPipe } else { stream("written", what, e) });
        }
        bar.add(count as u64);
        if !cx.interrupts.go_on() {
            return Err(beaver_core::Error::new(beaver_core::ErrorKind::Interrupted, "the copy was stopped").into());
        }
    }
}

/// The core's own error, where it was carried through a stream.
fn stream(done: &str, what: &str, error: io::Error) -> Failure {
    match error.downcast::<beaver_core::Error>() {
        Ok(error) => Failure::Error(error),
        Err(error) => Failure::file(done, what, &error),
    }
}

/// Reads JSON Lines and hands them on as JSON arrays, in portions of which each is to be one commit: all of up to
/// 10,000 lines or 32 MiB. Gives the sum of what the portions gave.
pub fn lines(cx: &Context, path: &str, each: impl FnMut(&Json) -> Result<u64>) -> Outcome<u64> {
    portions(cx, path, PORTION_LINES, PORTION_BYTES, each)
}

/// Reads JSON Lines as one JSON array.
pub fn all_lines(cx: &Context, path: &str) -> Outcome<Json> {
    let mut all = Json::parse("[]")?;
    portions(cx, path, usize::MAX, usize::MAX, |array| {
        all = array.clone();
        Ok(0)
    })?;
    Ok(all)
}

fn portions(
    cx: &Context,
    path: &str,
    most_lines: usize,
    most_bytes: usize,
    mut each: impl FnMut(&Json) -> Result<u64>,
) -> Outcome<u64> {
    let (input, length) = input(cx, path)?;
    let bar = Bar::bytes("read");
    bar.total(length.unwrap_or(0));
    let mut input = BufReader::with_capacity(256 << 10, input);
    let (mut portion, mut bytes, mut first, mut sum) = (Vec::new(), 0, 0, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        let count = input.read_until(b'\n', &mut line).map_err(|e| stream("read", path, e))?;
        let end = count == 0;
        let at = first + portion.len();
        let text = utf8("the line", &line).map_err(|e| e.at_operation(at))?.trim_ascii();
        if !text.is_empty() {
            // Each line for itself: together they might be JSON by chance.
            portion.push(Json::parse_envelope(text.as_bytes()).map_err(|e| e.at_operation(at))?);
            bytes += count;
        }
        bar.add(count as u64);
        if portion.len() >= most_lines || bytes >= most_bytes || (end && !portion.is_empty()) {
            let array = Json::parse_envelope(wire::array(portion.iter().map(Json::as_str)).as_bytes())?;
            sum += each(&array).map_err(|e| {
                let within = e.operation().unwrap_or(0);
                e.at_operation(first + within)
            })?;
            first += portion.len();
            portion.clear();
            bytes = 0;
        }
        if end {
            return Ok(sum);
        }
        if !cx.interrupts.go_on() {
            return Err(beaver_core::Error::new(beaver_core::ErrorKind::Interrupted, "reading was stopped").into());
        }
    }
}
