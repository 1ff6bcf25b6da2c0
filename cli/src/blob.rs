//! Blobs.

use std::io::{Read, Write};

use beaver_core::{BlobWriter, Blobs, Json};
use clap::Subcommand;

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::files;
use crate::progress::Bar;
use crate::rows::Stat;
use crate::structure::{self, Common};
use crate::value::json;

#[derive(Subcommand)]
pub enum Command {
    /// Store a file under a key
    #[command(
        after_help = "Example:\n  beaver blob avatars put alice photo.png --metadata '{\"type\": \"image/png\"}'\n  echo hello | beaver blob notes put greeting -"
    )]
    Put {
        key: String,
        /// The file; - is the standard input
        file: String,
        /// Any JSON to keep with it
        #[arg(long, value_name = "JSON")]
        metadata: Option<String>,
    },
    /// Write the bytes of a key to a file; code 3 if the key is not there
    #[command(
        after_help = "Example:\n  beaver blob avatars get alice copy.png\n  beaver blob avatars get alice > copy.png"
    )]
    Get {
        key: String,
        /// The file; the standard output if nothing is said
        #[arg(default_value = "-")]
        file: String,
    },
    /// Print the length and the metadata of a key; code 3 if it is not there
    #[command(after_help = "Example:\n  beaver blob avatars stat alice")]
    Stat { key: String },
    /// Remove a key; code 3 if it is not there
    #[command(alias = "delete", after_help = "Example:\n  beaver blob avatars del alice")]
    Del { key: String },
    /// Print whether a key is there; code 3 if it is not
    #[command(after_help = "Example:\n  beaver blob avatars contains alice")]
    Contains { key: String },
    /// List the keys with length and metadata
    #[command(after_help = "Example:\n  beaver blob avatars list\n  beaver blob avatars list --json")]
    List,
    /// List the keys
    #[command(after_help = "Example:\n  beaver blob avatars keys")]
    Keys,
    #[command(flatten)]
    Common(Common),
}

impl Command {
    fn access(&self) -> Access {
        match self {
            Command::Put { .. } | Command::Del { .. } => Access::Write,
            Command::Common(common) => common.access(),
            _ => Access::Read,
        }
    }
}

fn no_key(key: &str) -> Failure {
    Failure::not_found(format!("there is no key {}", beaver_core::wire::string(key)))
}

pub fn run(cx: &Context, name: &str, command: &Command) -> Outcome {
    let blobs = cx.structure(command.access(), |db| db.blobs(name))?;
    match command {
        Command::Put { key, file, metadata } => {
            let metadata = metadata.as_deref().map(|metadata| json(cx, metadata)).transpose()?;
            put(cx, &blobs, key, file, metadata)
        }
        Command::Get { key, file } => get(cx, &blobs, key, file),
        Command::Stat { key } => {
            let (bytes, metadata) = blobs.stat(key)?.ok_or_else(|| no_key(key))?;
            cx.out.row(&Stat { key: key.clone(), bytes, metadata })
        }
        Command::Del { key } => {
            if blobs.delete(key)? {
                Ok(())
            } else {
                Err(no_key(key))
            }
        }
        Command::Contains { key } => structure::contains(cx, blobs.contains(key)?),
        Command::List => {
            let stats = blobs.keys().filter_map(|key| {
                let stat = key.and_then(|key| Ok((blobs.stat(&key)?, key)));
                // What was removed since the key was read is not there.
                stat.map(|(stat, key)| stat.map(|(bytes, metadata)| Stat { key, bytes, metadata })).transpose()
            });
            cx.out.rows(&["key", "bytes", "metadata"], stats)
        }
        Command::Keys => cx.out.rows(&["key"], blobs.keys()),
        Command::Common(common) => structure::run(cx, &blobs, common),
    }
}

fn put(cx: &Context, blobs: &Blobs, key: &str, file: &str, metadata: Option<Json>) -> Outcome {
    let (mut from, length) = files::input(cx, file)?;
    let bar = Bar::bytes("put");
    bar.total(length.unwrap_or(0));
    let mut writer: BlobWriter = blobs.writer(key, metadata)?;
    files::copy(cx, &mut from as &mut dyn Read, &mut writer as &mut dyn Write, file, &bar)?;
    Ok(writer.finish()?)
}

fn get(cx: &Context, blobs: &Blobs, key: &str, file: &str) -> Outcome {
    let mut reader = blobs.reader(key)?.ok_or_else(|| no_key(key))?;
    let bar = Bar::bytes("get");
    bar.total(reader.len());
    files::output(cx, file, |out| files::copy(cx, &mut reader, out, file, &bar))
}
