//! Documents: storing, reading, removing.

use std::path::Path;

use beaver_core::{Collection, Document, IndexOptions, Json, wire};
use clap::{Args, Subcommand};

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::files;
use crate::output::Form;
use crate::progress::Bar;
use crate::structure;
use crate::value::{self, flag, set, texts};

#[derive(Subcommand)]
pub enum Command {
    /// Store a document and make it searchable; prints its id, as JSON also whether anything had to be written
    #[command(
        after_help = "Example:\n  beaver collection articles index '{\"id\": \"sqlite-001\", \"body\": \"SQLite is a database\"}' --fuzzy\n  beaver collection articles index '{\"id\": \"a\", \"embedding\": [0.1, 0.9], \"title\": \"Dams\"}' --fts title\n  beaver collection articles index article.json --no-fts",
        after_long_help = "Example:\n  beaver collection articles index '{\"id\": \"sqlite-001\", \"body\": \"SQLite is a database\"}' --fuzzy\n  beaver collection articles index '{\"id\": \"a\", \"embedding\": [0.1, 0.9], \"title\": \"Dams\"}' --fts title\n  beaver collection articles index article.json --no-fts\n\nOf an object, id and embedding are taken out. If what is left is only a body, that is the body of the document; else all that is left is. Anything else than an object is the body itself."
    )]
    Index {
        /// JSON, or a file that holds it; - is the standard input
        #[arg(value_name = "JSON|FILE")]
        document: String,
        #[command(flatten)]
        options: Searchable,
    },
    /// Store many documents, from lines of {"id", "embedding", "body"}; prints how many
    #[command(
        after_help = "Example:\n  printf '{\"id\":\"x\",\"body\":\"one\"}\\n{\"body\":{\"title\":\"two\"}}\\n' | beaver collection articles index-many\n  beaver collection articles items > articles.jsonl && beaver collection copies index-many articles.jsonl"
    )]
    IndexMany {
        /// JSON Lines; up to 10,000 lines or 32 MiB are one commit
        #[arg(default_value = "-")]
        file: String,
        #[command(flatten)]
        options: Searchable,
    },
    /// Print a document; code 3 if it is not there
    #[command(after_help = "Example:\n  beaver collection articles get sqlite-001")]
    Get { id: String },
    /// Remove a document and its edges; code 3 if it is not there
    #[command(after_help = "Example:\n  beaver collection articles drop sqlite-001")]
    Drop { id: String },
    /// Print whether a document is there; code 3 if it is not
    #[command(after_help = "Example:\n  beaver collection articles contains sqlite-001")]
    Contains { id: String },
    /// List the documents in the order of their ids
    #[command(alias = "documents", after_help = "Example:\n  beaver collection articles items")]
    Items,
}

/// What is made searchable.
#[derive(Args)]
pub struct Searchable {
    /// Full text only of these paths, with commas between them; of all text if nothing is said
    #[arg(long, value_name = "PATHS", value_delimiter = ',', conflicts_with = "no_fts")]
    fts: Vec<String>,
    /// No full text
    #[arg(long)]
    no_fts: bool,
    /// The words can be found misspelt
    #[arg(long, overrides_with = "no_fuzzy")]
    fuzzy: bool,
    /// They cannot (the default)
    #[arg(long, overrides_with = "fuzzy")]
    no_fuzzy: bool,
}

impl Searchable {
    fn read(&self, cx: &Context) -> Outcome<IndexOptions> {
        let fts = if self.no_fts { flag(&false) } else { texts(&self.fts) };
        let fuzzy = set(self.fuzzy && !self.no_fuzzy);
        Ok(IndexOptions::from_json(&value::options(cx, None, vec![("fts", fts), ("fuzzy", fuzzy)])?)?)
    }
}

impl Command {
    pub fn access(&self) -> Access {
        match self {
            Command::Get { .. } | Command::Contains { .. } | Command::Items => Access::Read,
            _ => Access::Write,
        }
    }
}

fn no_document(id: &str) -> Failure {
    Failure::not_found(format!("there is no document {}", wire::string(id)))
}

pub fn run(cx: &Context, collection: &Collection, command: &Command) -> Outcome {
    match command {
        Command::Index { document, options } => {
            let document = of_argument(cx, document)?;
            let id = document.id.clone();
            let written = collection.index(document, &options.read(cx)?)?;
            match cx.out.form {
                Form::Json => cx.out.json(&format!(r#"{{"id":{},"written":{written}}}"#, wire::string(&id))),
                _ => cx.out.text(&id),
            }
        }
        Command::IndexMany { file, options } => {
            let options = options.read(cx)?;
            let bar = Bar::counting("index");
            let count = files::lines(cx, file, |array| {
                let documents = wire::embedded_documents("the document", array)?;
                collection.index_many(documents, &options, bar.callback(cx))
            })?;
            cx.out.plain(count)
        }
        Command::Get { id } => cx.out.row(&collection.get(id)?.ok_or_else(|| no_document(id))?),
        Command::Drop { id } => {
            if collection.drop(id)? {
                Ok(())
            } else {
                Err(no_document(id))
            }
        }
        Command::Contains { id } => structure::contains(cx, collection.contains(id)?),
        Command::Items => cx.out.rows(&["id", "dimension", "body"], collection.documents()),
    }
}

/// The document that an argument stands for.
fn of_argument(cx: &Context, argument: &str) -> Outcome<Document> {
    // A text that is no JSON but the name of a file means the file.
    let named = Json::parse(argument).is_err() && argument != "-" && !argument.starts_with('@');
    let json = if named && Path::new(argument).is_file() {
        value::value(cx, &format!("@{argument}"))?
    } else {
        value::value(cx, argument)?
    };
    let Ok(mut members) = wire::members("the document", &json) else { return Ok(Document::new(json)) };
    let mut take = |name: &str| {
        let place = members.iter().position(|(member, _)| member == name)?;
        Some(members.remove(place).1).filter(|json| json.as_str() != "null")
    };
    let (id, embedding) = (take("id"), take("embedding"));
    let body = match members.as_slice() {
        [(name, body)] if name == "body" => body.clone(),
        rest => Json::parse(&wire::object(rest.iter().map(|(name, json)| (name.as_str(), json.clone()))))?,
    };
    let document = match id {
        Some(id) => {
            Document::with_id(id.to::<String>().map_err(|_| Failure::invalid("the document's id is no string"))?, body)
        }
        None => Document::new(body),
    };
    Ok(match embedding {
        Some(embedding) => document.embedded(wire::vector("the embedding", &embedding)?),
        None => document,
    })
}
