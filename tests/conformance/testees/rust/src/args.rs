//! The arguments of a request, in the form of the wire.

use std::time::Duration;

use beaver_core::{Error, ErrorKind, Json, Result, When, seconds};
use serde_json::Value;

pub struct Args(pub serde_json::Map<String, Value>);

impl Args {
    pub fn get(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    pub fn optional(&self, name: &str) -> Option<&str> {
        self.get(name).as_str()
    }

    pub fn text(&self, name: &str) -> &str {
        self.optional(name).unwrap_or_default()
    }

    pub fn json(&self, name: &str) -> Result<Json> {
        json(self.get(name))
    }

    pub fn optional_json(&self, name: &str) -> Result<Option<Json>> {
        self.optional(name).map(Json::parse).transpose()
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).as_i64()
    }

    pub fn index(&self, name: &str) -> i64 {
        self.int(name).unwrap_or_default()
    }

    pub fn count(&self, name: &str) -> usize {
        self.get(name).as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or_default()
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let hex = self.get(name).get("$bytes").and_then(Value::as_str).unwrap_or_default();
        (0..hex.len() / 2).filter_map(|at| u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()).collect()
    }

    /// An embedding or a query vector, if there is one.
    pub fn vector(&self, name: &str) -> Option<Vec<f32>> {
        let components = self.get(name).get("$vec")?.as_array()?;
        #[expect(clippy::cast_possible_truncation)] // the nearest float of 32 bits is meant
        Some(components.iter().map(|component| number(component) as f32).collect())
    }

    pub fn items(&self, name: &str) -> Vec<Args> {
        let items = self.get(name).as_array().cloned().unwrap_or_default();
        items
            .into_iter()
            .filter_map(|item| if let Value::Object(item) = item { Some(Args(item)) } else { None })
            .collect()
    }

    pub fn jsons(&self, name: &str) -> Result<Vec<Json>> {
        self.get(name).as_array().into_iter().flatten().map(json).collect()
    }

    pub fn number(&self, name: &str) -> f64 {
        number(self.get(name))
    }

    /// A time to live or a lease, if there is one.
    pub fn ttl(&self, name: &str) -> Result<Option<Duration>> {
        match self.get(name) {
            Value::Null => Ok(None),
            value => seconds(name, number(value)).map(Some),
        }
    }

    pub fn timeout(&self) -> Option<Duration> {
        match self.get("timeout") {
            Value::Null => None,
            value => Some(Duration::try_from_secs_f64(number(value)).unwrap_or_default()),
        }
    }

    /// The members of the options, which travel as JSON text.
    pub fn options(&self) -> Args {
        let options = self.optional("options").and_then(|text| serde_json::from_str(text).ok());
        Args(options.unwrap_or_default())
    }

    pub fn when(&self) -> Result<When> {
        match self.get("if") {
            Value::Null => Ok(When::Always),
            Value::String(_) => Ok(When::Absent),
            condition => Ok(When::Equals(json(condition.get("equals").unwrap_or(&Value::Null))?)),
        }
    }
}

fn json(value: &Value) -> Result<Json> {
    match value {
        Value::String(text) => Json::parse(text),
        _ => Err(Error::new(ErrorKind::InvalidArgument, "JSON travels as text")),
    }
}

fn number(value: &Value) -> f64 {
    match value.get("$float").and_then(Value::as_str) {
        Some("nan") => f64::NAN,
        Some("inf") => f64::INFINITY,
        Some("-inf") => f64::NEG_INFINITY,
        _ => value.as_f64().unwrap_or_default(),
    }
}
