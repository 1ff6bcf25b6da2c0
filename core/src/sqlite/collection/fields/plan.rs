//! From a filter to what the indexes tell about it. No SQL is here: see `candidates.rs`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Index;
use super::entry::{self, ARRAY, END, MISSING, NULL, NUMBER, OBJECT, TEXT};
use super::ranges::Ranges;
use crate::collection::filter::{Comparison, Filter, Node, Operand};
use crate::collection::key::Key;

/// Which documents a filter can match, as far as indexes tell. There is no "not": it is carried down to the tests.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plan {
    /// Any document.
    Unknown,
    /// All documents, whatever they hold.
    Everything,
    /// None.
    Nothing,
    /// Those whose entry in an index is in the ranges; if it is not exact, they have to be checked.
    Values { index: i64, ranges: Ranges, exact: bool },
    /// Those with an array that has the element, or a string that has the part; or all others.
    Contains(Box<Contains>),
    /// Those of all parts; if it is not exact, there are further conditions.
    All { parts: Vec<Plan>, exact: bool },
    /// Those of any part.
    Any(Vec<Plan>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contains {
    pub index: i64,
    pub element: Vec<u8>,
    /// What a string has to contain, if it is a string that is looked for.
    pub part: Option<String>,
    pub negated: bool,
}

impl Plan {
    /// Plans a filter with indexes that are whole.
    pub fn of(filter: &Filter, indexes: &[Index]) -> Plan {
        plan(filter.node(), indexes, false)
    }

    /// What both plans tell.
    pub fn and(self, other: Plan) -> Plan {
        all(vec![self, other])
    }

    /// What it tells by an index alone, and what by others.
    pub fn split(&self, by: i64) -> (Ranges, Plan) {
        let parts = if let Plan::All { parts, .. } = self { parts.as_slice() } else { std::slice::from_ref(self) };
        let mut own = Ranges::all();
        let mut others =
            vec![if matches!(self, Plan::All { exact: false, .. }) { Plan::Unknown } else { Plan::Everything }];
        for part in parts {
            match part {
                Plan::Values { index, ranges, exact } if *index == by => {
                    own = own.intersect(ranges.clone());
                    others.extend((!exact).then_some(Plan::Unknown));
                }
                other => others.push(other.clone()),
            }
        }
        (own, all(others))
    }

    /// The indexes that are looked into.
    pub fn indexes(&self, used: &mut Vec<i64>) {
        match self {
            Plan::Unknown | Plan::Everything | Plan::Nothing => {}
            Plan::Values { index, .. } => used.push(*index),
            Plan::Contains(contains) => used.push(contains.index),
            Plan::All { parts, .. } | Plan::Any(parts) => parts.iter().for_each(|part| part.indexes(used)),
        }
    }
}

fn plan(node: &Node, indexes: &[Index], negated: bool) -> Plan {
    let parts = |nodes: &[Node]| nodes.iter().map(|node| plan(node, indexes, negated)).collect();
    match node {
        Node::Not(node) => plan(node, indexes, !negated),
        Node::And(nodes) if !negated => all(parts(nodes)),
        Node::Or(nodes) if negated => all(parts(nodes)),
        Node::And(nodes) | Node::Or(nodes) => any(parts(nodes)),
        Node::Leaf { path, op } => match indexes.iter().find(|index| index.path == *path) {
            Some(index) => test(index.id, op, negated),
            None => Plan::Unknown,
        },
    }
}

/// Joins conditions that all hold.
fn all(plans: Vec<Plan>) -> Plan {
    let mut parts = Vec::new();
    let mut exact = true;
    let mut values: BTreeMap<i64, (Ranges, bool)> = BTreeMap::new();
    let mut pending = plans;
    while let Some(plan) = pending.pop() {
        match plan {
            Plan::Nothing => return Plan::Nothing,
            Plan::Everything => {}
            Plan::Unknown => exact = false,
            Plan::Values { index, ranges, exact } => {
                // Two ends of one range are two conditions.
                let joined = match values.remove(&index) {
                    Some((others, others_exact)) => (ranges.intersect(others), exact && others_exact),
                    None => (ranges, exact),
                };
                values.insert(index, joined);
            }
            Plan::All { parts: inner, exact: inner_exact } => {
                exact &= inner_exact;
                pending.extend(inner);
            }
            Plan::Contains(_) | Plan::Any(_) => parts.push(plan),
        }
    }
    for (index, (ranges, exact)) in values {
        if ranges.is_empty() {
            return Plan::Nothing;
        }
        parts.push(Plan::Values { index, ranges, exact });
    }
    match parts.pop() {
        None if exact => Plan::Everything,
        None => Plan::Unknown,
        Some(only) if parts.is_empty() && exact => only,
        Some(last) => {
            parts.push(last);
            Plan::All { parts, exact }
        }
    }
}

/// Joins conditions one or more of which hold.
fn any(plans: Vec<Plan>) -> Plan {
    // Whichever fields are indexed: what matches everything matches bodies too that cannot be read.
    if plans.contains(&Plan::Everything) {
        return Plan::Everything;
    }
    let mut parts = Vec::new();
    let mut values: BTreeMap<i64, (Vec<Ranges>, bool)> = BTreeMap::new();
    for plan in plans {
        match plan {
            Plan::Unknown => return Plan::Unknown,
            Plan::Everything | Plan::Nothing => {}
            Plan::Values { index, ranges, exact } => {
                let (joined, all_exact) = values.entry(index).or_insert((Vec::new(), true));
                joined.push(ranges);
                *all_exact &= exact;
            }
            Plan::Any(inner) => parts.extend(inner),
            Plan::Contains(_) | Plan::All { .. } => parts.push(plan),
        }
    }
    for (index, (ranges, exact)) in values {
        parts.push(Plan::Values { index, ranges: Ranges::union(ranges), exact });
    }
    match parts.pop() {
        None => Plan::Nothing,
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            Plan::Any(parts)
        }
    }
}

/// The entries for which a test holds, and those for which only the body tells.
#[derive(Default)]
struct Holds {
    surely: Vec<Ranges>,
    maybe: Vec<Ranges>,
}

fn test(index: i64, op: &Comparison, negated: bool) -> Plan {
    let mut negated = negated;
    let mut holds = Holds::default();
    match op {
        Comparison::Contains(Operand::Scalar(key)) => {
            let part = if let Key::Text(part) = key { Some(part.clone().into_owned()) } else { None };
            return Plan::Contains(Box::new(Contains { index, element: entry::element(key), part, negated }));
        }
        // An array of arrays or objects, which are no elements of the index.
        Comparison::Contains(Operand::Nested(_)) => holds.maybe.push(Ranges::types(ARRAY, OBJECT)),
        Comparison::Equal(operand) => holds.equal(operand),
        Comparison::NotEqual(operand) => {
            holds.equal(operand);
            negated = !negated;
        }
        Comparison::In(values) => {
            values.scalars().iter().for_each(|key| holds.scalar(key));
            values.nested().iter().for_each(|nested| holds.nested(nested));
        }
        Comparison::Less(key) => holds.ordered(key, true, false),
        Comparison::LessOrEqual(key) => holds.ordered(key, true, true),
        Comparison::Greater(key) => holds.ordered(key, false, false),
        Comparison::GreaterOrEqual(key) => holds.ordered(key, false, true),
        Comparison::Exists(true) => holds.surely.push(Ranges::types(NULL, END)),
        Comparison::Exists(false) => holds.surely.push(Ranges::types(MISSING, NULL)),
    }
    let exact = holds.maybe.is_empty();
    let ranges = if negated {
        Ranges::union(holds.surely).complement()
    } else {
        Ranges::union(holds.surely.into_iter().chain(holds.maybe))
    };
    match (ranges, exact) {
        (ranges, _) if ranges.is_empty() => Plan::Nothing,
        (ranges, false) if ranges == Ranges::all() => Plan::Unknown,
        (ranges, exact) => Plan::Values { index, ranges, exact },
    }
}

impl Holds {
    fn equal(&mut self, operand: &Operand) {
        match operand {
            Operand::Scalar(key) => self.scalar(key),
            Operand::Nested(nested) => self.nested(nested),
        }
    }

    fn scalar(&mut self, key: &Key<'_>) {
        let entry = entry::scalar(key);
        let holds = if entry::is_cut(&entry) { &mut self.maybe } else { &mut self.surely };
        holds.push(Ranges::point(entry));
    }

    fn nested(&mut self, nested: &Value) {
        let (from, to) = if nested.is_array() { (ARRAY, OBJECT) } else { (OBJECT, END) };
        self.maybe.push(Ranges::types(from, to));
    }

    /// What is less or greater, or equal too.
    fn ordered(&mut self, key: &Key<'_>, less: bool, or_equal: bool) {
        let (first, end) = if matches!(key, Key::Number(_)) { (NUMBER, TEXT) } else { (TEXT, ARRAY) };
        let entry = entry::scalar(key);
        let cut = entry::is_cut(&entry);
        let point = Ranges::point(entry.clone());
        self.surely.push(if less {
            Ranges::between(vec![first], entry)
        } else {
            Ranges::between(super::ranges::after(&entry), vec![end])
        });
        if cut {
            // Strings with the same beginning.
            self.maybe.push(point);
        } else if or_equal {
            self.surely.push(point);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collection::FieldPath;

    fn of(filter: &str) -> Plan {
        let index = |id: i64, path: &str| Index { id, path: FieldPath::parse(path).unwrap(), whole: true };
        Plan::of(&Filter::parse(filter).unwrap(), &[index(1, "a"), index(2, "b")])
    }

    fn exact(plan: &Plan) -> bool {
        matches!(plan, Plan::Values { exact: true, .. })
    }

    #[test]
    fn what_no_index_tells_is_unknown() {
        assert_eq!(of(r#"{"c": 1}"#), Plan::Unknown);
        assert_eq!(of(r#"{"or": [{"a": 1}, {"c": 1}]}"#), Plan::Unknown);
        assert_eq!(of(r#"{"a": {"!=": [1]}}"#), Plan::Unknown);
        assert_eq!(of("{}"), Plan::Everything);
        assert_eq!(of(r#"{"or": [{"c": 1}, {}]}"#), Plan::Everything);
        assert_eq!(of(r#"{"or": []}"#), Plan::Nothing);
        assert_eq!(of(r#"{"a": {"in": []}, "c": 1}"#), Plan::Nothing);
    }

    #[test]
    fn two_ends_are_one_range() {
        let plan = of(r#"{"a": {">=": 1, "<": 5}}"#);
        assert!(exact(&plan), "{plan:?}");
        let Plan::Values { ranges, .. } = plan else { panic!() };
        assert_eq!(ranges.iter().count(), 1);
        assert_eq!(of(r#"{"a": {">": 5, "<": 1}}"#), Plan::Nothing);
        assert_eq!(of(r#"{"a": {"=": 1, "!=": 1}}"#), Plan::Nothing);
        assert_eq!(of(r#"{"or": [{"a": 1}, {"a": 2}]}"#), of(r#"{"a": {"in": [1, 2]}}"#));
    }

    #[test]
    fn what_an_index_tells_alone_is_split_off() {
        let (ranges, rest) = of(r#"{"a": {"<": 3}, "b": 2}"#).split(1);
        assert!(matches!(of(r#"{"a": {"<": 3}}"#), Plan::Values { ranges: other, .. } if other == ranges));
        assert_eq!(rest, of(r#"{"b": 2}"#));
        assert_eq!(of(r#"{"a": 3}"#).split(1).1, Plan::Everything);
        assert_eq!(of(r#"{"a": {"=": []}}"#).split(1).1, Plan::Unknown);
        assert_eq!(of(r#"{"a": 3, "c": 1}"#).split(1).1, Plan::Unknown);
        assert_eq!(of(r#"{"a": 3}"#).split(2), (Ranges::all(), of(r#"{"a": 3}"#)));
    }

    #[test]
    fn a_not_is_carried_down() {
        assert_eq!(of(r#"{"not": {"a": 1}}"#), of(r#"{"a": {"!=": 1}}"#));
        assert_eq!(of(r#"{"not": {"or": [{"a": 1}, {"b": 2}]}}"#), of(r#"{"a": {"!=": 1}, "b": {"!=": 2}}"#));
        assert_eq!(of(r#"{"not": {"not": {"a": 1}}}"#), of(r#"{"a": 1}"#));
        assert_eq!(of(r#"{"not": {"and": []}}"#), Plan::Nothing);
        assert_eq!(of(r#"{"not": {"a": {"exists": true}}}"#), of(r#"{"a": {"exists": false}}"#));
    }

    #[test]
    fn long_strings_and_nested_values_are_checked() {
        let long = "x".repeat(300);
        for filter in [format!(r#"{{"a": "{long}"}}"#), format!(r#"{{"a": {{"<": "{long}"}}}}"#)] {
            assert!(matches!(of(&filter), Plan::Values { exact: false, .. }), "{filter}");
            assert!(matches!(
                of(&format!(r#"{{"not": {filter}}}"#)),
                Plan::Values { exact: false, .. } | Plan::Unknown
            ));
        }
        assert!(matches!(of(r#"{"a": {"=": [1]}}"#), Plan::Values { exact: false, .. }));
        assert!(matches!(of(r#"{"a": 1, "c": 2}"#), Plan::All { exact: false, .. }));
    }
}
