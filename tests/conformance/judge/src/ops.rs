//! The table of operations, `schema/operations.json`: what a testee is asked, with which arguments.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The version of requests and answers, which testee and judge must share.
    pub protocol: u64,
    /// What a surface may lack, and what that means.
    pub capabilities: BTreeMap<String, String>,
    /// The kinds of errors.
    pub errors: Vec<String>,
    /// The kinds of structures: each has the operations under `structure` too.
    pub structures: Vec<String>,
    /// Operations by `type.verb`.
    pub operations: BTreeMap<String, Operation>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    #[serde(default)]
    pub args: BTreeMap<String, Type>,
    /// The forms of the answer, separated by " | "; `absent` and `timeout` are words of the protocol,
    /// anything else describes a result.
    pub result: String,
    /// The type of the object that the operation leaves behind under the name `as`.
    pub creates: Option<String>,
    /// A function: it is asked of no object.
    #[serde(default)]
    pub free_standing: bool,
    /// What a surface must have for it.
    pub requires: Option<String>,
}

impl Operation {
    pub fn gives(&self, form: &str) -> bool {
        self.result.split(" | ").any(|one| one == form)
    }

    pub fn gives_result(&self) -> bool {
        self.result.split(" | ").any(|one| one != "absent" && one != "timeout")
    }
}

/// The type of an argument.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "TypeText")]
pub struct Type {
    pub shape: Shape,
    pub optional: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A string.
    Text,
    /// A path: the suite names a file of the test's own folder.
    Path,
    /// `{"$bytes": "hex"}`.
    Bytes,
    /// `{"$vec": [1.5, …]}`: floats of 32 bits.
    Vector,
    /// A number of any size, also `{"$float": "nan"}`.
    Number,
    /// An integer of 64 bits.
    Int,
    Bool,
    /// A value: any JSON in the suite, JSON text in a string on the wire.
    Json,
    /// Something that the testee answered earlier, given back as it was.
    Id,
    /// Seconds to wait; null for ever.
    Timeout,
    /// `"absent"` or `{"equals": value}`.
    Condition,
    List(Box<Shape>),
    Record(BTreeMap<String, Type>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TypeText {
    Word(String),
    Records([BTreeMap<String, Type>; 1]),
}

impl TryFrom<TypeText> for Type {
    type Error = String;
    fn try_from(text: TypeText) -> Result<Type, String> {
        let word = match text {
            TypeText::Word(word) => word,
            TypeText::Records([fields]) => {
                let shape = Shape::List(Box::new(Shape::Record(fields)));
                return Ok(Type { shape, optional: false });
            }
        };
        let (word, optional) = word.strip_suffix('?').map_or((word.as_str(), false), |w| (w, true));
        let (word, list) = word.strip_suffix("[]").map_or((word, false), |w| (w, true));
        let shape = match word {
            "text" => Shape::Text,
            "path" => Shape::Path,
            "bytes" => Shape::Bytes,
            "vector" => Shape::Vector,
            "number" => Shape::Number,
            "int" => Shape::Int,
            "bool" => Shape::Bool,
            "json" => Shape::Json,
            "id" => Shape::Id,
            "timeout" => Shape::Timeout,
            "condition" => Shape::Condition,
            _ => return Err(format!("unknown type of an argument: {word}")),
        };
        let shape = if list { Shape::List(Box::new(shape)) } else { shape };
        Ok(Type { shape, optional })
    }
}

impl Table {
    pub fn load(root: &Path) -> Result<Table> {
        let path = root.join("schema/operations.json");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Table::parse(&text).with_context(|| path.display().to_string())
    }

    /// Reads the table; the operations under `structure` become those of every structure.
    pub fn parse(text: &str) -> Result<Table> {
        let mut table: Table = serde_json::from_str(text)?;
        for operation in table.operations.values() {
            if let Some(capability) = &operation.requires
                && !table.capabilities.contains_key(capability)
            {
                bail!("no such capability: {capability}");
            }
        }
        let common: Vec<String> =
            table.operations.keys().filter(|name| name.starts_with("structure.")).cloned().collect();
        for name in common {
            let (Some(operation), Some((_, verb))) = (table.operations.remove(&name), name.split_once('.')) else {
                continue;
            };
            for structure in &table.structures {
                let mut copy = operation.clone();
                if copy.creates.as_deref() == Some("structure") {
                    copy.creates = Some(structure.clone());
                }
                table.operations.entry(format!("{structure}.{verb}")).or_insert(copy);
            }
        }
        Ok(table)
    }

    pub fn get(&self, name: &str) -> Result<&Operation> {
        self.operations.get(name).with_context(|| format!("there is no operation {name}"))
    }
}

/// The table as it stands in SPEC.md.
pub fn markdown(root: &Path) -> Result<String> {
    let text = std::fs::read_to_string(root.join("schema/operations.json"))?;
    // Read without spreading `structure.…`, which the page says once.
    let table: Table = serde_json::from_str(&text)?;
    let mut page = String::from("| operation | arguments | answer |\n|---|---|---|\n");
    for (name, operation) in &table.operations {
        let args: Vec<String> = operation.args.iter().map(|(name, kind)| argument(name, kind)).collect();
        let mut notes = operation.result.replace(" | ", " or ");
        if let Some(creates) = &operation.creates {
            write!(notes, "; `as` names the new {creates}")?;
        }
        if let Some(requires) = &operation.requires {
            write!(notes, "; needs `{requires}`")?;
        }
        writeln!(page, "| `{name}` | {} | {notes} |", args.join(", "))?;
    }
    Ok(page)
}

fn argument(name: &str, kind: &Type) -> String {
    let mark = if kind.optional { "?" } else { "" };
    format!("{name}{mark}: {}", shape_text(&kind.shape))
}

fn shape_text(shape: &Shape) -> String {
    match shape {
        Shape::List(inner) => format!("[{}]", shape_text(inner)),
        Shape::Record(fields) => {
            let fields: Vec<String> = fields.iter().map(|(name, kind)| argument(name, kind)).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => format!("{other:?}").to_lowercase(),
    }
}
