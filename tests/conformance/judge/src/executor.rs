//! Runs one test after the other against testees that it starts as they are needed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::value::RawValue;

use crate::encode::{self, Scope};
use crate::matcher;
use crate::ops::Table;
use crate::suite::{Entity, MAIN, Step, Suite, Test, WorkerKind};
use crate::testee::{Answer, Fault, Program, Testee, request};
use crate::value::{at_pointer, quote, raw, short, view};

/// Why a test failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Where and how, without any value: the same failure gives the same words on every run.
    pub signature: String,
    pub detail: String,
}

impl Failure {
    pub const NOT_STARTED: &str = "not started";

    fn new(signature: impl Into<String>, detail: impl Into<String>) -> Failure {
        Failure { signature: signature.into(), detail: detail.into() }
    }

    fn in_step(self, place: &str) -> Failure {
        Failure { signature: format!("{place}: {}", self.signature), detail: self.detail }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        let signature = match &fault {
            Fault::Died(_) => "died",
            Fault::Hung(_) => "no answer",
            Fault::Nonsense(_) => "nonsense",
        };
        Failure::new(signature, fault.to_string())
    }
}

/// A suite that cannot be carried out as it is written.
fn unusable(error: &anyhow::Error) -> Failure {
    Failure::new("unusable step", format!("{error:#}"))
}

pub struct Executor<'a> {
    program: &'a Program,
    /// A worker whose process is of another program than the others.
    other: Option<(&'a str, &'a Program)>,
    table: &'a Table,
    processes: BTreeMap<String, Testee>,
}

impl<'a> Executor<'a> {
    pub fn new(program: &'a Program, table: &'a Table) -> Self {
        Executor { program, other: None, table, processes: BTreeMap::new() }
    }

    /// As `new`, with a worker that is of another program.
    pub fn with_other(program: &'a Program, worker: &'a str, other: &'a Program, table: &'a Table) -> Self {
        Executor { other: Some((worker, other)), ..Executor::new(program, table) }
    }

    /// Runs one test on a fresh database.
    ///
    /// # Errors
    /// The test failed. Every process of the testee is then gone, so that the next test is not its victim.
    pub fn run(&mut self, suite: &Suite, test: &Test) -> Result<(), Failure> {
        let result = self.run_in_folder(suite, test);
        if result.is_err() {
            self.processes.clear();
        }
        result
    }

    fn run_in_folder(&mut self, suite: &Suite, test: &Test) -> Result<(), Failure> {
        let folder = tempfile::Builder::new().prefix("judge-").tempdir();
        let folder = folder.map_err(|e| Failure::new("no folder", e.to_string()))?;
        for (name, text) in &test.files {
            std::fs::write(folder.path().join(name), text).map_err(|e| Failure::new("no folder", e.to_string()))?;
        }
        let mut run = Run {
            executor: self,
            test,
            folder: folder.path(),
            entities: suite.entities_of(test),
            open: BTreeMap::new(),
            saved: BTreeMap::new(),
            background: BTreeMap::new(),
        };
        for (index, step) in test.steps.iter().enumerate() {
            run.step(step).map_err(|failure| failure.in_step(&format!("step {}", index + 1)))?;
        }
        run.reset_all()?;
        for (index, step) in test.outcome.iter().enumerate() {
            run.step(step).map_err(|failure| failure.in_step(&format!("outcome {}", index + 1)))?;
        }
        if test.outcome.is_empty() { Ok(()) } else { run.reset_all() }
    }

    /// Says goodbye to every process. What it reports is what went wrong there.
    pub fn finish(&mut self) -> Vec<String> {
        let mut faults = Vec::new();
        for (worker, testee) in std::mem::take(&mut self.processes) {
            match testee.bye() {
                Ok(0) => {}
                Ok(count) => faults.push(format!("{worker}: {count} objects are alive at the end")),
                Err(fault) => faults.push(format!("{worker}: {fault}")),
            }
        }
        faults
    }

    fn process(&mut self, name: &str) -> Result<&mut Testee, Failure> {
        if !self.processes.contains_key(name) {
            let other = self.other.filter(|(worker, _)| *worker == name);
            let started = Testee::start(other.map_or(self.program, |(_, program)| program));
            let started = started.map_err(|e| Failure::new(Failure::NOT_STARTED, format!("{e:#}")))?;
            self.processes.insert(name.to_string(), started);
        }
        self.processes.get_mut(name).ok_or_else(|| Failure::new(Failure::NOT_STARTED, name))
    }
}

/// A request that was sent and not yet answered.
struct Asked<'a> {
    step: &'a Step,
    process: String,
    id: u64,
    since: Instant,
}

struct Run<'a, 'b> {
    executor: &'b mut Executor<'a>,
    test: &'b Test,
    folder: &'b Path,
    entities: BTreeMap<String, Entity>,
    /// What each process has by name.
    open: BTreeMap<String, BTreeSet<String>>,
    saved: BTreeMap<String, Box<RawValue>>,
    background: BTreeMap<String, Asked<'b>>,
}

impl<'b> Run<'_, 'b> {
    fn step(&mut self, step: &'b Step) -> Result<(), Failure> {
        if let Some(milliseconds) = step.sleep_ms {
            std::thread::sleep(Duration::from_millis(milliseconds));
            return Ok(());
        }
        if let Some(killed) = &step.kill {
            self.executor.processes.remove(killed);
            self.open.remove(killed);
            self.background.retain(|_, asked| asked.process != *killed);
            return Ok(());
        }
        if let Some(reopened) = &step.reopen {
            return self.reset(reopened);
        }
        if let (Some(name), Some(milliseconds)) = (&step.pending, step.for_ms) {
            return self.still_pending(name, Duration::from_millis(milliseconds));
        }
        if let Some(name) = &step.awaits {
            let asked = self.background.remove(name);
            let asked = asked.ok_or_else(|| Failure::new("unusable step", format!("nothing is called {name}")))?;
            return self.settle(step, &asked, Instant::now());
        }
        let asked = self.ask(step)?;
        if let Some(name) = &step.background {
            self.background.insert(name.clone(), asked);
            return Ok(());
        }
        let since = asked.since;
        self.settle(step, &asked, since)
    }

    /// The process of a worker, and the thread in it.
    fn place<'s>(&self, worker: Option<&'s str>) -> (&'s str, Option<&'s str>) {
        let worker = worker.unwrap_or(MAIN);
        match self.test.workers.get(worker) {
            Some(WorkerKind::Thread) => (MAIN, Some(worker)),
            _ => (worker, None),
        }
    }

    fn ask(&mut self, step: &'b Step) -> Result<Asked<'b>, Failure> {
        let (process, thread) = self.place(step.worker.as_deref());
        let name = step.operation(&self.entities).map_err(|e| unusable(&e))?;
        let members = match &step.on {
            Some(on) if step.verb.as_deref() == Some("open") => {
                let database = self.entities[on].database.clone();
                if let Some(needed) = self.base_of(on, database) {
                    self.prepare(process, &needed)?;
                }
                self.opening(on, &step.args)?
            }
            on => {
                if let Some(on) = on {
                    self.prepare(process, on)?;
                }
                let args = match name.as_str() {
                    "free" => "{}".to_string(),
                    _ => {
                        let operation = self.executor.table.get(&name).map_err(|e| unusable(&e))?;
                        encode::arguments(&operation.args, &step.args, &self.scope()).map_err(|e| unusable(&e))?
                    }
                };
                request(&name, on.as_deref(), step.creates.as_deref(), &args, thread)
            }
        };
        step.note_new_object(&mut self.entities, self.executor.table);
        let testee = self.executor.process(process)?;
        let since = Instant::now();
        let id = testee.send(&members);
        Ok(Asked { step, process: process.to_string(), id, since })
    }

    fn scope(&self) -> Scope<'_> {
        Scope { folder: self.folder, saved: &self.saved }
    }

    /// The database that a structure needs to be opened.
    fn base_of(&self, entity: &str, database: Option<String>) -> Option<String> {
        (self.entities[entity].kind != "database").then(|| database.unwrap_or_else(|| "db".to_string()))
    }

    /// Makes sure that the process has an entity.
    fn prepare(&mut self, process: &str, name: &str) -> Result<(), Failure> {
        if self.open.get(process).is_some_and(|open| open.contains(name)) {
            return Ok(());
        }
        let entity = &self.entities[name];
        if entity.kind != "database" && entity.name.is_none() {
            return Err(Failure::new("not made", format!("this worker has no {name}")));
        }
        if let Some(base) = self.base_of(name, entity.database.clone()) {
            self.prepare(process, &base)?;
        }
        let members = self.opening(name, &BTreeMap::new())?;
        let testee = self.executor.process(process)?;
        let id = testee.send(&members);
        let limit = self.executor.program.limit;
        match self.executor.process(process)?.answer_by(id, Instant::now() + limit)? {
            Some((_, Answer::Result(_))) => {}
            Some((_, answer)) => {
                return Err(Failure::new("not opened", format!("cannot open {name}: {}", describe(&answer))));
            }
            None => return Err(Fault::Hung(limit).into()),
        }
        self.open.entry(process.to_string()).or_default().insert(name.to_string());
        Ok(())
    }

    /// The request that opens an entity; a step can say otherwise than the entity does.
    fn opening(&self, name: &str, args: &BTreeMap<String, Box<RawValue>>) -> Result<String, Failure> {
        let entity = &self.entities[name];
        let make = || -> anyhow::Result<String> {
            let mut all = args.clone();
            let (op, on) = if entity.kind == "database" {
                let path = entity.path.as_deref().unwrap_or("test.db");
                all.entry("path".to_string()).or_insert(raw(quote(path))?);
                if let Some(options) = &entity.options {
                    all.entry("options".to_string()).or_insert(options.clone());
                }
                ("open".to_string(), None)
            } else {
                if let Some(own) = &entity.name {
                    all.entry("name".to_string()).or_insert(own.clone());
                }
                (format!("database.{}", entity.kind), Some(entity.database.as_deref().unwrap_or("db")))
            };
            let operation = self.executor.table.get(&op)?;
            let args = encode::arguments(&operation.args, &all, &self.scope())?;
            Ok(request(&op, on, Some(name), &args, None))
        };
        make().map_err(|e| unusable(&e))
    }

    /// Waits for an answer and judges it.
    fn settle(&mut self, step: &Step, asked: &Asked, waiting_since: Instant) -> Result<(), Failure> {
        let limit = step.within_ms.map_or(self.executor.program.limit, Duration::from_millis);
        let testee = self.executor.process(&asked.process)?;
        let Some((arrived, answer)) = testee.answer_by(asked.id, waiting_since + limit)? else {
            return Err(Fault::Hung(limit).into());
        };
        self.judge(step, &answer)?;
        let took = arrived.saturating_duration_since(asked.since);
        if let Some(least) = step.at_least_ms
            && took < Duration::from_millis(least)
        {
            return Err(Failure::new(
                "too early",
                format!("answered after {} ms, not after {least}", took.as_millis()),
            ));
        }
        let open = self.open.entry(asked.process.clone()).or_default();
        if let Answer::Result(result) = &answer {
            let opened = asked.step.verb.as_deref() == Some("open");
            let name = if opened { asked.step.on.as_ref() } else { asked.step.creates.as_ref() };
            open.extend(name.cloned());
            for (name, pointer) in &step.save {
                let value =
                    at_pointer(result, pointer).map_err(|e| Failure::new("nothing to save", format!("{e:#}")))?;
                self.saved.insert(name.clone(), value.to_owned());
            }
        }
        if asked.step.verb.as_deref() == Some("free") {
            asked.step.on.as_ref().map(|name| open.remove(name));
        }
        Ok(())
    }

    fn judge(&self, step: &Step, answer: &Answer) -> Result<(), Failure> {
        let wrong = |wanted: &str| {
            let signature = match answer {
                Answer::Error(error) => format!("got error {}", kind_of(error)),
                Answer::Result(_) => "got a result".to_string(),
                Answer::Absent => "got absent".to_string(),
                Answer::Timeout => "got timeout".to_string(),
            };
            Err(Failure::new(signature, format!("expected {wanted}, got {}", describe(answer))))
        };
        match (answer, &step.error) {
            (Answer::Error(error), Some(expected)) => {
                let expected = self.expand(expected)?;
                match matcher::matches(&expected, error) {
                    Ok(()) => Ok(()),
                    Err(message) => Err(Failure::new(format!("got error {}", kind_of(error)), message)),
                }
            }
            (_, Some(expected)) => wrong(&format!("the error {}", expected.get())),
            (Answer::Absent, None) if step.absent.is_some() => Ok(()),
            (Answer::Timeout, None) if step.timeout.is_some() => Ok(()),
            (Answer::Result(result), None) if step.expects_result() => {
                let Some(expected) = &step.result else {
                    return Ok(());
                };
                let expected = self.expand(expected)?;
                let verdict = matcher::matches(&expected, result);
                verdict.map_err(|message| Failure::new("another result", message))
            }
            _ if step.absent.is_some() => wrong("absent"),
            _ if step.timeout.is_some() => wrong("timeout"),
            _ => wrong("a result"),
        }
    }

    fn expand(&self, value: &RawValue) -> Result<Box<RawValue>, Failure> {
        encode::expand(value, &self.scope()).and_then(raw).map_err(|e| unusable(&e))
    }

    fn still_pending(&mut self, name: &str, time: Duration) -> Result<(), Failure> {
        let Some(asked) = self.background.get(name) else {
            return Err(Failure::new("unusable step", format!("nothing is called {name}")));
        };
        let (process, id) = (asked.process.clone(), asked.id);
        match self.executor.process(&process)?.answer_by(id, Instant::now() + time)? {
            None => Ok(()),
            Some((_, answer)) => Err(Failure::new("did not wait", format!("{name} has got {}", describe(&answer)))),
        }
    }

    fn reset(&mut self, process: &str) -> Result<(), Failure> {
        self.open.remove(process);
        let Some(testee) = self.executor.processes.get_mut(process) else {
            return Ok(());
        };
        match testee.reset()? {
            0 => Ok(()),
            count => Err(Failure::new(
                "leaked",
                format!("{count} objects of {process} are alive after everything was freed"),
            )),
        }
    }

    fn reset_all(&mut self) -> Result<(), Failure> {
        let names: Vec<String> = self.executor.processes.keys().cloned().collect();
        names.iter().try_for_each(|name| self.reset(name))
    }
}

fn describe(answer: &Answer) -> String {
    match answer {
        Answer::Result(result) => format!("the result {}", short(result.get())),
        Answer::Error(error) => format!("the error {}", short(error.get())),
        Answer::Absent => "absent".to_string(),
        Answer::Timeout => "timeout".to_string(),
    }
}

fn kind_of(error: &RawValue) -> String {
    let kind = at_pointer(error, "/kind").and_then(view).context("no kind");
    match kind {
        Ok(crate::value::View::Text(kind)) => kind,
        _ => "without a kind".to_string(),
    }
}
