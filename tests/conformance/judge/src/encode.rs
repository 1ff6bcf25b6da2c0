//! From what a suite says to what goes over the wire: tags are resolved, arguments take the form that
//! their type in the table has.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::value::RawValue;

use crate::ops::{Shape, Table, Type};
use crate::value::{View, quote, raw, view};

/// What tags refer to.
pub struct Scope<'a> {
    /// The test's folder.
    pub folder: &'a Path,
    pub saved: &'a BTreeMap<String, Box<RawValue>>,
}

const TAGS: [&str; 8] = ["$int", "$float", "$bytes", "$vec", "$text", "$path", "$saved", "$repeat"];
pub const MATCHERS: [&str; 11] = [
    "$$exists",
    "$$type",
    "$$approx",
    "$$unordered",
    "$$pick",
    "$$matches",
    "$$lte",
    "$$gte",
    "$$text",
    "$$json",
    "$$jsonl",
];

/// Resolves the tags in a value. `$float` of what JSON has no number for, `$bytes` and `$vec` stay.
pub fn expand(value: &RawValue, scope: &Scope) -> Result<String> {
    Ok(match view(value)? {
        View::Array(items) => {
            let items: Result<Vec<String>> = items.into_iter().map(|item| expand(item, scope)).collect();
            format!("[{}]", items?.join(","))
        }
        View::Object(members) => {
            if let Some((tag, inner)) = members.tag()
                && !tag.starts_with("$$")
            {
                return expand_tag(tag, inner, scope);
            }
            let mut parts = Vec::new();
            for (name, inner) in &members.0 {
                // A pattern or an exact text is no place for tags.
                let literal = name == "$$matches" || name == "$$text";
                let inner = if literal { inner.get().to_string() } else { expand(inner, scope)? };
                parts.push(format!("{}:{inner}", quote(name)));
            }
            format!("{{{}}}", parts.join(","))
        }
        _ => value.get().to_string(),
    })
}

fn expand_tag(tag: &str, inner: &RawValue, scope: &Scope) -> Result<String> {
    Ok(match tag {
        "$int" => {
            let text = plain_text(inner)?;
            ensure!(text.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit()), "$int is no integer: {text}");
            raw(text)?.get().to_string()
        }
        "$float" => match plain_text(inner)?.as_str() {
            special @ ("nan" | "inf" | "-inf") => format!("{{\"$float\":\"{special}\"}}"),
            number => {
                ensure!(number.parse::<f64>().is_ok(), "$float is no number: {number}");
                raw(number)?.get().to_string()
            }
        },
        "$bytes" => {
            let hex = text_expression(inner)?;
            let valid = hex.len() % 2 == 0 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            ensure!(valid, "$bytes is not in pairs of lower-case hexadecimal digits");
            format!("{{\"$bytes\":\"{hex}\"}}")
        }
        "$vec" => format!("{{\"$vec\":{}}}", expand(inner, scope)?),
        "$text" => quote(&text_expression(inner)?),
        "$path" => quote(&in_folder(&plain_text(inner)?, scope.folder)),
        "$saved" => {
            let name = plain_text(inner)?;
            scope.saved.get(&name).with_context(|| format!("nothing was saved as {name}"))?.get().to_string()
        }
        "$repeat" => {
            let (item, times) = repetition(inner)?;
            let item = expand(item, scope)?;
            format!("[{}]", vec![item; times].join(","))
        }
        _ => bail!("there is no tag {tag}"),
    })
}

/// The file in the test's folder. A database in memory has no file.
pub fn in_folder(path: &str, folder: &Path) -> String {
    if path == ":memory:" { path.to_string() } else { folder.join(path).display().to_string() }
}

fn plain_text(value: &RawValue) -> Result<String> {
    match view(value)? {
        View::Text(text) => Ok(text),
        _ => bail!("a string belongs here: {}", value.get()),
    }
}

/// A string, `{"$repeat": [expression, times]}`, or an array of expressions one after the other.
fn text_expression(value: &RawValue) -> Result<String> {
    match view(value)? {
        View::Text(text) => Ok(text),
        View::Array(parts) => parts.into_iter().map(text_expression).collect(),
        View::Object(members) => match members.tag() {
            Some(("$repeat", inner)) => {
                let (part, times) = repetition(inner)?;
                Ok(text_expression(part)?.repeat(times))
            }
            _ => bail!("neither a string nor $repeat: {}", value.get()),
        },
        _ => bail!("neither a string nor $repeat: {}", value.get()),
    }
}

fn repetition(value: &RawValue) -> Result<(&RawValue, usize)> {
    if let View::Array(parts) = view(value)?
        && let [part, times] = parts.as_slice()
        && let Ok(times) = times.get().parse()
    {
        return Ok((part, times));
    }
    bail!("$repeat takes what to repeat and how often: {}", value.get())
}

/// An argument in the form that the wire has for its type.
pub fn argument(value: &RawValue, shape: &Shape, scope: &Scope) -> Result<String> {
    let looked = view(value)?;
    Ok(match (shape, looked) {
        (Shape::Json, View::Object(members)) if matches!(members.tag(), Some(("$text" | "$bytes", _))) => {
            // The very text of the value, which need not be valid.
            expand(value, scope)?
        }
        (Shape::Json, _) => quote(&expand(value, scope)?),
        (Shape::Vector, View::Object(members)) if matches!(members.tag(), Some(("$vec" | "$saved", _))) => {
            expand(value, scope)?
        }
        (Shape::Vector, _) => format!("{{\"$vec\":{}}}", expand(value, scope)?),
        (Shape::Path, View::Text(path)) => quote(&in_folder(&path, scope.folder)),
        (Shape::Condition, View::Object(members)) => {
            let expected = members.get("equals").context("a condition is \"absent\" or {\"equals\": value}")?;
            format!("{{\"equals\":{}}}", argument(expected, &Shape::Json, scope)?)
        }
        (Shape::List(inner), View::Array(items)) => {
            let items: Result<Vec<String>> = items.into_iter().map(|item| argument(item, inner, scope)).collect();
            format!("[{}]", items?.join(","))
        }
        (Shape::List(inner), View::Object(members)) => {
            let Some(("$repeat", repeated)) = members.tag() else { bail!("a list belongs here") };
            let (item, times) = repetition(repeated)?;
            format!("[{}]", vec![argument(item, inner, scope)?; times].join(","))
        }
        (Shape::Record(fields), View::Object(members)) => {
            let mut parts = Vec::new();
            for (name, inner) in &members.0 {
                let kind = fields.get(name).with_context(|| format!("there is no field {name}"))?;
                parts.push(format!("{}:{}", quote(name), argument(inner, &kind.shape, scope)?));
            }
            format!("{{{}}}", parts.join(","))
        }
        _ => expand(value, scope)?,
    })
}

/// All arguments of a request, as an object.
pub fn arguments(
    types: &BTreeMap<String, Type>,
    args: &BTreeMap<String, Box<RawValue>>,
    scope: &Scope,
) -> Result<String> {
    let mut parts = Vec::new();
    for (name, value) in args {
        let kind = types.get(name).with_context(|| format!("there is no argument {name}"))?;
        let text = argument(value, &kind.shape, scope).with_context(|| format!("the argument {name}"))?;
        parts.push(format!("{}:{text}", quote(name)));
    }
    Ok(format!("{{{}}}", parts.join(",")))
}

/// Whether arguments are those of the operation, of the right types.
pub fn check_args(types: &BTreeMap<String, Type>, args: &BTreeMap<String, Box<RawValue>>, partial: bool) -> Result<()> {
    for (name, value) in args {
        let kind = types.get(name).with_context(|| format!("there is no argument {name}"))?;
        check_type(value, &kind.shape).with_context(|| format!("the argument {name}"))?;
    }
    let missing = types.iter().find(|(name, kind)| !kind.optional && !args.contains_key(*name));
    match missing {
        Some((name, _)) if !partial => bail!("the argument {name} is missing"),
        _ => Ok(()),
    }
}

fn check_type(value: &RawValue, shape: &Shape) -> Result<()> {
    let looked = view(value)?;
    let tag = match &looked {
        View::Object(members) => members.tag().map(|(tag, _)| tag.to_string()),
        _ => None,
    };
    check_tags(value)?;
    let tagged = |allowed: &[&str]| tag.as_deref().is_some_and(|tag| allowed.contains(&tag));
    let fits = match (shape, &looked) {
        (Shape::Json | Shape::Id, _)
        | (Shape::Text | Shape::Path, View::Text(_))
        | (Shape::Bool, View::Bool(_))
        | (Shape::Number | Shape::Timeout, View::Number(_))
        | (Shape::Timeout, View::Null) => true,
        (Shape::Text, _) => tagged(&["$text", "$bytes", "$saved"]),
        (Shape::Bytes, _) => tagged(&["$bytes", "$saved"]),
        (Shape::Vector, View::Array(parts)) => {
            parts.iter().try_for_each(|part| check_type(part, &Shape::Number))?;
            true
        }
        (Shape::Vector, View::Object(members)) => match members.tag() {
            Some(("$vec", inner)) => return check_type(inner, shape),
            Some(("$repeat", repeated)) => return check_type(repetition(repeated)?.0, &Shape::Number),
            _ => tagged(&["$saved"]),
        },
        (Shape::Number | Shape::Timeout, _) => tagged(&["$float", "$int", "$saved"]),
        (Shape::Int, View::Number(number)) => number.parse::<i64>().is_ok(),
        (Shape::Int, _) => tagged(&["$int", "$saved"]),
        (Shape::Condition, View::Text(word)) => word == "absent",
        (Shape::Condition, View::Object(members)) => members.0.len() == 1 && members.get("equals").is_some(),
        (Shape::List(inner), View::Array(items)) => {
            items.iter().try_for_each(|item| check_type(item, inner))?;
            true
        }
        (Shape::List(inner), View::Object(members)) => {
            let Some(("$repeat", repeated)) = members.tag() else { bail!("a list belongs here") };
            check_type(repetition(repeated)?.0, inner)?;
            true
        }
        (Shape::Record(fields), View::Object(members)) => {
            for (name, inner) in &members.0 {
                let kind = fields.get(name).with_context(|| format!("there is no field {name}"))?;
                check_type(inner, &kind.shape).with_context(|| format!("the field {name}"))?;
            }
            fields.iter().all(|(name, kind)| kind.optional || members.get(name).is_some())
        }
        _ => false,
    };
    ensure!(fits, "{} is no {shape:?}", value.get());
    Ok(())
}

/// Whether every object with a dollar sign is a tag that there is.
fn check_tags(value: &RawValue) -> Result<()> {
    walk(value, &mut |tag, _| {
        ensure!(TAGS.contains(&tag), "there is no tag {tag}");
        Ok(())
    })
}

/// Whether an expected result consists of what the matcher knows.
pub fn check_expected(value: &RawValue) -> Result<()> {
    walk(value, &mut |tag, _| {
        ensure!(TAGS.contains(&tag) || MATCHERS.contains(&tag), "there is neither a tag nor a matcher {tag}");
        Ok(())
    })
}

/// Whether an expected error is an object whose kind, if it is said, exists.
pub fn check_error(value: &RawValue, table: &Table) -> Result<()> {
    let View::Object(members) = view(value)? else { bail!("an error is an object: {{\"kind\": …}}") };
    check_expected(value)?;
    ensure!(members.get("message").is_none(), "errors are matched by their kind, never by their message");
    let kind = members.get("kind").context("an error has a kind")?;
    if let View::Text(kind) = view(kind)? {
        ensure!(table.errors.contains(&kind), "there is no kind of error {kind}");
    }
    Ok(())
}

/// The names that `$saved` refers to.
pub fn saved_names(text: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let value = raw(text)?;
    walk(&value, &mut |tag, inner| {
        if tag == "$saved" {
            names.push(plain_text(inner)?);
        }
        Ok(())
    })?;
    Ok(names)
}

fn walk(value: &RawValue, visit: &mut dyn FnMut(&str, &RawValue) -> Result<()>) -> Result<()> {
    match view(value)? {
        View::Array(items) => items.into_iter().try_for_each(|item| walk(item, visit)),
        View::Object(members) => {
            for (name, inner) in &members.0 {
                if name.starts_with('$') {
                    visit(name, inner)?;
                }
                walk(inner, visit)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
