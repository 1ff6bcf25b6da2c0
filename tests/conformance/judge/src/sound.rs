//! Whether a test means what its author thought: names, arguments, expectations, order.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};

use crate::encode;
use crate::ops::Table;
use crate::suite::{Entity, MAIN, Step, Suite, Test, WorkerKind};

pub struct Checker<'a> {
    test: &'a Test,
    table: &'a Table,
    entities: BTreeMap<String, Entity>,
    background: BTreeMap<&'a str, (String, &'a str)>,
    saved: BTreeSet<&'a str>,
}

impl<'a> Checker<'a> {
    pub fn new(suite: &'a Suite, test: &'a Test, table: &'a Table) -> Result<Self> {
        for capability in suite.requires.iter().chain(&test.requires) {
            ensure!(table.capabilities.contains_key(capability), "no such capability: {capability}");
        }
        ensure!(!test.because.trim().is_empty(), "an expectation needs its reason");
        ensure!(!test.steps.is_empty(), "a test without steps");
        ensure!(!test.workers.contains_key(MAIN), "the worker main is always there");
        let entities = suite.entities_of(test);
        for (name, entity) in &entities {
            let database = entity.kind == "database";
            let opened = table.operations.get(&format!("database.{}", entity.kind));
            let known = database || opened.is_some_and(|op| op.creates.as_ref() == Some(&entity.kind));
            ensure!(known, "{name} is of no kind that there is: {}", entity.kind);
            ensure!(database != entity.name.is_some(), "{name}: a structure has a name, a database has none");
            ensure!(
                database || entity.path.is_none() && entity.options.is_none(),
                "{name}: path or options of a structure"
            );
            if let Some(base) = &entity.database {
                let found = entities.get(base).is_some_and(|base| base.kind == "database");
                ensure!(!database && found, "{name}: there is no database {base}");
            }
        }
        Ok(Checker { test, table, entities, background: BTreeMap::new(), saved: BTreeSet::new() })
    }

    /// Goes through the steps in order.
    pub fn check(&mut self) -> Result<()> {
        let test = self.test;
        for (index, step) in test.steps.iter().enumerate() {
            self.step(step).with_context(|| format!("step {}", index + 1))?;
        }
        if let Some(name) = self.background.keys().next() {
            bail!("nobody awaits {name}");
        }
        for (index, step) in test.outcome.iter().enumerate() {
            let plain =
                step.worker.is_none() && step.background.is_none() && (step.on.is_some() || step.call.is_some());
            ensure!(plain, "outcome {}: only requests of the worker main", index + 1);
            self.step(step).with_context(|| format!("outcome {}", index + 1))?;
        }
        let memory = self.entities.get("db").is_some_and(|db| db.path.as_deref() == Some(":memory:"));
        ensure!(!memory || test.outcome.is_empty(), "nothing is left of a database in memory");
        Ok(())
    }

    fn worker(&self, name: &str) -> Result<WorkerKind> {
        if name == MAIN {
            return Ok(WorkerKind::Process);
        }
        self.test.workers.get(name).copied().with_context(|| format!("there is no worker {name}"))
    }

    fn step(&mut self, step: &'a Step) -> Result<()> {
        let kinds = [
            step.on.is_some(),
            step.call.is_some(),
            step.awaits.is_some(),
            step.pending.is_some(),
            step.sleep_ms.is_some(),
            step.kill.is_some(),
            step.reopen.is_some(),
        ];
        let count = kinds.iter().filter(|there| **there).count();
        ensure!(count == 1, "a step is one of on, call, await, pending, sleep_ms, kill, reopen");
        ensure!(step.on.is_some() == step.verb.is_some(), "on and do belong together");
        ensure!(step.pending.is_some() == step.for_ms.is_some(), "pending and for_ms belong together");

        let request = step.on.is_some() || step.call.is_some();
        let expectations = [step.result.is_some(), step.absent.is_some(), step.timeout.is_some(), step.error.is_some()];
        let expected = expectations.iter().filter(|there| **there).count();
        ensure!(expected <= 1, "a step has one expectation");
        let answered = (request && step.background.is_none()) || step.awaits.is_some();
        let judged = expected == 1 || !step.save.is_empty() || step.within_ms.is_some() || step.at_least_ms.is_some();
        ensure!(answered || !judged, "this step has no answer that could be judged or saved");
        ensure!(
            request
                || step.args.is_empty() && step.creates.is_none() && step.worker.is_none() && step.background.is_none(),
            "only a request has args, as, worker, background"
        );

        if request {
            let name = self.request(step)?;
            if let Some(background) = &step.background {
                let worker = step.worker.as_deref().unwrap_or(MAIN);
                ensure!(
                    !self.background.contains_key(background.as_str()),
                    "two steps in the background are called {background}"
                );
                ensure!(
                    step.creates.is_none() || name.ends_with(".acquire"),
                    "only acquire makes an object in the background"
                );
                self.background.insert(background, (name, worker));
            } else {
                self.expectation(step, &name)?;
            }
            step.note_new_object(&mut self.entities, self.table);
        } else if let Some(awaited) = &step.awaits {
            let found = self.background.remove(awaited.as_str());
            let (name, _) = found.with_context(|| format!("nothing in the background is called {awaited}"))?;
            self.expectation(step, &name)?;
        } else if let Some(pending) = &step.pending {
            ensure!(self.background.contains_key(pending.as_str()), "nothing in the background is called {pending}");
        } else if let Some(killed) = &step.kill {
            ensure!(self.worker(killed)? == WorkerKind::Process, "a thread cannot be killed");
            self.background.retain(|_, (_, worker)| worker != killed);
        } else if let Some(reopened) = &step.reopen {
            ensure!(self.worker(reopened)? == WorkerKind::Process, "a thread has no database of its own");
            let busy = self.background.values().any(|(_, worker)| worker == reopened);
            ensure!(!busy, "{reopened} still does something in the background");
        }
        for saved in step.save.keys() {
            self.saved.insert(saved);
        }
        Ok(())
    }

    fn request(&self, step: &'a Step) -> Result<String> {
        let worker = step.worker.as_deref().unwrap_or(MAIN);
        self.worker(worker)?;
        let busy = self.background.values().any(|(_, other)| *other == worker);
        ensure!(!busy, "the worker {worker} still does something in the background");
        let name = step.operation(&self.entities)?;
        if name == "free" {
            ensure!(step.args.is_empty(), "free has no arguments");
            return Ok(name);
        }
        let operation = self.table.get(&name)?;
        ensure!(step.call.is_none() || operation.free_standing, "{name} is asked of an object");
        let opening = step.verb.as_deref() == Some("open");
        if !opening {
            let creates = operation.creates.is_some();
            ensure!(step.creates.is_some() == creates, "{name}: \"as\" names what an operation makes");
        }
        // Opening takes its arguments from the entity; the step says what differs.
        encode::check_args(&operation.args, &step.args, opening).with_context(|| name.clone())?;
        for text in step.args.values().map(|arg| arg.get()).chain(step.result.as_ref().map(|r| r.get())) {
            for used in encode::saved_names(text)? {
                ensure!(self.saved.contains(used.as_str()), "nothing was saved as {used}");
            }
        }
        Ok(name)
    }

    fn expectation(&self, step: &Step, name: &str) -> Result<()> {
        if let Some(result) = &step.result {
            encode::check_expected(result)?;
        }
        if let Some(error) = &step.error {
            encode::check_error(error, self.table)?;
        }
        let Ok(operation) = self.table.get(name) else {
            return Ok(());
        };
        ensure!(step.absent.is_none() || operation.gives("absent"), "{name} never answers absent");
        ensure!(step.timeout.is_none() || operation.gives("timeout"), "{name} never answers timeout");
        ensure!(!step.expects_result() || operation.gives_result(), "{name} never answers a result");
        Ok(())
    }
}
