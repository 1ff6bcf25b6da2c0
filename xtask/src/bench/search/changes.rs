//! Recall after many changes, and searches with filters.

use super::{Bench, DIMENSION};
use crate::bench::report::median;
use crate::bench::table::{Line, Table, time, times};
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::json;

const FILTER_QUERIES: usize = 100;
/// A search over every body takes milliseconds: so many rounds are enough.
const FILTER_ROUNDS: usize = 3;

#[derive(Deserialize)]
struct Changed {
    rows: usize,
    efforts: Vec<Effort>,
}

/// Of a fresh build, and after the changes.
#[derive(Deserialize)]
struct Effort {
    effort: String,
    recalls: [f64; 2],
    p50s: [f64; 2],
}

#[derive(Deserialize)]
struct Filters {
    filters: Vec<Filtered>,
}

#[derive(Deserialize)]
struct Filtered {
    /// Of a thousand.
    kept: u32,
    field: String,
    recall: f64,
    p50s: Vec<f64>,
    unfiltered: Vec<f64>,
    path: String,
    filter: String,
}

pub fn measure(bench: &Bench) -> Result<Table> {
    let mut table = bench.table("changes");
    changes(bench, &mut table)?;
    filters(bench, &mut table)?;
    table.notes.push(
        "The peer is the same collection built anew, or the same search without a filter. A filter may take longer \
         than three times if its answer is exact."
            .to_owned(),
    );
    Ok(table)
}

fn changes(bench: &Bench, table: &mut Table) -> Result<()> {
    // The real rows, and half as many made ones to replace some of them.
    let real = bench.size(bench.total);
    let folder = bench.path("changes");
    bench.grow(&folder, real, real * 3 / 2)?;
    eprintln!("replacing and dropping …");
    let changed: Changed =
        bench.ask(&json!({"do": "changes", "folder": folder, "out": folder, "dimension": DIMENSION}))?;
    for Effort { effort, recalls: [fresh, now], p50s: [fresh_p50, now_p50] } in changed.efforts {
        let what = format!("{} rows left of half replaced and a quarter dropped, {effort}", changed.rows);
        table.lines.push(
            Line::new(what, format!("recall {now:.3}, {}", time(now_p50)))
                .peer(format!("built anew: recall {fresh:.3}, {}", time(fresh_p50)))
                .costs(&[now_p50], &[fresh_p50])
                .aims("recall at most 0.01 lower", Some(fresh - now <= 0.01)),
        );
    }
    std::fs::remove_dir_all(&folder).context("the folder of the changes")
}

fn filters(bench: &Bench, table: &mut Table) -> Result<()> {
    let prepared = bench.prepare(bench.size(bench.total), DIMENSION, &[])?;
    eprintln!("filters …");
    let reply: Filters = bench.ask(&json!({
        "do": "filters", "folder": prepared.folder, "file": prepared.folder.join("filters.db"),
        "dimension": DIMENSION, "queries": FILTER_QUERIES.min(prepared.queries),
        "rounds": bench.rounds.min(FILTER_ROUNDS),
    }))?;
    for Filtered { kept, field, recall, p50s, unfiltered, path, filter } in reply.filters {
        let field = if field == "indexed" { "an indexed field" } else { "a field without an index" };
        let what = format!("a filter on {field} that keeps {} %", f64::from(kept) / 10.0);
        let near = median(&p50s) <= 3.0 * median(&unfiltered);
        let exact = recall >= 1.0;
        table.lines.push(
            Line::new(what, format!("{}, recall {recall:.3} ({path}, {filter})", times(&p50s)))
                .peer(times(&unfiltered))
                .costs(&p50s, &unfiltered)
                .aims("recall 0.95; at most 3 x, or exact", Some(recall >= 0.95 && (near || exact))),
        );
    }
    Ok(())
}
