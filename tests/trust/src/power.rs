//! The power goes, at every moment of a workload: of what was written since the last sync of a file, any part may be on the
//! disk, in any order, down to sectors.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use beaver_core::{Beaver, Durability, Options};

use crate::faults::{Known, options};
use crate::plan::{self, Event, File};
use crate::random::Random;
use crate::state;

/// A disk writes so many bytes at once or not at all.
const SECTOR: usize = 512;

/// What of the writes since the last sync is on the disk.
#[derive(Debug, Clone, Copy)]
enum Left {
    Nothing,
    Everything,
    /// Some of the writes, and of those some sectors, by chance.
    Some(u64),
}

/// The files on the disk: their contents, and what was done since and not synced.
#[derive(Clone, Default)]
struct Disk {
    files: [Vec<u8>; 2],
    since: [Vec<Event>; 2],
}

/// What a workload did to its files, and how far along it the power went last.
pub struct Recording<'k> {
    known: &'k Known<'k>,
    durability: Durability,
    events: Vec<Event>,
    moment: usize,
    disk: Disk,
    done: usize,
}

impl<'k> Recording<'k> {
    /// Goes through a workload, and remembers all that it does to its files.
    pub fn of(known: &'k Known<'k>, durability: Durability, folder: &Path) -> Result<Self> {
        let file = folder.join("recorded.db");
        known.begin(&file)?;
        plan::record(&file);
        let outcome = Beaver::open(&file, Options { durability, ..options() }).and_then(|db| {
            for (number, step) in known.steps().iter().enumerate() {
                step(&db)?;
                plan::done(number + 1);
            }
            db.close()
        });
        let events = plan::recorded();
        outcome?;
        let disk = Disk { files: [known.template().to_vec(), Vec::new()], ..Disk::default() };
        Ok(Recording { known, durability, events, moment: 0, disk, done: 0 })
    }

    /// The power goes so many operations later, in several ways. False at the end.
    pub fn lose(&mut self, later: usize, folder: &Path) -> Result<bool> {
        let passed = self.moment..self.moment + later;
        let Some(passed) = self.events.get(passed) else { return Ok(false) };
        for event in passed {
            self.disk.take(event);
            if let Event::Done(steps) = event {
                self.done = *steps;
            }
        }
        self.moment += later;
        let file = folder.join("lost.db");
        let seed = self.moment as u64;
        for left in [Left::Nothing, Left::Everything, Left::Some(seed), Left::Some(seed << 32)] {
            self.disk.clone().after(left, &file)?;
            self.check(&file).with_context(|| {
                format!(
                    "{} {:?}, moment {} of {}, {} steps done, {left:?} left",
                    self.known.name(),
                    self.durability,
                    self.moment,
                    self.events.len(),
                    self.done
                )
            })?;
        }
        Ok(true)
    }

    /// Whether the file is sound and holds what was promised.
    fn check(&self, file: &Path) -> Result<()> {
        let db = Beaver::open(file, options()).context("it does not open any more")?;
        self.known.mend(&db)?;
        let report = db.verify()?;
        if !report.problems.is_empty() {
            bail!("{:?}", report.problems);
        }
        db.close()?;
        let now = state::of(file)?;
        let oldest = if self.durability == Durability::Full { self.done } else { 0 };
        let right = self.known.states().iter().take(self.done + 2).skip(oldest).any(|state| *state == now);
        ensure!(right, "it holds {now}, which it never held since step {oldest}");
        Ok(())
    }
}

/// How many ways there are in which the power goes.
pub const WAYS: u64 = 4;

impl Disk {
    fn take(&mut self, event: &Event) {
        match event {
            Event::Sync { file } => {
                let since = std::mem::take(&mut self.since[place(*file)]);
                for event in &since {
                    self.apply(event, None);
                }
            }
            Event::Write { file, .. } | Event::Truncate { file, .. } | Event::Delete { file } => {
                self.since[place(*file)].push(event.clone());
            }
            Event::Done(_) => {}
        }
    }

    /// Writes the files as they are when the power comes back.
    fn after(mut self, left: Left, file: &Path) -> Result<()> {
        let mut random = match left {
            Left::Some(seed) => Some(Random::new(seed)),
            _ => None,
        };
        for since in std::mem::take(&mut self.since) {
            for event in &since {
                let kept = match left {
                    Left::Nothing => false,
                    Left::Everything => true,
                    Left::Some(_) => random.as_mut().is_some_and(Random::toss),
                };
                if kept {
                    self.apply(event, random.as_mut());
                }
            }
        }
        let name = file.display();
        std::fs::write(file, &self.files[0])?;
        std::fs::write(format!("{name}-wal"), &self.files[1])?;
        let _ = std::fs::remove_file(format!("{name}-shm"));
        Ok(())
    }

    /// Does to the file what was done, or with chance some sectors of it.
    fn apply(&mut self, event: &Event, mut chance: Option<&mut Random>) {
        match event {
            Event::Write { file, offset, data } => {
                let content = &mut self.files[place(*file)];
                let offset = usize::try_from(*offset).expect("files are small");
                content.resize(content.len().max(offset + data.len()), 0);
                for (number, sector) in data.chunks(SECTOR).enumerate() {
                    if chance.as_mut().is_none_or(|chance| chance.toss()) {
                        let at = offset + number * SECTOR;
                        content[at..at + sector.len()].copy_from_slice(sector);
                    }
                }
            }
            Event::Truncate { file, length } => {
                self.files[place(*file)].resize(usize::try_from(*length).expect("files are small"), 0);
            }
            Event::Delete { file } => self.files[place(*file)].clear(),
            Event::Sync { .. } | Event::Done(_) => {}
        }
    }
}

fn place(file: File) -> usize {
    match file {
        File::Main => 0,
        File::Log => 1,
    }
}
