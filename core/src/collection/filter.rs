//! Conditions on the bodies of documents.

mod parse;
#[cfg(test)]
pub(crate) mod tests;

use std::cmp::Ordering;

use serde_json::Value;

use super::key::Key;
use super::path::Path;
use crate::error::Result;
use crate::value::value_equal;

/// The longest text of a filter, in bytes: 1 MiB.
pub const MAX_FILTER_BYTES: usize = 1 << 20;
/// How deep `and`, `or` and `not` may nest, the outermost filter included.
pub const MAX_FILTER_DEPTH: usize = 32;
/// How many conditions a filter has in all.
pub const MAX_FILTER_CONDITIONS: usize = 1_000;
/// How many values one `in` has.
pub const MAX_IN_VALUES: usize = 10_000;

/// A condition on the body of a document, written as JSON.
///
/// ```text
/// {"year": {">=": 2020, "<": 2025}, "author.name": "Ada"}
/// {"or": [{"tags": {"contains": "new"}}, {"not": {"state": {"in": ["sold", "gone"]}}}]}
///
/// filter     = { member, … }             all members hold; {} is met by every document
/// member     = "and": [ filter, … ]      all hold; [] is met by every document
///            | "or":  [ filter, … ]      one or more hold; [] is met by none
///            | "not": filter             does not hold
///            | path: scalar              short for path: {"=": scalar}
///            | path: { test, … }         all tests hold, one or more of them
/// test       = "=": value                equals
///            | "!=": value               does not equal
///            | "<" | "<=" | ">" | ">=": number or string
///            | "in": [ value, … ]        equals one of them
///            | "contains": value         an array holds an equal element, a string the substring
///            | "exists": true or false   is there (a stored null too), or is not
/// scalar     = null | true | false | number | string
/// ```
///
/// A path is a [`Path`]; `"$."` in front makes a path of a name that is also an operator
/// (`{"$.or": 1}`) or that begins with a dollar. A member that stands twice holds twice.
///
/// Values of different types are never equal and never ordered. What a test gives for the types that a
/// path may lead to:
///
/// | stored | `=` | `!=` | `<` `<=` `>` `>=` | `in` | `contains` | `exists: true` |
/// |---|---|---|---|---|---|---|
/// | number | by value: 1 is 1.0, integers exactly | not `=` | by value, with a number | as `=` | false | true |
/// | string | the same bytes | not `=` | by the bytes of UTF-8, with a string | as `=` | the substring, with a string | true |
/// | boolean, null | the same | not `=` | false | as `=` | false | true |
/// | array | the same elements in the same order | not `=` | false | as `=` | an element is equal | true |
/// | object | the same members in any order | not `=` | false | as `=` | false | true |
/// | missing | false | true | false | false | false | false |
///
/// So an array is not searched by `=`, and `!=` and `not` are true where the field is missing.
///
/// Limits: 1 MiB of text ([`MAX_FILTER_BYTES`]), 32 levels ([`MAX_FILTER_DEPTH`]), 1,000 conditions
/// ([`MAX_FILTER_CONDITIONS`]; each test and each empty filter or list is one), 10,000 values in one
/// `in` ([`MAX_IN_VALUES`]).
#[derive(Debug, Clone)]
pub struct Filter {
    root: Node,
    text: Box<str>,
}

impl PartialEq for Filter {
    /// Whether they mean the same, however they are written.
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// INVALID_JSON, with the offset, if it is no JSON; INVALID_ARGUMENT, naming the operator or the
    /// path, if it has not the form above; LIMIT beyond a limit above.
    pub fn parse(json: &str) -> Result<Self> {
        Ok(Filter { root: parse::filter(json)?, text: json.into() })
    }

    /// The filter as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a body meets the filter. Takes time in the number of conditions, whatever the number of
    /// scalars in an `in` (their logarithm); `contains` and equality with an array or object also in
    /// the size of the stored value.
    #[must_use]
    pub fn matches(&self, body: &Value) -> bool {
        self.root.matches(body)
    }

    /// The structure, for what plans a search.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.root
    }
}

impl Default for Filter {
    /// The filter that every document meets.
    fn default() -> Self {
        Filter { root: Node::And(Vec::new()), text: "{}".into() }
    }
}

/// A part of a filter. A level of the text is at most two levels here, since an object of several
/// members is an [`Node::And`] of its own: these nest at most twice [`MAX_FILTER_DEPTH`] deep.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// All hold; empty: every document.
    And(Vec<Node>),
    /// One or more hold; empty: none.
    Or(Vec<Node>),
    /// Does not hold.
    Not(Box<Node>),
    /// A test of what stands at a path.
    Leaf {
        /// Where.
        path: Path,
        /// What has to hold there.
        op: Comparison,
    },
}

impl Node {
    fn matches(&self, body: &Value) -> bool {
        match self {
            Node::And(nodes) => nodes.iter().all(|node| node.matches(body)),
            Node::Or(nodes) => nodes.iter().any(|node| node.matches(body)),
            Node::Not(node) => !node.matches(body),
            Node::Leaf { path, op } => op.holds(path.get(body)),
        }
    }
}

/// A test of one value. The keys of the four orders are numbers or strings.
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// `=`
    Equal(Operand),
    /// `!=`
    NotEqual(Operand),
    /// `<`
    Less(Key<'static>),
    /// `<=`
    LessOrEqual(Key<'static>),
    /// `>`
    Greater(Key<'static>),
    /// `>=`
    GreaterOrEqual(Key<'static>),
    /// `in`
    In(OneOf),
    /// `contains`
    Contains(Operand),
    /// `exists`
    Exists(bool),
}

impl Comparison {
    /// Whether it holds for what a path led to.
    fn holds(&self, found: Option<&Value>) -> bool {
        let Some(value) = found else {
            return matches!(self, Comparison::NotEqual(_) | Comparison::Exists(false));
        };
        let ordered = |key: &Key<'static>, wanted: fn(Ordering) -> bool| {
            Key::of(value).and_then(|stored| stored.compare_same_type(key)).is_some_and(wanted)
        };
        match self {
            Comparison::Equal(operand) => operand.equals(value),
            Comparison::NotEqual(operand) => !operand.equals(value),
            Comparison::Less(key) => ordered(key, Ordering::is_lt),
            Comparison::LessOrEqual(key) => ordered(key, Ordering::is_le),
            Comparison::Greater(key) => ordered(key, Ordering::is_gt),
            Comparison::GreaterOrEqual(key) => ordered(key, Ordering::is_ge),
            Comparison::In(values) => values.holds(value),
            Comparison::Contains(operand) => match (value, operand) {
                (Value::Array(items), _) => items.iter().any(|item| operand.equals(item)),
                (Value::String(text), Operand::Scalar(Key::Text(part))) => text.contains(part.as_ref()),
                _ => false,
            },
            Comparison::Exists(wanted) => *wanted,
        }
    }
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Null, a boolean, a number or a string.
    Scalar(Key<'static>),
    /// An array or an object.
    Nested(Value),
}

impl Operand {
    fn of(value: Value) -> Self {
        match Key::of(&value).map(Key::into_owned) {
            Some(key) => Operand::Scalar(key),
            None => Operand::Nested(value),
        }
    }

    fn equals(&self, value: &Value) -> bool {
        match self {
            Operand::Scalar(key) => Key::of(value).is_some_and(|stored| stored == *key),
            Operand::Nested(nested) => value_equal(nested, value),
        }
    }
}

/// The values of an `in`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OneOf {
    scalars: Vec<Key<'static>>,
    nested: Vec<Value>,
}

impl OneOf {
    fn of(values: Vec<Value>) -> Self {
        let mut one_of = OneOf::default();
        for value in values {
            match Operand::of(value) {
                Operand::Scalar(key) => one_of.scalars.push(key),
                Operand::Nested(nested) => one_of.nested.push(nested),
            }
        }
        one_of.scalars.sort_unstable();
        one_of.scalars.dedup();
        one_of
    }

    /// The scalars, ascending, each once.
    #[must_use]
    pub fn scalars(&self) -> &[Key<'static>] {
        &self.scalars
    }

    /// The arrays and objects, as they were given.
    #[must_use]
    pub fn nested(&self) -> &[Value] {
        &self.nested
    }

    fn holds(&self, value: &Value) -> bool {
        match Key::of(value) {
            Some(stored) => self.scalars.binary_search_by(|key| key.cmp(&stored)).is_ok(),
            None => self.nested.iter().any(|nested| value_equal(nested, value)),
        }
    }
}
