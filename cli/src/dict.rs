//! Dicts.

use std::time::Duration;

use beaver_core::{Dict, wire};
use clap::Subcommand;

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::files;
use crate::rows::{Item, Value};
use crate::structure::{self, Common};
use crate::times::span;
use crate::value::value;

#[derive(Subcommand)]
pub enum Command {
    /// Print the value of a key; code 3 if it is not there
    #[command(
        after_help = "Example:\n  beaver dict app_config get theme\n  beaver dict app_config get theme --raw\n  beaver dict app_config get lost --default '\"none\"'"
    )]
    Get {
        key: String,
        /// What to print if the key is not there
        #[arg(long, value_name = "VALUE")]
        default: Option<String>,
    },
    /// Set a key
    #[command(
        after_help = "Example:\n  beaver dict app_config set theme dark\n  beaver dict app_config set user '{\"name\": \"Alice\", \"id\": 123}'\n  date | beaver dict app_config set today - --ttl 1h"
    )]
    Set {
        key: String,
        /// JSON, or else a plain string; - is the standard input, @file a file
        #[arg(allow_negative_numbers = true)]
        value: String,
        /// The key is gone after so long
        #[arg(long, value_name = "S", value_parser = span)]
        ttl: Option<Duration>,
    },
    /// Set a key if it is not there; code 1 if it is
    #[command(after_help = "Example:\n  beaver dict app_config set-if-absent installed 2026-01-31")]
    SetIfAbsent {
        key: String,
        #[arg(allow_negative_numbers = true)]
        value: String,
        #[arg(long, value_name = "S", value_parser = span)]
        ttl: Option<Duration>,
    },
    /// Set a key if its value equals the expected one; code 1 if it does not
    #[command(after_help = "Example:\n  beaver dict app_config compare-and-set theme light dark")]
    CompareAndSet {
        key: String,
        #[arg(allow_negative_numbers = true)]
        expected: String,
        #[arg(allow_negative_numbers = true)]
        value: String,
        #[arg(long, value_name = "S", value_parser = span)]
        ttl: Option<Duration>,
    },
    /// Print a line for each key: with its value, if it is there
    #[command(
        after_help = "Example:\n  beaver dict app_config get-many theme lost\n  beaver dict app_config keys --json | beaver dict app_config get-many -"
    )]
    GetMany {
        /// The keys; - for JSON strings from the standard input, or one array of them
        #[arg(required = true)]
        keys: Vec<String>,
    },
    /// Set many keys from lines of {"key", "value"}
    #[command(
        after_help = "Example:\n  printf '{\"key\":\"a\",\"value\":1}\\n{\"key\":\"b\",\"value\":2}\\n' | beaver dict app_config set-many\n  beaver dict app_config items > items.jsonl && beaver dict other set-many items.jsonl"
    )]
    SetMany {
        /// JSON Lines; up to 10,000 lines or 32 MiB are one commit
        #[arg(default_value = "-")]
        file: String,
        #[arg(long, value_name = "S", value_parser = span)]
        ttl: Option<Duration>,
    },
    /// Remove a key; code 3 if it is not there
    #[command(alias = "delete", after_help = "Example:\n  beaver dict app_config del theme")]
    Del { key: String },
    /// Remove a key and print its value; code 3 if it is not there
    #[command(after_help = "Example:\n  beaver dict app_config pop theme")]
    Pop { key: String },
    /// Print whether a key is there; code 3 if it is not
    #[command(after_help = "Example:\n  beaver dict app_config contains theme")]
    Contains { key: String },
    /// List the keys
    #[command(after_help = "Example:\n  beaver dict app_config keys")]
    Keys,
    /// List the values
    #[command(after_help = "Example:\n  beaver dict app_config values --raw")]
    Values,
    /// List the keys with their values
    #[command(after_help = "Example:\n  beaver dict app_config items")]
    Items,
    #[command(flatten)]
    Common(Common),
}

impl Command {
    fn access(&self) -> Access {
        match self {
            Command::Get { .. }
            | Command::GetMany { .. }
            | Command::Contains { .. }
            | Command::Keys
            | Command::Values
            | Command::Items => Access::Read,
            Command::Common(common) => common.access(),
            _ => Access::Write,
        }
    }
}

fn no_key(key: &str) -> Failure {
    Failure::not_found(format!("there is no key {}", wire::string(key)))
}

pub fn run(cx: &Context, name: &str, command: &Command) -> Outcome {
    let dict = cx.structure(command.access(), |db| db.dict(name))?;
    match command {
        Command::Get { key, default } => match (dict.get(key)?, default) {
            (Some(value), _) => cx.out.value(&value),
            (None, Some(default)) => cx.out.value(&value(cx, default)?),
            (None, None) => Err(no_key(key)),
        },
        Command::Set { key, value: given, ttl } => {
            let value = value(cx, given)?;
            let set = match ttl {
                Some(ttl) => dict.set_for(key, value, *ttl),
                None => dict.set(key, value),
            };
            Ok(set?)
        }
        Command::SetIfAbsent { key, value: given, ttl } => {
            let set = dict.set_if_absent(key, value(cx, given)?, *ttl)?;
            if set { Ok(()) } else { Err(Failure::conflict(format!("the key {} is there", wire::string(key)))) }
        }
        Command::CompareAndSet { key, expected, value: given, ttl } => {
            let (expected, value) = (value(cx, expected)?, value(cx, given)?);
            let set = dict.compare_and_set(key, expected, value, *ttl)?;
            let other = || Failure::conflict(format!("the key {} has another value, or none", wire::string(key)));
            if set { Ok(()) } else { Err(other()) }
        }
        Command::GetMany { keys } => get_many(cx, &dict, keys),
        Command::SetMany { file, ttl } => {
            files::lines(cx, file, |array| {
                let items = wire::dict_items("the item", array)?;
                let count = items.len() as u64;
                dict.set_many(items, *ttl)?;
                Ok(count)
            })?;
            Ok(())
        }
        Command::Del { key } => {
            if dict.delete(key)? {
                Ok(())
            } else {
                Err(no_key(key))
            }
        }
        Command::Pop { key } => cx.out.value(&dict.pop(key)?.ok_or_else(|| no_key(key))?),
        Command::Contains { key } => structure::contains(cx, dict.contains(key)?),
        Command::Keys => cx.out.rows(&["key"], dict.keys()),
        Command::Values => {
            cx.out.rows(&["", "value"], (0..).zip(dict.values()).map(|(n, value)| value.map(|value| Value(n, value))))
        }
        Command::Items => {
            cx.out.rows(&["key", "value"], dict.items().map(|item| item.map(|(key, value)| Item(key, Some(value)))))
        }
        Command::Common(common) => structure::run(cx, &dict, common),
    }
}

fn get_many(cx: &Context, dict: &Dict, keys: &[String]) -> Outcome {
    let keys = match keys {
        [one] if one == "-" || one.starts_with('@') => given_keys(cx, one)?,
        keys => keys.to_vec(),
    };
    let asked: Vec<&str> = keys.iter().map(String::as_str).collect();
    let values = dict.get_many(&asked)?;
    cx.out.rows(&["key", "value"], keys.into_iter().zip(values).map(|(key, value)| Ok(Item(key, value))))
}

/// Keys as JSON: an array of strings, or a string on each line.
fn given_keys(cx: &Context, argument: &str) -> Outcome<Vec<String>> {
    let path = argument.strip_prefix('@').unwrap_or(argument);
    let mut keys = Vec::new();
    files::lines(cx, path, |array| {
        for line in wire::elements("the keys", array)? {
            match line.to::<String>() {
                Ok(key) => keys.push(key),
                Err(_) => keys.extend(wire::texts("the keys", &line)?),
            }
        }
        Ok(0)
    })?;
    Ok(keys)
}
