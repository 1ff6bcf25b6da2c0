//! Vector search on the real vectors, beside the peers at equal recall.

use super::curve::{self, Point};
use super::{Bench, DIMENSION, Micros, Prepared, recall, with};
use crate::bench::report::median;
use crate::bench::server::Server;
use crate::bench::table::{Line, Table, time, times};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;
use std::path::PathBuf;

/// From here on an effort is good enough to be held against the targets.
const GOOD: f64 = 0.99;
const EFFORTS: [&str; 3] = ["fast", "normal", "high"];
const GRAPH_LEVELS: &[u32] = &[10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
const LIST_LEVELS: &[u32] = &[2, 4, 8, 16, 32, 64, 128, 256, 512];

/// The peers with their settings, and how many queries they are asked.
const PEERS: [(&str, &[u32], usize); 5] = [
    ("usearch", GRAPH_LEVELS, 500),
    ("hnswlib", GRAPH_LEVELS, 500),
    ("faiss-ivf", LIST_LEVELS, 500),
    ("faiss-flat", &[], 100),
    ("sqlite-vec", &[], 20),
];

/// What is aimed at with so many rows.
struct Aim {
    rows: usize,
    p50_micros: f64,
    speed: Option<f64>,
    megabytes: f64,
}

const AIMS: [Aim; 2] = [
    Aim { rows: 50_000, p50_micros: 250.0, speed: Some(2.0), megabytes: 8.0 },
    Aim { rows: 115_000, p50_micros: 700.0, speed: None, megabytes: 26.0 },
];

#[derive(Deserialize)]
struct Built {
    cpu_seconds: Option<f64>,
    seconds: f64,
    bytes: f64,
}

#[derive(Deserialize)]
struct Opened {
    milliseconds: f64,
    resident_mib: Option<f64>,
}

#[derive(Deserialize)]
pub struct Searched {
    pub micros: Micros,
    pub answers: Vec<Vec<usize>>,
    pub resident_mib: Option<f64>,
}

/// Beaver or a peer, with one set of rows.
struct Contender {
    name: &'static str,
    server: Server,
    queries: usize,
    built: Built,
    /// Of each round.
    opened: Vec<f64>,
    resident_before: Option<f64>,
    resident_after: Option<f64>,
    points: Vec<Point>,
}

impl Contender {
    fn search(&mut self, level: &str) -> Result<Searched> {
        let task = if self.name == "beaver" {
            json!({"do": "search", "effort": level, "queries": self.queries})
        } else {
            json!({"do": "search", "level": level.parse::<u32>().ok(), "queries": self.queries})
        };
        self.server.ask(&task)
    }

    /// Resident memory that opening and searching added, in MB, as the targets count it.
    fn megabytes(&self) -> Option<f64> {
        let mib = self.resident_after.zip(self.resident_before).map(|(after, before)| after - before);
        mib.map(|mib| mib * 1.048_576)
    }

    /// The least that gives a certain recall, or else the best.
    fn good(&self) -> Option<&Point> {
        self.points.iter().find(|point| point.recall >= GOOD).or(self.points.last())
    }
}

pub fn start(bench: &Bench, name: &str) -> Result<Option<Server>> {
    if name == "beaver" { bench.start().map(Some) } else { bench.peers.start(name) }
}

fn contenders(bench: &Bench, prepared: &Prepared) -> Result<Vec<Contender>> {
    let all = PEERS.map(|(name, _, queries)| (name, queries));
    let mut contenders = Vec::new();
    let mut tasks = Vec::new();
    for (name, queries) in [("beaver", 500)].into_iter().chain(all) {
        let Some(mut server) = start(bench, name)? else { continue };
        eprintln!("{name} builds …");
        let file: PathBuf = prepared.folder.join(name);
        let common = json!({"folder": prepared.folder, "file": file, "dimension": DIMENSION, "metric": "l2"});
        let built: Built = server.ask(&with(&common, json!({"do": "build", "text": false})))?;
        contenders.push(Contender {
            name,
            server,
            queries: queries.min(prepared.queries),
            built,
            opened: Vec::new(),
            resident_before: None,
            resident_after: None,
            points: Vec::new(),
        });
        tasks.push(with(&common, json!({"do": "open"})));
    }
    eprintln!("opening …");
    // Those of the last round go on to search.
    for _ in 0..bench.rounds {
        for (contender, task) in contenders.iter_mut().zip(&tasks) {
            contender.server = start(bench, contender.name)?.context("it was there before")?;
            let opened: Opened = contender.server.ask(task)?;
            contender.opened.push(opened.milliseconds);
            contender.resident_before = opened.resident_mib;
        }
    }
    Ok(contenders)
}

/// Everything that is compared at one number of rows.
fn race(bench: &Bench, prepared: &Prepared) -> Result<Vec<Contender>> {
    let mut contenders = contenders(bench, prepared)?;
    let truth = prepared.truth.get("l2").context("no right answers")?;
    // Once for the recall, and to warm up.
    for contender in &mut contenders {
        let levels = PEERS.iter().find(|(name, ..)| *name == contender.name).map(|(_, levels, _)| *levels);
        let levels: Vec<String> = match levels {
            None => EFFORTS.map(str::to_owned).to_vec(),
            Some([]) => vec![String::new()],
            Some(levels) => levels.iter().map(u32::to_string).collect(),
        };
        for level in levels {
            let searched = contender.search(&level)?;
            contender.resident_after = searched.resident_mib;
            let recall = recall(&searched.answers, truth);
            contender.points.push(Point { level, recall, p50s: Vec::new(), p99s: Vec::new() });
        }
    }
    for round in 1..=bench.rounds {
        eprintln!("searching, round {round} …");
        for contender in &mut contenders {
            for at in 0..contender.points.len() {
                let level = contender.points[at].level.clone();
                let micros = contender.search(&level)?.micros;
                contender.points[at].p50s.push(micros.p50);
                contender.points[at].p99s.push(micros.p99);
            }
        }
    }
    Ok(contenders)
}

fn describe(point: &Point) -> String {
    format!("{} (p99 {}), recall {:.3}", times(&point.p50s), times(&point.p99s), point.recall)
}

fn lines(contenders: &[Contender], rows: usize, aim: &Aim) -> Option<Vec<Line>> {
    let ours = contenders.iter().find(|contender| contender.name == "beaver")?;
    let peers = || contenders.iter().filter(|contender| contender.name != "beaver");
    let good = ours.good()?;
    let met = good.recall >= GOOD && median(&good.p50s) <= aim.p50_micros;
    let mut lines = vec![
        Line::new(format!("{rows} rows: p50 at {}", good.level), describe(good))
            .aims(format!("at most {} with recall {GOOD}", time(aim.p50_micros)), Some(met)),
    ];
    for peer in peers().filter(|peer| peer.points.len() > 1) {
        for point in &ours.points {
            let at = curve::at(&peer.points, point.recall)?;
            let theirs = format!("{} {}{}", peer.name, times(&at.p50s), at.remark);
            let what = format!("{rows} rows: {}, beside {} at that recall", point.level, peer.name);
            let line = Line::new(what, describe(point)).peer(theirs).speed(&point.p50s, &at.p50s);
            let aims = peer.name == "usearch" && std::ptr::eq(point, good);
            lines.push(match aim.speed {
                Some(speed) if aims => line.at_least(speed),
                _ => line,
            });
        }
    }
    for peer in peers().filter(|peer| peer.points.len() == 1) {
        let exact = peer.points.first()?;
        let what = format!("{rows} rows: {}, beside {}, which is exact", good.level, peer.name);
        let theirs = format!("{} {}", times(&exact.p50s), format_args!("recall {:.3}", exact.recall));
        lines.push(Line::new(what, describe(good)).peer(theirs).speed(&good.p50s, &exact.p50s));
    }
    lines.extend(costs(ours, peers().collect(), rows, aim));
    Some(lines)
}

/// Memory, building, opening.
fn costs(ours: &Contender, peers: Vec<&Contender>, rows: usize, aim: &Aim) -> Vec<Line> {
    let amount = |amount: Option<f64>, unit: &str| amount.map_or("unknown".to_owned(), |a| format!("{a:.1} {unit}"));
    let all = |what: &dyn Fn(&Contender) -> String| {
        let each = peers.iter().map(|peer| format!("{} {}", peer.name, what(peer)));
        each.collect::<Vec<_>>().join(", ")
    };
    let megabytes = |contender: &Contender| amount(contender.megabytes(), "MB");
    let met = ours.megabytes().map(|megabytes| megabytes <= aim.megabytes);
    let memory = Line::new(format!("{rows} rows: resident memory added"), megabytes(ours))
        .peer(all(&megabytes))
        .aims(format!("at most {} MB", aim.megabytes), met);

    let cpu = |contender: &Contender| amount(contender.built.cpu_seconds, "s");
    let mut build = Line::new(format!("{rows} rows: build, processor time"), cpu(ours)).peer(all(&cpu));
    let usearch = peers.iter().find(|peer| peer.name == "usearch").and_then(|peer| peer.built.cpu_seconds);
    if let (Some(ours), Some(usearch)) = (ours.built.cpu_seconds, usearch) {
        build = build.costs(&[ours], &[usearch]).aims("at most a sixth of usearch", Some(ours * 6.0 <= usearch));
    }
    let wall = |contender: &Contender| format!("{:.1} s", contender.built.seconds);
    let size = |contender: &Contender| format!("{:.0} MB", contender.built.bytes / 1e6);
    let open = |contender: &Contender| format!("{:.1} ms", median(&contender.opened));
    let met = median(&ours.opened) <= 15.0;
    vec![
        memory,
        build,
        Line::new(format!("{rows} rows: build, on one thread"), wall(ours)).peer(all(&wall)),
        Line::new(format!("{rows} rows: size of the file, documents included"), size(ours)).peer(all(&size)),
        Line::new(format!("{rows} rows: open to the first answer, warm"), open(ours))
            .peer(all(&open))
            .aims("at most 15 ms", Some(met)),
    ]
}

/// What the Python around the peers costs a call, with a dozen rows. Of IVF there is nothing to say: it needs more.
fn overheads(bench: &Bench, prepared: &Prepared) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Overhead {
        micros: f64,
    }
    let mut each = Vec::new();
    for name in ["usearch", "hnswlib", "faiss-flat"] {
        let Some(mut server) = start(bench, name)? else { continue };
        let file = prepared.folder.join(format!("{name}-few"));
        let Overhead { micros } = server.ask(&json!({
            "do": "overhead", "folder": prepared.folder, "file": file, "dimension": DIMENSION, "metric": "l2",
        }))?;
        each.push(format!("{name} {micros:.1} µs"));
    }
    Ok((!each.is_empty()).then(|| format!("A call with a dozen rows, which is mostly Python: {}.", each.join(", "))))
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("vectors");
    let mut measured = 0;
    for aim in &AIMS {
        let rows = bench.size(aim.rows);
        if rows == measured {
            continue; // there are not so many
        }
        measured = rows;
        let prepared = bench.prepare(rows, DIMENSION, &["l2"])?;
        let contenders = race(bench, &prepared)?;
        table.lines.extend(lines(&contenders, prepared.rows, aim).context("beaver was not measured")?);
        drop(contenders);
        if aim.rows == AIMS[0].rows {
            table.notes.extend(overheads(bench, &prepared)?);
        }
        std::fs::remove_dir_all(&prepared.folder)?;
    }
    table.notes.extend(bench.peers.versions()?);
    table.notes.extend(bench.peers.note());
    Ok(table)
}
