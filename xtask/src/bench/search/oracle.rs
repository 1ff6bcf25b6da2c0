//! Beside BeaverDB 1.3.0, on as many documents as it can be waited for.

use super::{Bench, DIMENSION, Micros, recall};
use crate::bench::table::{Line, Table, times};
use crate::sh;
use crate::test::oracle;
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

const SIZES: [usize; 2] = [500, 5_000];
/// It is slow: more rounds would be a long wait.
const ROUNDS: usize = 3;
/// How many of the queries it is asked.
const QUERIES: usize = 50;

#[derive(Deserialize)]
struct Reply {
    vector: Asked,
    r#match: Asked,
    fuzzy: Misspelt,
}

#[derive(Deserialize)]
struct Asked {
    p50s: Vec<f64>,
    answers: Vec<Vec<usize>>,
}

#[derive(Deserialize)]
struct Misspelt {
    p50s: Vec<f64>,
    found: f64,
}

#[derive(Deserialize)]
struct Searched {
    micros: Micros,
    answers: Vec<Vec<usize>>,
}

#[derive(Deserialize)]
struct Matched {
    beaver: Vec<Micros>,
}

#[derive(Deserialize)]
struct FuzzyReply {
    queries: f64,
    fuzzy: Vec<Fuzzy>,
}

#[derive(Deserialize)]
struct Fuzzy {
    beaver: Vec<Micros>,
    found: f64,
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("oracle");
    let Some(python) = oracle() else {
        table.notes.push("Left out: there is no Python with BeaverDB 1.3.0 (see BEAVER_1X_PYTHON).".to_owned());
        return Ok(table);
    };
    let rounds = bench.rounds.min(ROUNDS);
    let mut measured = 0;
    for size in SIZES {
        let rows = size.min(bench.size(usize::MAX / 2));
        if rows == measured {
            continue; // there are not so many
        }
        measured = rows;
        let prepared = bench.prepare(rows, DIMENSION, &["l2"])?;
        let truth = prepared.truth.get("l2").context("no right answers")?;
        eprintln!("BeaverDB 1.3.0, {rows} documents …");
        let mut script = sh::command(python);
        script.args(["-B", "benches/python/beaver_1x.py"]).arg(&prepared.folder).arg(prepared.folder.join("1x.db"));
        let output = sh::output(script.arg(DIMENSION.to_string()).arg(rounds.to_string()))?;
        let theirs: Reply = serde_json::from_str(output.trim())?;

        let file = bench.collection(&prepared, &format!("ours-{rows}.db"))?;
        let mut server = bench.start()?;
        let _: Value =
            server.ask(&json!({"do": "open", "folder": prepared.folder, "file": file, "dimension": DIMENSION}))?;
        let (mut p50s, mut our_recall) = (Vec::new(), 0.0);
        for _ in 0..rounds {
            let reply: Searched =
                server.ask(&json!({"do": "search", "effort": "normal", "queries": QUERIES.min(prepared.queries)}))?;
            p50s.push(reply.micros.p50);
            our_recall = recall(&reply.answers, truth);
        }
        table.lines.push(
            Line::new(format!("{rows} documents: vector search"), format!("{}, recall {our_recall:.3}", times(&p50s)))
                .peer(format!("{}, recall {:.3}", times(&theirs.vector.p50s), recall(&theirs.vector.answers, truth)))
                .speed(&p50s, &theirs.vector.p50s),
        );

        let matched: Matched =
            server.ask(&json!({"do": "match", "folder": prepared.folder, "file": file, "rounds": rounds}))?;
        let p50s = Micros::p50s(&matched.beaver);
        table.lines.push(
            Line::new(format!("{rows} documents: two words"), times(&p50s))
                .peer(times(&theirs.r#match.p50s))
                .speed(&p50s, &theirs.r#match.p50s),
        );

        let task = json!({
            "do": "fuzzy", "folder": prepared.folder, "file": file, "rounds": rounds, "phrases": true,
            "out": bench.new_folder(&format!("tantivy-{rows}"))?,
        });
        let FuzzyReply { queries, fuzzy } = server.ask(&task)?;
        let fuzzy = fuzzy.into_iter().next().context("no fuzzy search")?;
        let (p50s, found) = (Micros::p50s(&fuzzy.beaver), fuzzy.found / queries.max(1.0));
        table.lines.push(
            Line::new(
                format!("{rows} documents: a phrase of three words with typos, fuzziness 2"),
                format!("{}, found {:.1} %", times(&p50s), 100.0 * found),
            )
            .peer(format!("{}, found {:.1} %", times(&theirs.fuzzy.p50s), 100.0 * theirs.fuzzy.found))
            .speed(&p50s, &theirs.fuzzy.p50s),
        );
    }
    table.notes.push("The peer goes through Python, ours through Rust; each does all the work of its call.".to_owned());
    Ok(table)
}
