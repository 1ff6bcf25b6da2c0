//! Settings, indexes, and work on a whole collection.

use beaver_core::{Collection, CollectionSettings, wire};
use clap::Subcommand;

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::progress::Bar;
use crate::value::{self, flag};

#[derive(Subcommand)]
pub enum Command {
    /// Choose how vectors are compared and text is cut, while the collection is empty
    #[command(after_help = "Example:\n  beaver collection books configure --metric cosine --tokenizer unicode61")]
    Configure {
        /// l2, cosine or dot
        #[arg(long)]
        metric: Option<String>,
        /// porter, unicode61 or trigram
        #[arg(long)]
        tokenizer: Option<String>,
    },
    /// Print the metric, the tokenizer, and the dimension of the vectors
    #[command(after_help = "Example:\n  beaver collection articles settings")]
    Settings,
    /// Print how many documents there are, and how their vectors are indexed
    #[command(after_help = "Example:\n  beaver collection articles stats")]
    Stats,
    /// Index a field, so that filters and orders by it are fast; code 1 if it is indexed already
    #[command(after_help = "Example:\n  beaver collection articles create-index year")]
    CreateIndex { path: String },
    /// Remove the index of a field; code 3 if there is none
    #[command(
        after_help = "Example:\n  beaver collection articles create-index year && beaver collection articles drop-index year"
    )]
    DropIndex { path: String },
    /// List the indexed fields
    #[command(after_help = "Example:\n  beaver collection articles indexes")]
    Indexes,
    /// Bring the vector codes to the state of a fresh build
    #[command(after_help = "Example:\n  beaver collection articles compact")]
    Compact,
    /// Make everything anew that is derived from the documents
    #[command(after_help = "Example:\n  beaver collection articles rebuild")]
    Rebuild,
}

impl Command {
    pub fn access(&self) -> Access {
        if matches!(self, Command::Settings | Command::Stats | Command::Indexes) { Access::Read } else { Access::Write }
    }
}

pub fn run(cx: &Context, collection: &Collection, command: &Command) -> Outcome {
    match command {
        Command::Configure { metric, tokenizer } => {
            let flags =
                vec![("metric", metric.as_ref().and_then(flag)), ("tokenizer", tokenizer.as_ref().and_then(flag))];
            let settings = CollectionSettings::from_json(&value::options(cx, None, flags)?)?;
            Ok(collection.configure(settings)?)
        }
        Command::Settings => cx.out.json(&wire::settings(&collection.settings()?)),
        Command::Stats => cx.out.json(&wire::collection_stats(&collection.stats()?)),
        Command::CreateIndex { path } => {
            let bar = Bar::counting("index");
            let new = collection.create_index(path, bar.callback(cx))?;
            if new { Ok(()) } else { Err(Failure::conflict(format!("the field {path} is indexed already"))) }
        }
        Command::DropIndex { path } => {
            let there = collection.drop_index(path)?;
            if there { Ok(()) } else { Err(Failure::not_found(format!("the field {path} is not indexed"))) }
        }
        Command::Indexes => cx.out.rows(&["path"], collection.indexes()?.into_iter().map(Ok)),
        Command::Compact => Ok(collection.compact(Bar::counting("compact").callback(cx))?),
        Command::Rebuild => Ok(collection.rebuild(Bar::counting("rebuild").callback(cx))?),
    }
}
