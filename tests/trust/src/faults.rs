//! One operation after the other fails, in each workload: whatever fails, what was reported done is there, what was not
//! is there as a whole or not at all, and the file is sound.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use beaver_core::{Beaver, ErrorKind, ManualClock, Options};
use serde_json::json;

use crate::plan::{self, FAULTS, Fault, Plan};
use crate::state;
use crate::workload::{Step, WORKLOADS, Workload};

/// The kinds that a fault of the machine may be reported as.
const REPORTED: &[ErrorKind] = &[ErrorKind::Io, ErrorKind::Full, ErrorKind::Busy, ErrorKind::Limit];

/// A workload, and what the database holds after each of its steps if nothing fails.
pub struct Known<'w> {
    workload: &'w Workload,
    /// The empty database, which each try begins with a copy of.
    template: Vec<u8>,
    states: Vec<String>,
}

/// What came of a try.
pub enum Tried {
    /// So many operations failed, and all is well.
    Survived(u64),
    /// There are not so many operations that this one could have failed.
    Over,
}

/// A clock of its own, and no long waits for locks that are only said to be held.
pub(crate) fn options() -> Options {
    let clock = Arc::new(ManualClock::new(1_700_000_000_000_000));
    Options { clock, busy_timeout: Duration::from_millis(50), ..Options::default() }
}

/// All workloads, known.
pub fn known(folder: &Path) -> Result<Vec<Known<'static>>> {
    WORKLOADS.iter().map(|workload| Known::new(workload, folder)).collect()
}

impl<'w> Known<'w> {
    /// Goes through the workload without a fault.
    pub fn new(workload: &'w Workload, folder: &Path) -> Result<Self> {
        let file = folder.join("known.db");
        Beaver::open(&file, options())?.close()?;
        let template = std::fs::read(&file)?;
        let mut states = vec![state::of(&file)?];
        let db = Beaver::open(&file, options())?;
        for (number, step) in workload.steps.iter().enumerate() {
            step(&db).with_context(|| format!("{}, step {number}", workload.name))?;
            states.push(state::of(&file)?);
        }
        db.close()?;
        std::fs::remove_file(&file)?;
        Ok(Known { workload, template, states })
    }

    pub fn name(&self) -> &'static str {
        self.workload.name
    }

    pub fn steps(&self) -> &'static [Step] {
        self.workload.steps
    }

    /// What the database holds at first, and after each step.
    pub fn states(&self) -> &[String] {
        &self.states
    }

    /// The file before the first step.
    pub fn template(&self) -> &[u8] {
        &self.template
    }

    /// Puts the database in its place as it is before the first step.
    pub fn begin(&self, file: &Path) -> Result<()> {
        for suffix in ["-wal", "-shm", "-journal"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
        }
        Ok(std::fs::write(file, &self.template)?)
    }

    /// Makes anew what a step may have left to do.
    pub fn mend(&self, db: &Beaver) -> Result<()> {
        if self.workload.to_repair {
            db.repair(|_| true)?;
        }
        Ok(())
    }

    /// Goes through the workload as far as it gets.
    pub fn try_with(&self, plan: Plan, folder: &Path) -> Result<Tried> {
        let file = folder.join("tried.db");
        self.begin(&file)?;
        plan::arm(plan);
        let mut done = 0;
        let failed = Beaver::open(&file, options())
            .and_then(|db| {
                for step in self.workload.steps {
                    step(&db)?;
                    done += 1;
                }
                db.close()
            })
            .err();
        let struck = plan::disarm();
        if struck == 0 {
            ensure!(failed.is_none(), "it failed although nothing did: {failed:?}");
            return Ok(Tried::Over);
        }
        let look = || -> Result<()> {
            if let Some(error) = &failed {
                ensure!(REPORTED.contains(&error.kind()), "reported as {:?}: {error}", error.kind());
            }
            self.check(&file, done)
        };
        look().with_context(|| format!("{} {plan:?}, {done} steps done, {failed:?}", self.workload.name))?;
        Ok(Tried::Survived(struck))
    }

    /// Whether the file has what was done, or one step more, and is sound and of use.
    fn check(&self, file: &Path, done: usize) -> Result<()> {
        let db = Beaver::open(file, options()).context("it does not open any more")?;
        self.mend(&db)?;
        let report = db.verify()?;
        if !report.problems.is_empty() {
            bail!("{:?}", report.problems);
        }
        let now = state::of(file)?;
        let right = self.states.iter().skip(done).take(2).any(|state| *state == now);
        ensure!(
            right,
            "it holds {now}, not one of {:?}",
            self.states.get(done..).map(|rest| &rest[..rest.len().min(2)])
        );
        db.dict("afterwards")?.set("usable", json!(true))?;
        db.close()?;
        Ok(())
    }
}

/// The tries of one workload with one fault: one operation after the other fails, or each of so many.
pub struct Sweep<'k> {
    pub known: &'k Known<'k>,
    plan: Plan,
    stride: u64,
    over: bool,
}

/// All of them: every fault once, and lasting, in every workload.
pub fn sweeps<'k>(known: &'k [Known<'k>], stride: u64) -> Vec<Sweep<'k>> {
    let mut sweeps = Vec::new();
    for known in known {
        for &(op, fault) in FAULTS {
            // A lock that is never free again is waited for, which only takes time.
            for lasting in if fault == Fault::Busy { &[false][..] } else { &[false, true] } {
                sweeps.push(Sweep { known, plan: Plan { op, fault, at: 1, lasting: *lasting }, stride, over: false });
            }
        }
    }
    sweeps
}

impl Sweep<'_> {
    /// The next try: how many operations failed. None when all have had their turn.
    pub fn next(&mut self, folder: &Path) -> Result<Option<u64>> {
        if self.over {
            return Ok(None);
        }
        let plan = self.plan;
        self.plan.at += self.stride;
        match self.known.try_with(plan, folder)? {
            Tried::Survived(struck) => Ok(Some(struck)),
            Tried::Over => {
                self.over = true;
                Ok(None)
            }
        }
    }

    /// What fails, as it is called in reports.
    pub fn name(&self) -> String {
        format!("{:?}, {:?}", self.plan.op, self.plan.fault).to_lowercase()
    }
}
