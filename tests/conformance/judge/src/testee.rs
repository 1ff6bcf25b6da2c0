//! A testee: a program that is asked in lines of JSON on its stdin and answers on its stdout.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::value::{quote, short};

/// How to start a testee.
#[derive(Debug, Clone)]
pub struct Program {
    pub name: String,
    pub command: Vec<String>,
    pub protocol: u64,
    /// What its list says that it can do, and what it must say itself.
    pub capabilities: BTreeSet<String>,
    /// The area in which it has to be wrong.
    pub mutation: Option<String>,
    /// How long it may take for a step that says nothing else.
    pub limit: Duration,
}

/// What a testee answered.
#[derive(Debug)]
pub enum Answer {
    Result(Box<RawValue>),
    Absent,
    Timeout,
    Error(Box<RawValue>),
}

/// Why there is no answer. The testee is of no use any more.
#[derive(Debug)]
pub enum Fault {
    Died(String),
    Hung(Duration),
    Nonsense(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: u64,
    #[serde(default, deserialize_with = "given")]
    result: Option<Box<RawValue>>,
    absent: Option<bool>,
    timeout: Option<bool>,
    error: Option<Box<RawValue>>,
}

fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hello {
    protocol: u64,
    testee: String,
    capabilities: BTreeSet<String>,
    mutation: Option<String>,
}

#[derive(Deserialize)]
struct Live {
    live: u64,
}

pub struct Testee {
    child: Child,
    requests: Option<Sender<String>>,
    lines: Receiver<(Instant, Result<String, String>)>,
    answers: BTreeMap<u64, (Instant, Answer)>,
    asked: u64,
    complaints: Arc<Mutex<String>>,
    limit: Duration,
}

impl Testee {
    /// Starts a process and shakes hands with it.
    ///
    /// # Errors
    /// It cannot be started, or is not the testee it should be.
    pub fn start(program: &Program) -> Result<Testee> {
        let (first, rest) = program.command.split_first().context("no command that starts a testee")?;
        let mut command = Command::new(first);
        command.args(rest).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        match &program.mutation {
            Some(area) => command.env("BEAVER_MUTATE", area),
            None => command.env_remove("BEAVER_MUTATE"),
        };
        let mut child = command.spawn().with_context(|| format!("cannot start {first}"))?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            bail!("a testee without pipes");
        };
        // A thread writes, so that a testee that has stopped reading cannot stop the judge.
        let (requests, outgoing) = channel::<String>();
        std::thread::spawn(move || {
            for line in outgoing {
                if stdin.write_all(line.as_bytes()).and_then(|()| stdin.flush()).is_err() {
                    break;
                }
            }
        });
        let (sender, lines) = channel();
        std::thread::spawn(move || read_lines(stdout, &sender));
        let complaints = Arc::new(Mutex::new(String::new()));
        let tail = Arc::clone(&complaints);
        std::thread::spawn(move || keep_tail(stderr, &tail));
        let mut testee = Testee {
            child,
            requests: Some(requests),
            lines,
            answers: BTreeMap::new(),
            asked: 0,
            complaints,
            limit: program.limit,
        };
        testee.shake_hands(program)?;
        Ok(testee)
    }

    fn shake_hands(&mut self, program: &Program) -> Result<()> {
        let request = format!("\"op\":\"hello\",\"args\":{{\"protocol\":{}}}", program.protocol);
        let result = self.ask_own(&request).map_err(|fault| anyhow::anyhow!("{fault} at the handshake"))?;
        let hello: Hello =
            serde_json::from_str(result.get()).with_context(|| format!("not a handshake: {}", short(result.get())))?;
        ensure!(
            hello.protocol == program.protocol,
            "the testee speaks protocol {}, not {}",
            hello.protocol,
            program.protocol
        );
        ensure!(hello.testee == program.name, "the testee says that it is {}, not {}", hello.testee, program.name);
        if let Some(extra) = hello.capabilities.difference(&program.capabilities).next() {
            bail!("the testee has the capability {extra}, which its list lacks");
        }
        if let Some(missing) = program.capabilities.difference(&hello.capabilities).next() {
            bail!("the testee lacks the capability {missing}, which its list has");
        }
        ensure!(hello.mutation == program.mutation, "the testee did not take up the mutation {:?}", program.mutation);
        Ok(())
    }

    /// Sends a request (its members but for the id) and gives its number.
    pub fn send(&mut self, members: &str) -> u64 {
        self.asked += 1;
        if let Some(requests) = &self.requests {
            // If nobody takes it any more, the wait for the answer will say so.
            let _ = requests.send(format!("{{\"id\":{},{members}}}\n", self.asked));
        }
        self.asked
    }

    /// Waits for an answer until the deadline. Nothing, if it has not come by then.
    ///
    /// # Errors
    /// The testee died or answered nonsense.
    pub fn answer_by(&mut self, id: u64, deadline: Instant) -> Result<Option<(Instant, Answer)>, Fault> {
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return Ok(Some(answer));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok((when, Ok(line))) => {
                    let (number, answer) = parse(&line)?;
                    if number == 0 || number > self.asked || self.answers.insert(number, (when, answer)).is_some() {
                        return Err(Fault::Nonsense(format!("an answer that nobody asked for: {}", short(&line))));
                    }
                }
                Ok((_, Err(message))) => return Err(Fault::Nonsense(message)),
                Err(RecvTimeoutError::Timeout) => return Ok(None),
                Err(RecvTimeoutError::Disconnected) => return Err(Fault::Died(self.last_words())),
            }
        }
    }

    /// Asks something of the testee itself, which must give a result.
    fn ask_own(&mut self, members: &str) -> Result<Box<RawValue>, Fault> {
        let id = self.send(members);
        let limit = self.limit;
        match self.answer_by(id, Instant::now() + limit)? {
            Some((_, Answer::Result(result))) => Ok(result),
            Some((_, other)) => Err(Fault::Nonsense(format!("no result for {members}: {other:?}"))),
            None => Err(Fault::Hung(limit)),
        }
    }

    /// Has everything closed and forgotten; gives the number of objects that are still alive.
    pub fn reset(&mut self) -> Result<u64, Fault> {
        let result = self.ask_own("\"op\":\"reset\"")?;
        live(&result)
    }

    /// Ends the testee in peace; gives the number of objects that are still alive.
    pub fn bye(mut self) -> Result<u64, Fault> {
        let result = self.ask_own("\"op\":\"bye\"")?;
        let count = live(&result)?;
        self.requests = None;
        let deadline = Instant::now() + self.limit;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(count),
                Ok(Some(status)) => return Err(Fault::Died(format!("{status} after bye"))),
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                _ => return Err(Fault::Hung(self.limit)),
            }
        }
    }

    fn last_words(&mut self) -> String {
        let status = match self.child.wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        // What it wrote last may still be on its way.
        std::thread::sleep(Duration::from_millis(20));
        let words = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
        if words.is_empty() { status } else { format!("{status}; its last words: {}", words.trim_end()) }
    }
}

impl Drop for Testee {
    /// Kills the process: what should end in peace has said `bye` before.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Died(how) => write!(f, "the testee died: {how}"),
            Fault::Hung(after) => write!(f, "the testee gave no answer within {} ms", after.as_millis()),
            Fault::Nonsense(what) => write!(f, "the testee answered nonsense: {what}"),
        }
    }
}

fn live(result: &RawValue) -> Result<u64, Fault> {
    let live: Result<Live, _> = serde_json::from_str(result.get());
    live.map(|live| live.live)
        .map_err(|_| Fault::Nonsense(format!("no number of live objects: {}", short(result.get()))))
}

fn parse(line: &str) -> Result<(u64, Answer), Fault> {
    let parsed: Line = serde_json::from_str(line).map_err(|e| Fault::Nonsense(format!("{e}: {}", short(line))))?;
    let answer = match parsed {
        Line { result: Some(result), absent: None, timeout: None, error: None, .. } => Answer::Result(result),
        Line { result: None, absent: Some(true), timeout: None, error: None, .. } => Answer::Absent,
        Line { result: None, absent: None, timeout: Some(true), error: None, .. } => Answer::Timeout,
        Line { result: None, absent: None, timeout: None, error: Some(error), .. } => Answer::Error(error),
        _ => {
            return Err(Fault::Nonsense(format!("not one of result, absent, timeout, error: {}", short(line))));
        }
    };
    Ok((parsed.id, answer))
}

fn read_lines(stdout: ChildStdout, sender: &Sender<(Instant, Result<String, String>)>) {
    let mut reader = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        match reader.read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let line = String::from_utf8(line).map_err(|_| "a line that is not UTF-8".to_string());
        if sender.send((Instant::now(), line)).is_err() {
            return;
        }
    }
}

/// Reads what a testee complains about and keeps the last two thousand bytes of it.
fn keep_tail(mut stderr: ChildStderr, tail: &Mutex<String>) {
    let mut buffer = [0; 1024];
    while let Ok(count) = stderr.read(&mut buffer) {
        if count == 0 {
            return;
        }
        let mut text = tail.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        if let Some((start, _)) = text.char_indices().rev().nth(2000) {
            text.drain(..start);
        }
    }
}

/// The members of a request.
pub fn request(op: &str, on: Option<&str>, creates: Option<&str>, args: &str, thread: Option<&str>) -> String {
    let mut members = vec![format!("\"op\":{}", quote(op))];
    for (name, value) in [("on", on), ("as", creates), ("thread", thread)] {
        members.extend(value.map(|value| format!("\"{name}\":{}", quote(value))));
    }
    if args != "{}" {
        members.push(format!("\"args\":{args}"));
    }
    members.join(",")
}
