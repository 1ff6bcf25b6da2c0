//! An input of the fuzzer `engine_request`: requests of one session, with a line `---` between them.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use beaver_core::remote::{Answer, Service};
use beaver_core::{Beaver, Cancel, ErrorKind};

/// What stands between two requests.
pub const BETWEEN: &[u8] = b"\n---\n";
/// How long a request may take: who waits would do so for 25 seconds.
const PATIENCE: Duration = Duration::from_millis(20);

/// Answers an input. Gives what went wrong: an error that tells of a fault here.
pub fn check(db: &Beaver, input: &[u8]) -> Result<(), String> {
    let service = Service::new(db);
    for (place, request) in split(input).into_iter().enumerate() {
        let answer = ask(&service, request);
        let Some(error) = answer.and_then(|answer| answer.error()) else { continue };
        let faults = [ErrorKind::Io, ErrorKind::Corrupt, ErrorKind::Internal, ErrorKind::Panic, ErrorKind::Closed];
        if faults.contains(&error.kind()) {
            return Err(format!("request {place}: {} {}", error.kind(), error.message()));
        }
    }
    Ok(())
}

/// The requests of an input.
pub fn split(input: &[u8]) -> Vec<&[u8]> {
    let mut requests = Vec::new();
    let mut rest = input;
    while let Some(end) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN) {
        requests.push(&rest[..end]);
        rest = &rest[end + BETWEEN.len()..];
    }
    requests.push(rest);
    requests
}

/// Answers a request, which may wait for a moment; none if it would wait for longer.
pub fn ask(service: &Service, request: &[u8]) -> Option<Answer> {
    let gone = Cancel::new();
    let (done, ended) = channel::<()>();
    std::thread::scope(|scope| {
        let gone = &gone;
        scope.spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                gone.cancel();
            }
        });
        let answer = gone.during(|| service.answer(request, false)).ok();
        drop(done);
        answer
    })
}
