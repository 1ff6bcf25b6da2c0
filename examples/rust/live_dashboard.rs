//! A dashboard over the requests of the last minute, made anew in short periods. Here it ends after the third.

use std::error::Error;
use std::time::Duration;

use beaver_core::{Aggregate, Beaver, FieldPath, Json, Log, Options};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Numbers {
    requests: usize,
    mean: f64,
    slowest: f64,
    p90: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let db = Beaver::open(folder.path().join("dashboard.db"), Options::default())?;
    let requests = db.log("requests")?;
    let path = FieldPath::parse("ms")?;
    let aggregates = [
        ("requests".to_owned(), Aggregate::Count { path: None }),
        ("mean".to_owned(), Aggregate::Mean { path: path.clone() }),
        ("slowest".to_owned(), Aggregate::Max { path: path.clone() }),
        ("p90".to_owned(), Aggregate::Percentile { path, p: 90.0 }),
    ];
    let view = requests.live(Duration::from_secs(60), Duration::from_millis(200), aggregates.into())?;
    for period in 0..3 {
        serve(&requests, 4 * period + 1..=4 * period + 4)?;
        if let Some(result) = view.next(None)? {
            show(&result)?;
        }
    }
    Ok(())
}

/// Any process may append: the view sees what was committed.
fn serve(requests: &Log, numbers: std::ops::RangeInclusive<u32>) -> Result<(), beaver_core::Error> {
    for number in numbers {
        requests.append(json!({"path": "/", "ms": 10 * number}))?;
    }
    Ok(())
}

fn show(result: &Json) -> Result<(), beaver_core::Error> {
    let Numbers { requests, mean, slowest, p90 } = result.to()?;
    let bar = "#".repeat(requests);
    println!("{requests:3} requests  mean {mean:5.1} ms  p90 {p90:5.1} ms  slowest {slowest:5.1} ms  {bar}");
    Ok(())
}
