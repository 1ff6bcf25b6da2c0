//! What the tests of dumps share: a clock that stands still, and dumps as text and as items.

use std::sync::Arc;

use beaver_core::{Beaver, DumpFormat, Error, LoadMode, ManualClock, Options, Structure};
use serde_json::Value;

pub const T: i64 = 1_704_164_645_678_901;
pub const FORMATS: [DumpFormat; 2] = [DumpFormat::Json, DumpFormat::JsonLines];

pub fn at_t() -> (Beaver, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(T));
    (Beaver::open(":memory:", Options { clock: clock.clone(), ..Options::default() }).unwrap(), clock)
}

pub fn dumped(structure: &impl Structure, format: DumpFormat) -> String {
    let mut out = Vec::new();
    structure.dump(&mut out, format).unwrap();
    String::from_utf8(out).unwrap()
}

pub fn load(structure: &impl Structure, text: &str, mode: LoadMode) -> Result<u64, Error> {
    structure.load(&mut text.as_bytes(), mode)
}

/// The items of a dump, however it is laid out.
pub fn items(text: &str) -> Vec<Value> {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(mut whole)) if whole.contains_key("items") => match whole.remove("items") {
            Some(Value::Array(items)) => items,
            other => panic!("no array: {other:?}"),
        },
        _ => text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect(),
    }
}
