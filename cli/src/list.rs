//! Lists.

use beaver_core::{Json, wire};
use clap::Subcommand;

use crate::context::{Access, Context};
use crate::exit::{Failure, Outcome};
use crate::files;
use crate::rows::Value;
use crate::structure::{self, Common};
use crate::value::{value, values};

#[derive(Subcommand)]
pub enum Command {
    /// Put values at the end, in one commit
    #[command(
        after_help = "Example:\n  beaver list daily_tasks push \"Review PRs\"\n  beaver list daily_tasks push '{\"id\": 1}' '{\"id\": 2}'"
    )]
    Push {
        /// JSON, or else plain strings; - is the standard input, @file a file
        #[arg(required = true, allow_negative_numbers = true)]
        values: Vec<String>,
    },
    /// Put a value before the first
    #[command(after_help = "Example:\n  beaver list daily_tasks prepend \"Make coffee\"")]
    Prepend {
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Put many values at the end, from lines of JSON
    #[command(after_help = "Example:\n  printf '1\\n2\\n3\\n' | beaver list numbers extend")]
    Extend {
        /// JSON Lines; up to 10,000 lines or 32 MiB are one commit
        #[arg(default_value = "-")]
        file: String,
    },
    /// Remove the last item and print it; code 3 if there is none
    #[command(after_help = "Example:\n  beaver list daily_tasks pop")]
    Pop,
    /// Remove the first item and print it; code 3 if there is none
    #[command(after_help = "Example:\n  beaver list daily_tasks deque --raw")]
    Deque,
    /// Put a value before the item at an index
    #[command(
        after_help = "Example:\n  beaver list daily_tasks insert 1 \"Lunch\"\n  beaver list daily_tasks insert -1 \"Before the last\""
    )]
    Insert {
        #[arg(allow_negative_numbers = true)]
        index: i64,
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Remove the item at an index; code 3 if there is none
    #[command(alias = "delete", visible_alias = "del", after_help = "Example:\n  beaver list daily_tasks remove 0")]
    Remove {
        /// From 0; from -1 on counted from the end
        #[arg(allow_negative_numbers = true)]
        index: i64,
    },
    /// Remove the first item that equals a value; code 3 if none does
    #[command(after_help = "Example:\n  beaver list daily_tasks remove-value \"Review PRs\"")]
    RemoveValue {
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Print the item at an index; code 3 if there is none
    #[command(after_help = "Example:\n  beaver list daily_tasks get 0\n  beaver list daily_tasks get -1")]
    Get {
        #[arg(allow_negative_numbers = true)]
        index: i64,
    },
    /// Give the item at an index another value; code 3 if there is none
    #[command(after_help = "Example:\n  beaver list daily_tasks set 0 \"Review all PRs\"")]
    Set {
        #[arg(allow_negative_numbers = true)]
        index: i64,
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// List some of the items
    #[command(after_help = "Example:\n  beaver list daily_tasks slice 0:2\n  beaver list daily_tasks slice -2:")]
    Slice {
        /// START:STOP as in Python, each optional
        #[arg(allow_hyphen_values = true, value_parser = Range::parse)]
        range: Range,
    },
    /// Remove some of the items; prints how many
    #[command(after_help = "Example:\n  beaver list daily_tasks delete-range :2")]
    DeleteRange {
        /// START:STOP as in Python, each optional
        #[arg(allow_hyphen_values = true, value_parser = Range::parse)]
        range: Range,
    },
    /// Put values in the place of some of the items; prints how many those were
    #[command(after_help = "Example:\n  beaver list daily_tasks replace-range 0:1 Tea Biscuits")]
    ReplaceRange {
        /// START:STOP as in Python, each optional
        #[arg(allow_hyphen_values = true, value_parser = Range::parse)]
        range: Range,
        #[arg(allow_negative_numbers = true)]
        values: Vec<String>,
    },
    /// Print whether a value is in the list; code 3 if it is not
    #[command(after_help = "Example:\n  beaver list daily_tasks contains \"Review PRs\"")]
    Contains {
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Print the index of the first item that equals a value; code 3 if none does
    #[command(
        after_help = "Example:\n  beaver list daily_tasks index-of \"Review PRs\"\n  beaver list daily_tasks index-of \"Review PRs\" --in 0:10"
    )]
    IndexOf {
        #[arg(allow_negative_numbers = true)]
        value: String,
        /// Look only there: START:STOP as in Python, each optional
        #[arg(long = "in", value_name = "RANGE", allow_hyphen_values = true, value_parser = Range::parse)]
        range: Option<Range>,
    },
    /// Print how many items equal a value
    #[command(after_help = "Example:\n  beaver list daily_tasks count-of \"Review PRs\"")]
    CountOf {
        #[arg(allow_negative_numbers = true)]
        value: String,
    },
    /// Turn the order round
    #[command(after_help = "Example:\n  beaver list daily_tasks reverse")]
    Reverse,
    /// List the items
    #[command(after_help = "Example:\n  beaver list daily_tasks items\n  beaver list daily_tasks items --raw")]
    Items,
    #[command(flatten)]
    Common(Common),
}

/// A part of a list.
#[derive(Clone, Copy)]
pub struct Range {
    start: Option<i64>,
    stop: Option<i64>,
}

impl Range {
    fn parse(text: &str) -> Result<Range, String> {
        let (start, stop) = text.split_once(':').ok_or("give START:STOP, as 0:10, -3: or :5")?;
        let bound = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|e| format!("{text} is no index: {e}")),
        };
        Ok(Range { start: bound(start)?, stop: bound(stop)? })
    }
}

impl Command {
    fn access(&self) -> Access {
        match self {
            Command::Get { .. }
            | Command::Slice { .. }
            | Command::Contains { .. }
            | Command::IndexOf { .. }
            | Command::CountOf { .. }
            | Command::Items => Access::Read,
            Command::Common(common) => common.access(),
            _ => Access::Write,
        }
    }
}

fn no_item(index: i64) -> Failure {
    Failure::not_found(format!("there is no item at the index {index}"))
}

fn empty() -> Failure {
    Failure::not_found("the list is empty")
}

fn no_value() -> Failure {
    Failure::not_found("no item equals the value")
}

fn numbered(first: usize, values: Vec<Json>) -> impl Iterator<Item = beaver_core::Result<Value>> {
    (first..).zip(values).map(|(index, value)| Ok(Value(index, value)))
}

pub fn run(cx: &Context, name: &str, command: &Command) -> Outcome {
    let list = cx.structure(command.access(), |db| db.list(name))?;
    let out = &cx.out;
    match command {
        Command::Push { values: given } => match values(cx, given)?.as_slice() {
            [one] => Ok(list.push(one.clone())?),
            many => Ok(list.extend(many.iter().cloned())?),
        },
        Command::Prepend { value: given } => Ok(list.prepend(value(cx, given)?)?),
        Command::Extend { file } => {
            files::lines(cx, file, |array| list.extend(wire::elements("the values", array)?).map(|()| 0))?;
            Ok(())
        }
        Command::Pop => out.value(&list.pop()?.ok_or_else(empty)?),
        Command::Deque => out.value(&list.deque()?.ok_or_else(empty)?),
        Command::Insert { index, value: given } => Ok(list.insert(*index, value(cx, given)?)?),
        Command::Remove { index } => {
            if list.delete(*index)? {
                Ok(())
            } else {
                Err(no_item(*index))
            }
        }
        Command::RemoveValue { value: given } => {
            if list.remove(&value(cx, given)?)? {
                Ok(())
            } else {
                Err(no_value())
            }
        }
        Command::Get { index } => out.value(&list.get(*index)?.ok_or_else(|| no_item(*index))?),
        Command::Set { index, value: given } => {
            if list.set(*index, value(cx, given)?)? {
                Ok(())
            } else {
                Err(no_item(*index))
            }
        }
        Command::Slice { range } => out.rows(&["", "value"], numbered(0, list.slice(range.start, range.stop)?)),
        Command::DeleteRange { range } => out.plain(list.delete_range(range.start, range.stop)?),
        Command::ReplaceRange { range, values: given } => {
            out.plain(list.replace_range(range.start, range.stop, values(cx, given)?)?)
        }
        Command::Contains { value: given } => structure::contains(cx, list.contains(&value(cx, given)?)?),
        Command::IndexOf { value: given, range } => {
            let Range { start, stop } = range.unwrap_or(Range { start: None, stop: None });
            out.plain(list.index_of(&value(cx, given)?, start, stop)?.ok_or_else(no_value)?)
        }
        Command::CountOf { value: given } => out.plain(list.count_of(&value(cx, given)?)?),
        Command::Reverse => Ok(list.reverse()?),
        Command::Items => {
            let items = (0..).zip(list.items()).map(|(index, item)| item.map(|item| Value(index, item)));
            out.rows(&["index", "value"], items)
        }
        Command::Common(common) => structure::run(cx, &list, common),
    }
}
