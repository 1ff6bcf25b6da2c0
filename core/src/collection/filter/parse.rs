//! From the JSON of a filter to its structure.
//!
//! Every level is read as raw text first: unlike a map, that keeps a member that stands twice, and it
//! leaves what lies deeper alone until its depth was checked.

use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{
    Comparison, Key, MAX_FILTER_BYTES, MAX_FILTER_CONDITIONS, MAX_FILTER_DEPTH, MAX_IN_VALUES, Node, OneOf, Operand,
};
use crate::collection::path::Path;
use crate::error::{Error, Result};
use crate::value::check_json;

/// How much of a name that the caller gave stands in a message.
const SHOWN_CHARS: usize = 60;

pub(super) fn filter(json: &str) -> Result<Node> {
    if json.len() > MAX_FILTER_BYTES {
        let found = json.len();
        return Err(Error::limit(format!("a filter has at most {MAX_FILTER_BYTES} bytes, this one has {found}")));
    }
    check_json(json)?;
    Reader { conditions: 0 }.filter(read(json, "the filter")?, 1)
}

struct Reader {
    conditions: usize,
}

impl Reader {
    /// `depth` counts from 1.
    fn filter(&mut self, raw: &RawValue, depth: usize) -> Result<Node> {
        if depth > MAX_FILTER_DEPTH {
            return Err(Error::limit(format!("a filter nests at most {MAX_FILTER_DEPTH} levels deep")));
        }
        if !is_object(raw) {
            return Err(Error::invalid(r#"a filter is an object: give {"path": value}, or {} for every document"#));
        }
        let mut nodes = Vec::new();
        for (name, raw) in read::<Members>(raw.get(), "the filter")?.0 {
            match name.as_str() {
                "and" => nodes.push(Node::And(self.filters("and", raw, depth)?)),
                "or" => nodes.push(Node::Or(self.filters("or", raw, depth)?)),
                "not" => nodes.push(Node::Not(Box::new(self.filter(raw, depth + 1)?))),
                _ => self.tests(&name, raw, &mut nodes)?,
            }
        }
        match nodes.pop() {
            None => {
                self.count()?;
                Ok(Node::And(nodes))
            }
            Some(only) if nodes.is_empty() => Ok(only),
            Some(last) => {
                nodes.push(last);
                Ok(Node::And(nodes))
            }
        }
    }

    fn filters(&mut self, operator: &str, raw: &RawValue, depth: usize) -> Result<Vec<Node>> {
        if !is_array(raw) {
            return Err(Error::invalid(format!("{operator:?} takes an array of filters")));
        }
        let filters: Vec<&RawValue> = read(raw.get(), operator)?;
        if filters.is_empty() {
            self.count()?;
        }
        filters.into_iter().map(|raw| self.filter(raw, depth + 1)).collect()
    }

    fn tests(&mut self, name: &str, raw: &RawValue, nodes: &mut Vec<Node>) -> Result<()> {
        let path = member_path(name)?;
        let shown = shown(name);
        if is_array(raw) {
            let rule = r#"for equality with an array write {"=": […]}, for one of several values {"in": […]}"#;
            return Err(Error::invalid(format!("at {shown}: {rule}")));
        }
        if !is_object(raw) {
            self.count()?;
            nodes.push(Node::Leaf { path, op: Comparison::Equal(Operand::of(read(raw.get(), &shown)?)) });
            return Ok(());
        }
        let tests = read::<Members>(raw.get(), &shown)?.0;
        if tests.is_empty() {
            let rule = r#"no operator; for equality with an object write {"=": {…}}"#;
            return Err(Error::invalid(format!("at {shown}: {rule}")));
        }
        for (operator, raw) in tests {
            self.count()?;
            nodes.push(Node::Leaf { path: path.clone(), op: comparison(&operator, raw, &shown)? });
        }
        Ok(())
    }

    fn count(&mut self) -> Result<()> {
        self.conditions += 1;
        if self.conditions > MAX_FILTER_CONDITIONS {
            return Err(Error::limit(format!("a filter has at most {MAX_FILTER_CONDITIONS} conditions in all")));
        }
        Ok(())
    }
}

/// The path of a member of a filter, where a name that looks like an operator is a mistake.
fn member_path(name: &str) -> Result<Path> {
    let operator = matches!(name, "=" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "contains" | "exists");
    let dollar = name.starts_with('$') && !name.starts_with("$.");
    if operator || dollar {
        let shown = shown(name);
        let rule = if operator { r#"stands inside of {"path": {…}}"# } else { "is no operator of a filter" };
        let remedy = "a field of that name is written with $. in front";
        return Err(Error::invalid(format!("{shown} {rule}; {remedy}")));
    }
    Path::parse(name)
}

fn comparison(operator: &str, raw: &RawValue, at: &str) -> Result<Comparison> {
    let wrong = |rule: &str| Error::invalid(format!("at {at}: {operator:?} takes {rule}"));
    let ordered = || match read(raw.get(), at).map(Operand::of)? {
        Operand::Scalar(key @ (Key::Number(_) | Key::Text(_))) => Ok(key),
        _ => Err(wrong("a number or a string")),
    };
    match operator {
        "=" => read(raw.get(), at).map(Operand::of).map(Comparison::Equal),
        "!=" => read(raw.get(), at).map(Operand::of).map(Comparison::NotEqual),
        "<" => ordered().map(Comparison::Less),
        "<=" => ordered().map(Comparison::LessOrEqual),
        ">" => ordered().map(Comparison::Greater),
        ">=" => ordered().map(Comparison::GreaterOrEqual),
        "in" if !is_array(raw) => Err(wrong("an array of values")),
        "in" => {
            let values: Vec<Value> = read(raw.get(), at)?;
            if values.len() > MAX_IN_VALUES {
                let found = values.len();
                let rule = format!("\"in\" takes at most {MAX_IN_VALUES} values, got {found}");
                return Err(Error::limit(format!("at {at}: {rule}")));
            }
            Ok(Comparison::In(OneOf::of(values)))
        }
        "contains" => read(raw.get(), at).map(Operand::of).map(Comparison::Contains),
        "exists" => match raw.get() {
            "true" => Ok(Comparison::Exists(true)),
            "false" => Ok(Comparison::Exists(false)),
            _ => Err(wrong("true or false")),
        },
        _ => {
            let known = "the operators are = != < <= > >= in contains exists";
            let remedy = "a member of an object is named with a dot in the path";
            Err(Error::invalid(format!("at {at}: {} is no operator: {known}; {remedy}", shown(operator))))
        }
    }
}

/// A name as it stands in a message: on one line, and not longer than a line.
fn shown(name: &str) -> String {
    match name.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{:?}…", name.get(..end).unwrap_or_default()),
        None => format!("{name:?}"),
    }
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

fn is_array(raw: &RawValue) -> bool {
    raw.get().starts_with('[')
}

/// Reads a part of a text that is known to be JSON; what is left to fail is a number beyond a float.
fn read<'a, T: Deserialize<'a>>(text: &'a str, at: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| {
        let reason = e.to_string();
        Error::invalid(format!("at {at}: {}", reason.split(" at line ").next().unwrap_or_default()))
    })
}

/// The members of an object in their order, each with its text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}
