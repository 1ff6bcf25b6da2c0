//! A cache in front of something slow: values that are absent again after their time, and a lock so that
//! only one process at a time refreshes.

use std::error::Error;
use std::time::Duration;

use beaver_core::{Beaver, Json, Options};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let db = Beaver::open(folder.path().join("cache.db"), Options::default())?;

    for attempt in 1..=2 {
        println!("attempt {attempt}: {}", capital(&db, "Ecuador")?);
    }
    std::thread::sleep(Duration::from_millis(250));
    println!("after the expiry: {}", capital(&db, "Ecuador")?);
    Ok(())
}

fn capital(db: &Beaver, country: &str) -> Result<Json, Box<dyn Error>> {
    let cache = db.dict("capitals")?;
    if let Some(known) = cache.get(country)? {
        return Ok(known);
    }
    let refresh = db.lock("refresh_capitals")?;
    refresh.acquire(Some(Duration::from_secs(5)), Duration::from_secs(30))?;
    // Somebody else may have been faster while this one waited.
    let answer = match cache.get(country)? {
        Some(known) => known,
        None => {
            println!("asking for the capital of {country} …");
            let answer = Json::from(json!("Quito"));
            cache.set_for(country, answer.clone(), Duration::from_millis(200))?;
            answer
        }
    };
    refresh.release()?;
    Ok(answer)
}
