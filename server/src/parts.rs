//! Bodies whose members are partly ours and partly options that the core reads.

use beaver_core::{Document, IndexOptions, Json, wire};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The members of an object.
pub(crate) struct Parts(Vec<(String, Json)>);

impl Parts {
    pub fn of(json: &Json) -> Result<Parts, Problem> {
        Ok(Parts(wire::members("the body", json)?))
    }

    /// Takes a member out. Given twice, it is refused.
    pub fn take(&mut self, name: &str) -> Result<Option<Json>, Problem> {
        let mut found = None;
        let (taken, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.0).into_iter().partition(|(member, _)| member == name);
        self.0 = rest;
        for (_, value) in taken {
            if found.replace(value).is_some() {
                return Err(Problem::invalid(format!("the body has {name} twice")));
            }
        }
        Ok(found)
    }

    /// Takes a member out, as a type; null is none.
    pub fn take_as<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Problem> {
        let Some(json) = self.take(name)? else { return Ok(None) };
        if json.as_str() == "null" {
            return Ok(None);
        }
        let wrong = |_| Problem::invalid(format!("{name} in the body is not of the type that it should be"));
        json.to().map(Some).map_err(wrong)
    }

    /// Takes a vector out, each number as the nearest float of 32 bits; null is none.
    pub fn vector(&mut self, name: &str) -> Result<Option<Vec<f32>>, Problem> {
        let given = self.take(name)?.filter(|json| json.as_str() != "null");
        Ok(given.map(|json| wire::vector(name, &json)).transpose()?)
    }

    /// Takes a vector out that has to be there.
    pub fn need_vector(&mut self, name: &str) -> Result<Vec<f32>, Problem> {
        self.vector(name)?.ok_or_else(|| Problem::invalid(format!("the body has no {name}")))
    }

    /// Takes a member out that has to be there.
    pub fn need<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Problem> {
        self.take_as(name)?.ok_or_else(|| Problem::invalid(format!("the body has no {name}")))
    }

    /// Gives a member another name: BeaverDB 1.x had other ones.
    pub fn rename(&mut self, old: &str, new: &str) {
        for (name, _) in &mut self.0 {
            if name == old {
                new.clone_into(name);
            }
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, value)| member == name && value.as_str() != "null")
    }

    /// What is left, as the options of a call. Null is as if it was not said.
    pub fn rest(self) -> String {
        let said = self.0.into_iter().filter(|(_, value)| value.as_str() != "null");
        let said: Vec<(String, Json)> = said.collect();
        wire::object(said.iter().map(|(name, value)| (name.as_str(), value.clone())))
    }
}

/// A document as it is written: `{"id", "body", "embedding", "fts", "fuzzy"}`.
pub(crate) fn document(json: &Json, id: Option<String>) -> Result<(Document, IndexOptions), Problem> {
    let mut parts = Parts::of(json)?;
    parts.rename("metadata", "body");
    let body = parts.take("body")?.map_or_else(|| Json::parse("{}"), Ok)?;
    let embedding = parts.vector("embedding")?;
    let given: Option<String> = parts.take_as("id")?;
    let mut document = match (id, given) {
        (Some(id), Some(given)) if id != given => {
            return Err(Problem::invalid("the id in the body is not the one in the path"));
        }
        (Some(id), _) | (None, Some(id)) => Document::with_id(id, body),
        (None, None) => Document::new(body),
    };
    document.embedding = embedding;
    Ok((document, IndexOptions::from_json(&parts.rest())?))
}
