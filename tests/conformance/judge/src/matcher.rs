//! Whether an answer is what a suite expects.

use std::cmp::Ordering;

use regex::Regex;
use serde_json::value::RawValue;

use crate::value::{Members, View, at_pointer, raw, same_number, short, view};

/// Nothing, or where and how the answer differs.
pub type Verdict = Result<(), String>;

/// Matches a whole answer: at its root, members that nobody expects are allowed.
pub fn matches(expected: &RawValue, actual: &RawValue) -> Verdict {
    compare(expected, actual, true, "")
}

fn compare(expected: &RawValue, actual: &RawValue, root: bool, at: &str) -> Verdict {
    let wanted = look(expected, at)?;
    if let View::Object(members) = &wanted
        && let Some((name, inner)) = members.tag()
        && let Some(matcher) = name.strip_prefix("$$")
    {
        return if special(matcher, inner, actual, root, at)? { Ok(()) } else { differs(expected, actual, at) };
    }
    let found = look(actual, at)?;
    let same = match (&wanted, &found) {
        (View::Null, View::Null) => true,
        (View::Bool(a), View::Bool(b)) => a == b,
        (View::Text(a), View::Text(b)) => a == b,
        (View::Array(a), View::Array(b)) if a.len() == b.len() => {
            for (index, (a, b)) in a.iter().zip(b).enumerate() {
                compare(a, b, false, &format!("{at}/{index}"))?;
            }
            true
        }
        (View::Object(a), View::Object(b)) if matches!((a.tag(), b.tag()), (Some(("$vec", _)), Some(("$vec", _)))) => {
            return vectors(a, b, at);
        }
        (View::Object(a), View::Object(b)) if number(&wanted).or(number(&found)).is_none() => {
            return objects(a, b, root, at);
        }
        _ => number(&wanted).zip(number(&found)).is_some_and(|(a, b)| same_number(&a, &b)),
    };
    if same { Ok(()) } else { differs(expected, actual, at) }
}

fn differs(expected: &RawValue, actual: &RawValue, at: &str) -> Verdict {
    let place = if at.is_empty() { String::new() } else { format!("at {at}: ") };
    Err(format!("{place}expected {}, got {}", short(expected.get()), short(actual.get())))
}

fn look<'a>(value: &'a RawValue, at: &str) -> Result<View<'a>, String> {
    view(value).map_err(|e| format!("at {at}: {e:#}"))
}

/// The text of a number, tagged or not.
fn number(view: &View) -> Option<String> {
    match view {
        View::Number(text) => Some((*text).to_string()),
        View::Object(members) => match members.tag()? {
            ("$int" | "$float", inner) => {
                let text: String = serde_json::from_str(inner.get()).ok()?;
                text.parse::<f64>().ok().filter(|number| number.is_finite()).map(|_| text)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Vectors hold floats of 32 bits: 0.1 and 0.100000001 are one component.
fn vectors(expected: &Members, actual: &Members, at: &str) -> Verdict {
    let (Some((_, expected)), Some((_, actual))) = (expected.tag(), actual.tag()) else {
        return Err(format!("at {at}: no vector"));
    };
    let (View::Array(wanted), View::Array(found)) = (look(expected, at)?, look(actual, at)?) else {
        return differs(expected, actual, at);
    };
    if wanted.len() != found.len() {
        return differs(expected, actual, at);
    }
    for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
        let here = format!("{at}/{index}");
        let same = single(&look(wanted, &here)?).zip(single(&look(found, &here)?)).is_some_and(|(a, b)| a == b);
        if !same {
            compare(wanted, found, false, &here)?;
        }
    }
    Ok(())
}

fn single(component: &View) -> Option<f32> {
    number(component)?.parse().ok()
}

fn objects(expected: &Members, actual: &Members, root: bool, at: &str) -> Verdict {
    for (name, wanted) in &expected.0 {
        let here = format!("{at}/{name}");
        match actual.get(name) {
            Some(found) => compare(wanted, found, false, &here)?,
            None if expects_nothing(wanted) => {}
            None => {
                return Err(format!("at {here}: expected {}, got nothing", short(wanted.get())));
            }
        }
    }
    let extra = actual.0.iter().find(|(name, _)| expected.get(name).is_none());
    match extra {
        Some((name, found)) if !root => Err(format!("at {at}/{name}: expected nothing, got {}", short(found.get()))),
        _ => Ok(()),
    }
}

fn expects_nothing(wanted: &RawValue) -> bool {
    let Ok(View::Object(members)) = view(wanted) else {
        return false;
    };
    matches!(members.tag(), Some(("$$exists", inner)) if inner.get() == "false")
}

fn special(matcher: &str, inner: &RawValue, actual: &RawValue, root: bool, at: &str) -> Result<bool, String> {
    let found = look(actual, at)?;
    Ok(match matcher {
        // What is not there never comes here.
        "exists" => inner.get() == "true",
        "type" => text(inner, at)? == type_name(&found),
        "text" => text(inner, at)? == actual.get(),
        "lte" => matches!(order(inner, &found, at)?, Some(Ordering::Greater | Ordering::Equal)),
        "gte" => matches!(order(inner, &found, at)?, Some(Ordering::Less | Ordering::Equal)),
        "approx" => {
            let View::Array(parts) = look(inner, at)? else {
                return Err(form("approx", inner));
            };
            let [wanted, tolerance] = parts.as_slice() else {
                return Err(form("approx", inner));
            };
            let (wanted, tolerance) = (float(&look(wanted, at)?), float(&look(tolerance, at)?));
            let (Some(wanted), Some(tolerance)) = (wanted, tolerance) else {
                return Err(form("approx", inner));
            };
            float(&found).is_some_and(|found| (found - wanted).abs() <= tolerance)
        }
        "matches" => {
            let pattern = Regex::new(&text(inner, at)?).map_err(|e| e.to_string())?;
            matches!(&found, View::Text(found) if pattern.is_match(found))
        }
        "unordered" => {
            let View::Array(wanted) = look(inner, at)? else {
                return Err(form("unordered", inner));
            };
            matches!(&found, View::Array(found) if unordered(&wanted, found))
        }
        "pick" => {
            let (View::Array(parts), View::Array(found)) = (look(inner, at)?, &found) else {
                return Ok(false);
            };
            let [pointer, wanted] = parts.as_slice() else {
                return Err(form("pick", inner));
            };
            let pointer = text(pointer, at)?;
            let picked: Result<Vec<&str>, String> =
                found.iter().map(|one| Ok(at_pointer(one, &pointer).map_err(|e| format!("{e:#}"))?.get())).collect();
            let picked = raw(format!("[{}]", picked?.join(","))).map_err(|e| format!("{e:#}"))?;
            compare(wanted, &picked, false, at)?;
            true
        }
        "json" => {
            let View::Text(text) = &found else {
                return Ok(false);
            };
            let Ok(parsed) = raw(text.trim()) else {
                return Ok(false);
            };
            compare(inner, &parsed, root, at)?;
            true
        }
        "jsonl" => {
            let View::Text(text) = &found else {
                return Ok(false);
            };
            let Ok(parsed) = raw(format!("[{}]", text.trim().lines().collect::<Vec<_>>().join(","))) else {
                return Ok(false);
            };
            compare(inner, &parsed, false, at)?;
            true
        }
        _ => return Err(format!("there is no matcher $${matcher}")),
    })
}

fn form(matcher: &str, inner: &RawValue) -> String {
    format!("$${matcher} does not take {}", short(inner.get()))
}

fn text(inner: &RawValue, at: &str) -> Result<String, String> {
    match look(inner, at)? {
        View::Text(text) => Ok(text),
        _ => Err(format!("a string belongs here: {}", inner.get())),
    }
}

fn type_name(found: &View) -> &'static str {
    match found {
        View::Null => "null",
        View::Bool(_) => "boolean",
        View::Text(_) => "string",
        View::Array(_) => "array",
        View::Object(members) if matches!(members.tag(), Some(("$bytes", _))) => "bytes",
        View::Object(members) if matches!(members.tag(), Some(("$vec", _))) => "vector",
        _ => match number(found) {
            Some(text) if text.contains(['.', 'e', 'E']) => "number",
            Some(_) => "integer",
            None => "object",
        },
    }
}

fn float(found: &View) -> Option<f64> {
    number(found)?.parse().ok()
}

/// How the expected bound compares with what was found; nothing if that is no number.
fn order(bound: &RawValue, found: &View, at: &str) -> Result<Option<Ordering>, String> {
    let bound = number(&look(bound, at)?).ok_or_else(|| form("lte or $$gte", bound))?;
    let Some(found) = number(found) else {
        return Ok(None);
    };
    // Times in microseconds are integers beyond what needs care, but still integers.
    if let (Ok(bound), Ok(found)) = (bound.parse::<i128>(), found.parse::<i128>()) {
        return Ok(Some(bound.cmp(&found)));
    }
    let (bound, found) = (bound.parse::<f64>().ok(), found.parse::<f64>().ok());
    Ok(bound.zip(found).and_then(|(bound, found)| bound.partial_cmp(&found)))
}

/// Whether each expected element can be given an actual one of its own (Kuhn's augmenting paths: an
/// expected element may be a matcher that fits several).
fn unordered(wanted: &[&RawValue], found: &[&RawValue]) -> bool {
    fn place(
        want: usize,
        fits: &dyn Fn(usize, usize) -> bool,
        taken: &mut [Option<usize>],
        tried: &mut [bool],
    ) -> bool {
        for have in 0..taken.len() {
            if tried[have] || !fits(want, have) {
                continue;
            }
            tried[have] = true;
            if taken[have].is_none_or(|other| place(other, fits, taken, tried)) {
                taken[have] = Some(want);
                return true;
            }
        }
        false
    }
    let fits = |want: usize, have: usize| compare(wanted[want], found[have], false, "").is_ok();
    let mut taken = vec![None; found.len()];
    wanted.len() == found.len()
        && (0..wanted.len()).all(|want| place(want, &fits, &mut taken, &mut vec![false; found.len()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(expected: &str, actual: &str) -> bool {
        matches(&raw(expected).unwrap(), &raw(actual).unwrap()).is_ok()
    }

    #[test]
    fn values() {
        assert!(fits(r#"{"a":[1,null,"x"]}"#, r#"{ "a" : [1.0, null, "\u0078"] }"#));
        assert!(!fits("[1,2]", "[2,1]"));
        assert!(!fits("[1]", "[1,1]"));
        assert!(!fits("null", "false"));
        assert!(!fits("1", "\"1\""));
        assert!(!fits("9007199254740993", "9007199254740992"));
        assert!(fits("9007199254740993", r#"{"$int":"9007199254740993"}"#));
        assert!(fits(r#"{"$float":"inf"}"#, r#"{"$float":"inf"}"#));
        assert!(!fits(r#"{"$bytes":"00"}"#, r#"{"$bytes":"0000"}"#));
    }

    #[test]
    fn vectors_are_compared_as_floats_of_32_bits() {
        let expected = r#"{"$vec":[0.1,1]}"#;
        assert!(fits(expected, r#"{"$vec":[0.1,1.0]}"#));
        assert!(fits(expected, r#"{"$vec":[0.10000000149011612,1]}"#));
        for bad in [
            r#"{"$vec":[0.10000002,1]}"#,
            r#"{"$vec":[0.1]}"#,
            r#"{"$vec":[0.1,1,0]}"#,
            r#"{"$vec":[0.1,"1"]}"#,
            r#"{"$vec":null}"#,
            "[0.1,1]",
        ] {
            assert!(!fits(expected, bad), "{bad}");
        }
        assert!(fits(r#"{"$vec":[{"$$approx":[0.1,0.01]}]}"#, r#"{"$vec":[0.105]}"#));
    }

    #[test]
    fn extra_members_are_allowed_at_the_root_only() {
        assert!(fits(r#"{"a":{"b":1}}"#, r#"{"a":{"b":1},"c":2}"#));
        assert!(!fits(r#"{"a":{"b":1}}"#, r#"{"a":{"b":1,"c":2}}"#));
        assert!(!fits(r#"[{"b":1}]"#, r#"[{"b":1,"c":2}]"#));
        assert!(!fits(r#"{"a":1}"#, "{}"));
    }

    #[test]
    fn matchers() {
        for (expected, good, bad) in [
            (r#"{"a":{"$$exists":true}}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":{"$$exists":false}}"#, "{}", r#"{"a":null}"#),
            (r#"{"$$type":"integer"}"#, "5", "5.5"),
            (r#"{"$$type":"number"}"#, "5.5", "\"5\""),
            (r#"{"$$type":"bytes"}"#, r#"{"$bytes":""}"#, r#"{"a":""}"#),
            (r#"{"$$text":"1.50"}"#, "1.50", "1.5"),
            (r#"{"$$approx":[1,0.1]}"#, "1.05", "1.2"),
            (r#"{"$$lte":5}"#, "5", "6"),
            (r#"{"$$gte":5}"#, "5", "4"),
            (r#"{"$$gte":5}"#, "5.5", "\"6\""),
            (r#"{"$$matches":"^a+$"}"#, "\"aa\"", "\"ab\""),
            (r#"{"$$unordered":[1,2]}"#, "[2,1]", "[2,2]"),
            (r#"{"$$unordered":[{"$$gte":1},1]}"#, "[1,2]", "[0,1]"),
            (r#"{"$$type":"vector"}"#, r#"{"$vec":[1]}"#, "[1]"),
            (r#"{"$$pick":["/id",["a","b"]]}"#, r#"[{"id":"a","n":1},{"id":"b"}]"#, r#"[{"id":"b"},{"id":"a"}]"#),
            (r#"{"$$pick":["/id",{"$$unordered":[1,2]}]}"#, r#"[{"id":2},{"id":1}]"#, r#"[{"id":2},{"x":1}]"#),
            (r#"{"$$pick":["/a/b",[1]]}"#, r#"[{"a":{"b":1}}]"#, r#"{"a":{"b":1}}"#),
            (r#"{"$$json":{"a":[1]}}"#, r#""{\"a\":[1],\"b\":2}""#, r#""{\"a\":[2]}""#),
            (r#"{"$$jsonl":[1,{"a":2}]}"#, r#""1\n{\"a\":2}\n""#, r#""1\n""#),
        ] {
            assert!(fits(expected, good), "{expected} {good}");
            assert!(!fits(expected, bad), "{expected} {bad}");
        }
    }

    #[test]
    fn a_message_says_where() {
        let verdict = matches(&raw(r#"{"a":[1,{"b":2}]}"#).unwrap(), &raw(r#"{"a":[1,{"b":3}]}"#).unwrap());
        assert_eq!(verdict.unwrap_err(), "at /a/1/b: expected 2, got 3");
    }
}
