//! Processes that are killed (SIGKILL) at whatever instruction they are, while others go on with the same file.
//!
//! Each child writes under names of its own: every commit adds the same number to all structures at once, so that
//! afterwards they must agree, and hold at least what the child had reported.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use beaver_core::{Beaver, Document, DumpFormat, Fts, IndexOptions, LoadMode, Options, Structure, When};
use serde_json::json;

use crate::random::Random;

/// What the children of a run do.
const ROLES: [&str; 4] = ["write", "write", "compact", "backup"];
/// A commit is followed by a kill within so many microseconds.
const SOON: u64 = 12_000;

/// What came of it.
#[derive(Default, Clone, Copy)]
pub struct Killed {
    pub kills: u64,
    /// The commits that children had reported.
    pub commits: u64,
}

/// The work of a child, without an end; it reports each commit on its standard output.
pub fn child(role: &str, file: &Path, number: usize) -> Result<()> {
    let db = Beaver::open(file, Options::default())?;
    let mut made = 0;
    loop {
        match role {
            "write" => made = write(&db, number)?,
            "compact" => {
                db.collection("c")?.compact(|_| true)?;
                db.checkpoint()?;
            }
            "backup" => db.backup(file.with_extension("backup"), |_| true)?,
            other => bail!("there is no role {other:?}"),
        }
        println!("{made}");
        std::io::stdout().flush()?;
    }
}

/// One commit that adds the same number to every structure. Every eighth is a load instead, which adds to a dict alone.
fn write(db: &Beaver, child: usize) -> Result<u64> {
    let name = format!("of {child}");
    let dict = db.dict(&name)?;
    let next = count(db, child)? + 1;
    let mut batch = db.batch();
    batch.dict_set(&dict, "count", json!(next), None, When::Always)?;
    batch.list_push(&db.list(&name)?, json!(next))?;
    batch.queue_put(&db.queue(&name)?, json!(next), 0.0)?;
    batch.blob_put(&db.blobs(&name)?, &next.to_string(), &[7; 2_000], None, When::Always)?;
    batch.log_append(&db.log(&name)?, json!(next), None)?;
    let vector: Vec<f32> = (0..8).map(|n| f32::from(next.wrapping_mul(2_654_435_761).to_le_bytes()[n])).collect();
    let document = Document::with_id(format!("{child}-{next}"), json!({"child": child, "text": "a beaver"}));
    let options = IndexOptions { fts: Fts::All, fuzzy: true };
    batch.collection_index(&db.collection("c")?, document.embedded(vector), &options)?;
    batch.commit(None)?;
    if next.is_multiple_of(8) {
        db.dict(&format!("loaded {child}"))?.load(&mut dump(next)?.as_slice(), LoadMode::Replace)?;
    }
    Ok(next)
}

/// The dump of a dict with fifty times the same value.
fn dump(value: u64) -> Result<Vec<u8>> {
    let dict = Beaver::open(":memory:", Options::default())?.dict("dumped")?;
    dict.set_many((0..50).map(|n| (format!("k{n}"), json!(value))), None)?;
    let mut text = Vec::new();
    dict.dump(&mut text, DumpFormat::Json)?;
    Ok(text)
}

/// The number that a child has come to.
fn count(db: &Beaver, child: usize) -> Result<u64> {
    let count = db.dict(&format!("of {child}"))?.get("count")?;
    Ok(count.map(|count| count.to::<u64>()).transpose()?.unwrap_or_default())
}

/// A child at work, and the last commit that it reported.
struct Worker {
    process: Child,
    reported: Arc<AtomicU64>,
}

impl Worker {
    fn start(program: &Path, file: &Path, number: usize) -> Result<Worker> {
        let mut process = Command::new(program)
            .args(["child", ROLES[number]])
            .arg(file)
            .arg(number.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let lines = BufReader::new(process.stdout.take().context("it has an output")?).lines();
        let reported = Arc::new(AtomicU64::new(0));
        let heard = reported.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                heard.store(line.parse().unwrap_or_default(), Ordering::SeqCst);
            }
        });
        Ok(Worker { process, reported })
    }

    /// Kills it; gives what it had reported. An error if it had ended by itself.
    fn end(&mut self) -> Result<u64> {
        if let Some(status) = self.process.try_wait()? {
            bail!("a child ended by itself: {status}");
        }
        self.process.kill()?;
        self.process.wait()?;
        Ok(self.reported.load(Ordering::SeqCst))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Kills children for so long, or so many of them; after each dozen all are killed and the file is looked at.
pub fn kill(program: &Path, folder: &Path, until: Instant, most: u64, seed: u64) -> Result<Killed> {
    let file = folder.join("killed.db");
    let mut random = Random::new(seed);
    let mut killed = Killed::default();
    let mut reported = [0; ROLES.len()];
    while Instant::now() < until && killed.kills < most {
        let mut workers = (0..ROLES.len()).map(|n| Worker::start(program, &file, n)).collect::<Result<Vec<_>>>()?;
        for _ in 0..12 {
            std::thread::sleep(Duration::from_micros(random.below(SOON)));
            let victim = usize::try_from(random.below(ROLES.len() as u64))?;
            reported[victim] = reported[victim].max(workers[victim].end()?);
            killed.kills += 1;
            workers[victim] = Worker::start(program, &file, victim)?;
        }
        for (worker, reported) in workers.iter_mut().zip(&mut reported) {
            *reported = worker.end()?.max(*reported);
            killed.kills += 1;
        }
        check(&file, &reported).with_context(|| format!("after {} kills", killed.kills))?;
    }
    killed.commits = reported.iter().sum();
    Ok(killed)
}

/// Whether the structures agree, and hold what was reported; and whether the backup is whole, or there is none.
fn check(file: &Path, reported: &[u64]) -> Result<()> {
    let db = Beaver::open(file, Options::default()).context("it does not open any more")?;
    whole(&db, reported)?;
    let backup = file.with_extension("backup");
    if backup.exists() {
        let db = Beaver::open(&backup, Options::default()).context("the backup does not open")?;
        whole(&db, &[]).context("in the backup")?;
    }
    Ok(())
}

fn whole(db: &Beaver, reported: &[u64]) -> Result<()> {
    let report = db.verify()?;
    ensure!(report.problems.is_empty(), "{:?}", report.problems);
    let mut documents = 0;
    for (child, _) in ROLES.iter().enumerate().filter(|(_, role)| **role == "write") {
        let name = format!("of {child}");
        let made = count(db, child)?;
        let least = reported.get(child).copied().unwrap_or_default();
        ensure!(made >= least, "{made} commits of child {child}, who reported {least}");
        let counts = [db.list(&name)?.len()?, db.queue(&name)?.len()?, db.blobs(&name)?.len()?, db.log(&name)?.len()?];
        ensure!(counts == [made; 4], "{made} commits of child {child}, but {counts:?} items");
        let loaded = db.dict(&format!("loaded {child}"))?;
        let values: Vec<_> = loaded.values().collect::<beaver_core::Result<_>>()?;
        ensure!(values.windows(2).all(|pair| pair[0] == pair[1]), "a load that is half done");
        documents += made;
    }
    ensure!(db.collection("c")?.len()? == documents, "{} documents of {documents}", db.collection("c")?.len()?);
    Ok(())
}
