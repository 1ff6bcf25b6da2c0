//! Options that callers give as a JSON object, for calls that take them as arguments in Rust. Those that have a type
//! of their own are read by its `from_json`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

use crate::channel::Retention;
use crate::clock::Micros;
use crate::collection::{DEFAULT_RRF_K, Direction};
use crate::dump::DumpFormat;
use crate::error::{Error, Result};
use crate::live::Aggregate;
use crate::load::LoadMode;
use crate::options::parse_options;
use crate::queue::DeadLetterPolicy;
use crate::subscription::Start;
use crate::value::seconds;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DumpOptions {
    format: Format,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Json,
    Jsonl,
}

impl Default for DumpOptions {
    fn default() -> Self {
        DumpOptions { format: Format::Json }
    }
}

/// The form of a dump: `{"format": "json"}` or `"jsonl"`.
///
/// # Errors
/// As for [`parse_options`].
pub fn dump_format(json: &str) -> Result<DumpFormat> {
    Ok(match parse_options::<DumpOptions>(json)?.format {
        Format::Json => DumpFormat::Json,
        Format::Jsonl => DumpFormat::JsonLines,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LoadOptions {
    mode: Mode,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Replace,
    Append,
}

impl Default for LoadOptions {
    fn default() -> Self {
        LoadOptions { mode: Mode::Replace }
    }
}

/// What becomes of what is there: `{"mode": "replace"}` or `"append"`.
///
/// # Errors
/// As for [`parse_options`].
pub fn load_mode(json: &str) -> Result<LoadMode> {
    Ok(match parse_options::<LoadOptions>(json)?.mode {
        Mode::Replace => LoadMode::Replace,
        Mode::Append => LoadMode::Append,
    })
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct CommitOptions {
    durable: Option<bool>,
}

/// How a batch is committed: `{"durable": true}`, or as the database was opened.
///
/// # Errors
/// As for [`parse_options`].
pub fn commit(json: &str) -> Result<Option<bool>> {
    Ok(parse_options::<CommitOptions>(json)?.durable)
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct LeaseOptions {
    max_attempts: Option<u32>,
    dead_letter: Option<String>,
}

/// Where items go that were leased too often: `{"max_attempts": 5, "dead_letter": "failed"}`, both or neither.
///
/// # Errors
/// As for [`parse_options`]; INVALID_ARGUMENT for one without the other.
pub fn dead_letter(json: &str) -> Result<Option<DeadLetterPolicy>> {
    let LeaseOptions { max_attempts, dead_letter } = parse_options(json)?;
    match (max_attempts, dead_letter) {
        (Some(max_attempts), Some(queue)) => Ok(Some(DeadLetterPolicy { max_attempts, queue })),
        (None, None) => Ok(None),
        _ => Err(Error::invalid("the options have one of max_attempts and dead_letter: give both, or neither")),
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RangeOptions {
    limit: Option<usize>,
    reverse: bool,
}

/// How many entries of a log, and whether the newest come first: `{"limit": 100, "reverse": true}`.
///
/// # Errors
/// As for [`parse_options`].
pub fn log_range(json: &str) -> Result<(Option<usize>, bool)> {
    let RangeOptions { limit, reverse } = parse_options(json)?;
    Ok((limit, reverse))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct SubscribeOptions {
    start: Option<StartName>,
    after_us: Option<Micros>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum StartName {
    Now,
    Oldest,
}

/// Where a subscription begins: `{"start": "now"}`, `"oldest"`, or `{"after_us": time}`.
///
/// # Errors
/// As for [`parse_options`]; INVALID_ARGUMENT for both at once.
pub fn start(json: &str) -> Result<Start> {
    let SubscribeOptions { start, after_us } = parse_options(json)?;
    match (start, after_us) {
        (None | Some(StartName::Now), None) => Ok(Start::Now),
        (Some(StartName::Oldest), None) => Ok(Start::Oldest),
        (None, Some(after)) => Ok(Start::After(after)),
        (Some(_), Some(_)) => {
            Err(Error::invalid("the options have both start and after_us: a subscription begins at one place"))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RetentionOptions {
    max_age: Option<f64>,
    max_messages: Option<u64>,
}

impl Default for RetentionOptions {
    fn default() -> Self {
        let Retention { max_age, max_messages } = Retention::default();
        RetentionOptions { max_age: max_age.map(|age| age.as_secs_f64()), max_messages }
    }
}

/// How long a channel keeps its messages: `{"max_age": seconds or null, "max_messages": count or null}`; what is not
/// said is as in a new channel.
///
/// # Errors
/// As for [`parse_options`]; INVALID_ARGUMENT for an age that is none.
pub fn retention_of(json: &str) -> Result<Retention> {
    let RetentionOptions { max_age, max_messages } = parse_options(json)?;
    Ok(Retention { max_age: max_age.map(|age| seconds("max_age", age)).transpose()?, max_messages })
}

/// A live view of a log, as it is asked for.
#[derive(Debug)]
pub struct LiveView {
    /// How far back it looks.
    pub window: Duration,
    /// How often it tells.
    pub period: Duration,
    /// The numbers it makes; none for the entries themselves.
    pub aggregates: Option<BTreeMap<String, Aggregate>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ViewOptions {
    window: f64,
    period: f64,
    aggregates: Option<BTreeMap<String, Aggregate>>,
}

/// A live view: `{"window": seconds, "period": seconds, "aggregates": {name: aggregate}}`, the last optional.
///
/// # Errors
/// As for [`parse_options`]; INVALID_ARGUMENT for times that are none.
pub fn live_view(json: &str) -> Result<LiveView> {
    let ViewOptions { window, period, aggregates } = parse_options(json)?;
    Ok(LiveView { window: seconds("window", window)?, period: seconds("period", period)?, aggregates })
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct DegreeOptions {
    labels: Vec<String>,
    direction: Direction,
}

/// Which edges are counted: `{"labels": [labels], "direction": "outgoing"}`.
///
/// # Errors
/// As for [`parse_options`].
pub fn degree(json: &str) -> Result<(Vec<String>, Direction)> {
    let DegreeOptions { labels, direction } = parse_options(json)?;
    Ok((labels, direction))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RerankOptions {
    weights: Option<Vec<f64>>,
    k: Option<f64>,
}

/// How lists are fused: `{"weights": [numbers], "k": 60}`.
///
/// # Errors
/// As for [`parse_options`].
pub fn rerank(json: &str) -> Result<(Option<Vec<f64>>, f64)> {
    let RerankOptions { weights, k } = parse_options(json)?;
    Ok((weights, k.unwrap_or(DEFAULT_RRF_K)))
}
