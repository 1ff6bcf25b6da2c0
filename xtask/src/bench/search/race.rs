//! Beaver beside its peers on the same vectors: speed at equal recall, memory, building, opening.

use super::curve::{self, Point};
use super::{Bench, DIMENSION, Micros, Prepared, recall, with};
use crate::bench::report::median;
use crate::bench::server::Server;
use crate::bench::table::{Line, time, times};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;
use std::path::Path;

const EFFORTS: [&str; 3] = ["fast", "normal", "high"];

/// A program of benches/python with its settings, and how many queries it is asked.
#[derive(Clone, Copy)]
pub struct Peer {
    pub name: &'static str,
    /// None for one that is exact.
    pub levels: &'static [u32],
    pub queries: usize,
}

/// What is aimed at with so many rows.
pub struct Aim {
    pub rows: usize,
    /// The cheapest effort with this recall may take so long.
    pub recall: f64,
    pub p50_micros: f64,
    pub floors: &'static [Floor],
    pub megabytes: f64,
    pub open_milliseconds: Option<f64>,
}

/// The recall that an effort has to reach, and how many times as fast as a peer at that recall it has to be.
pub struct Floor {
    pub effort: &'static str,
    pub peer: &'static str,
    pub recall: Option<f64>,
    pub speed: f64,
}

#[derive(Deserialize)]
pub struct Built {
    /// How many beaver has.
    pub rows: Option<usize>,
    pub cpu_seconds: Option<f64>,
    pub seconds: f64,
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
pub struct Contender {
    pub name: &'static str,
    server: Server,
    levels: Vec<String>,
    queries: usize,
    pub built: Built,
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

    /// The least that gives this recall, or else the best.
    fn good(&self, recall: f64) -> Option<&Point> {
        self.points.iter().find(|point| point.recall >= recall).or(self.points.last())
    }
}

pub fn start(bench: &Bench, name: &str) -> Result<Option<Server>> {
    if name == "beaver" { bench.start().map(Some) } else { bench.peers.start(name) }
}

/// Beaver and those of the peers that are there, each with its own file in a folder.
fn build(bench: &Bench, prepared: &Prepared, out: &Path, peers: &[Peer]) -> Result<Vec<Contender>> {
    let ours = ("beaver", EFFORTS.map(str::to_owned).to_vec(), prepared.queries);
    let theirs = peers.iter().map(|Peer { name, levels, queries }| match levels {
        [] => (*name, vec![String::new()], *queries),
        levels => (*name, levels.iter().map(u32::to_string).collect(), *queries),
    });
    let mut contenders = Vec::new();
    let mut tasks = Vec::new();
    for (name, levels, queries) in std::iter::once(ours).chain(theirs) {
        let Some(mut server) = start(bench, name)? else { continue };
        eprintln!("{name} builds …");
        let common = json!({"folder": prepared.folder, "file": out.join(name), "dimension": DIMENSION, "metric": "l2"});
        let built: Built = server.ask(&with(&common, json!({"do": "build", "text": false})))?;
        contenders.push(Contender {
            name,
            server,
            levels,
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

/// Beaver and the peers, built, opened and asked by turns. Their files are made in a folder.
pub fn contenders(bench: &Bench, prepared: &Prepared, out: &Path, peers: &[Peer]) -> Result<Vec<Contender>> {
    let mut contenders = build(bench, prepared, out, peers)?;
    let truth = prepared.truth.get("l2").context("no right answers")?;
    // Once for the recall, and to warm up.
    for contender in &mut contenders {
        for level in contender.levels.clone() {
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

/// What is said of them at one number of rows.
pub fn lines(contenders: &[Contender], rows: usize, aim: &Aim) -> Option<Vec<Line>> {
    let ours = contenders.iter().find(|contender| contender.name == "beaver")?;
    let peers = || contenders.iter().filter(|contender| contender.name != "beaver");
    let good = ours.good(aim.recall)?;
    let met = good.recall >= aim.recall && median(&good.p50s) <= aim.p50_micros;
    let mut lines = vec![
        Line::new(format!("{rows} rows: p50 at {}", good.level), describe(good))
            .aims(format!("at most {} with recall {}", time(aim.p50_micros), aim.recall), Some(met)),
    ];
    if peers().all(|peer| peer.points.len() == 1) {
        let alone = |point: &Point| Line::new(format!("{rows} rows: {}", point.level), describe(point));
        lines.extend(ours.points.iter().map(alone));
    }
    for peer in peers().filter(|peer| peer.points.len() > 1) {
        for point in &ours.points {
            let at = curve::at(&peer.points, point.recall)?;
            let theirs = format!("{} {}{}", peer.name, times(&at.p50s), at.remark);
            let what = format!("{rows} rows: {}, beside {} at that recall", point.level, peer.name);
            let line = Line::new(what, describe(point)).peer(theirs).speed(&point.p50s, &at.p50s);
            let floor = aim.floors.iter().find(|floor| floor.peer == peer.name && floor.effort == point.level);
            lines.push(match floor {
                None => line,
                Some(Floor { recall: None, speed, .. }) => line.at_least(*speed),
                Some(Floor { recall: Some(recall), speed, .. }) => {
                    line.at_least(*speed).also(&format!("recall {recall}"), point.recall >= *recall)
                }
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
    let opened = Line::new(format!("{rows} rows: open to the first answer, warm"), open(ours)).peer(all(&open));
    vec![
        memory,
        build,
        Line::new(format!("{rows} rows: build, on one thread"), wall(ours)).peer(all(&wall)),
        Line::new(format!("{rows} rows: size of the file, documents included"), size(ours)).peer(all(&size)),
        match aim.open_milliseconds {
            None => opened,
            Some(most) => opened.aims(format!("at most {most} ms"), Some(median(&ours.opened) <= most)),
        },
    ]
}
