//! The database as a whole.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use beaver_core::{Beaver, Kind, LogLevel, wire};
use clap::Subcommand;

use crate::context::{Access, Context};
use crate::exit::{ERROR, Failure, Outcome};
use crate::files;
use crate::output::Form;
use crate::progress::{Bar, waiting};
use crate::rows::{Named, structures};
use crate::structure::{Until, events};
use crate::value::{self, flag, json, value};

#[derive(Subcommand)]
pub enum Command {
    /// List every structure with its kind and the count of its items
    #[command(after_help = "Example:\n  beaver info\n  beaver info --json")]
    Info,
    /// Print sizes and counts for diagnosis
    #[command(after_help = "Example:\n  beaver stats")]
    Stats,
    /// Make many changes of any structures in one commit, or none: a line of JSON each
    #[command(
        after_help = "Example:\n  printf '%s\\n' '{\"op\":\"dict_set\",\"name\":\"app_config\",\"key\":\"theme\",\"value\":\"dark\"}' '{\"op\":\"list_push\",\"name\":\"daily_tasks\",\"value\":1}' | beaver batch",
        after_long_help = "Example:\n  printf '%s\\n' '{\"op\":\"dict_set\",\"name\":\"app_config\",\"key\":\"theme\",\"value\":\"dark\"}' '{\"op\":\"list_push\",\"name\":\"daily_tasks\",\"value\":1}' | beaver batch\n\nEach line has op and name, and:\n  dict_set key value [ttl] [if], dict_delete key [if], dict_clear\n  list_push value, list_prepend value, list_extend values, list_insert index value,\n  list_set index value [if], list_delete index [if], list_remove value, list_clear\n  queue_put data priority, queue_ack id, queue_clear\n  blob_put key data_b64 [metadata] [if], blob_delete key, blob_clear\n  log_append data [timestamp_us], log_clear, channel_publish payload, channel_clear\n  collection_index body [id] [embedding] [fts] [fuzzy], collection_drop id, collection_clear,\n  collection_connect source target label [weight] [metadata], collection_disconnect source target [label]\nThe condition if is \"absent\" or {\"equals\": value}; one that is not met is a CONFLICT, and nothing is done.\nPrints an array of what each did: true, whether there was anything to do, a count, or times."
    )]
    Batch {
        /// JSON Lines; the standard input if nothing is said
        #[arg(default_value = "-")]
        file: String,
        /// Wait until it is safe from a loss of power
        #[arg(long)]
        durable: bool,
    },
    /// Tell those who listen to an event; prints whether anybody does
    #[command(after_help = "Example:\n  beaver emit builds done '{\"number\": 7}'")]
    Emit {
        topic: String,
        event: String,
        #[arg(default_value = "{}", allow_negative_numbers = true)]
        payload: String,
    },
    /// Follow the events of a topic: of a structure (dict:app_config) or one of your own
    #[command(after_help = "Example:\n  (sleep 1; beaver emit builds done) & beaver on builds --count 1")]
    On {
        topic: String,
        /// Which event; all if nothing is said
        #[arg(default_value = "*")]
        event: String,
        #[command(flatten)]
        until: Until,
    },
    /// Fuse ranked lists of ids into one
    #[command(after_help = "Example:\n  beaver rerank '[[\"a\", \"b\"], [\"b\", \"c\"]]' --weights 1,2")]
    Rerank {
        /// A JSON array of arrays of ids, each the best first
        lists: String,
        /// A weight for each list, with commas between them
        #[arg(long, value_delimiter = ',', allow_negative_numbers = true)]
        weights: Option<Vec<f64>>,
        /// The constant of the formula weight / (k + rank); 60 if nothing is said
        #[arg(long)]
        k: Option<f64>,
    },
    /// Check the whole file; prints what is wrong, with code 1
    #[command(after_help = "Example:\n  beaver verify")]
    Verify,
    /// Make anew what is derived from the documents of all collections, and verify
    #[command(after_help = "Example:\n  beaver repair")]
    Repair,
    /// Rewrite the file without its free pages
    #[command(after_help = "Example:\n  beaver vacuum")]
    Vacuum,
    /// Bring the vector codes of collections to the state of a fresh build
    #[command(after_help = "Example:\n  beaver compact\n  beaver compact articles")]
    Compact {
        /// Which ones; all if nothing is said
        collections: Vec<String>,
    },
    /// Move the write-ahead log into the file
    #[command(after_help = "Example:\n  beaver checkpoint")]
    Checkpoint,
    /// Copy the database into a file, while others go on
    #[command(after_help = "Example:\n  beaver backup backup.db")]
    Backup { file: PathBuf },
    /// Put a backup in the place of the database, which nobody may have open
    #[command(after_help = "Example:\n  beaver backup backup.db && beaver restore backup.db")]
    Restore { file: PathBuf },
    /// Make the tables now that an older file, or one of BeaverDB 1.x, lacks
    #[command(
        after_help = "Example:\n  beaver upgrade",
        after_long_help = "Example:\n  beaver upgrade\n\nThe first write to such a file does the same. Nothing that is there changes: our tables are added beside those of 1.x, which reads the file as before. Prints upgraded, or current if nothing was missing. Documents of 1.x are found as they are, and get their place in our indexes with the writes to their collection."
    )]
    Upgrade,
}

pub fn run(cx: &Context, command: &Command) -> Outcome {
    match command {
        Command::Info => info(cx),
        Command::Stats => stats(cx),
        Command::Batch { file, durable } => {
            let db = cx.db(Access::Write)?;
            let batch = wire::batch(&db, "the operations", &files::all_lines(cx, file)?)?;
            cx.out.json(&wire::outcomes(&batch.commit(durable.then_some(true))?))
        }
        Command::Emit { topic, event, payload } => {
            let payload = value(cx, payload)?;
            cx.out.plain(cx.db(Access::Write)?.emit(topic, event, payload)?)
        }
        Command::On { topic, event, until } => events(cx, &cx.db(Access::Write)?.on(topic, event)?, until),
        Command::Rerank { lists, weights, k } => {
            let lists = wire::id_lists("the lists", &json(cx, lists)?)?;
            let lists: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
            let flags = vec![("weights", weights.as_ref().and_then(flag)), ("k", k.as_ref().and_then(flag))];
            let (weights, k) = wire::rerank(&value::options(cx, None, flags)?)?;
            let ranked = beaver_core::rerank(&lists, weights.as_deref(), k)?;
            cx.out.results(&wire::ranked(&ranked), ranked.iter().map(|(id, _)| id.clone()))
        }
        Command::Verify => {
            let db = cx.db(Access::Read)?;
            let bar = waiting("verify");
            let report = cx.interrupts.during(|| db.verify())?;
            drop(bar);
            found(cx, &wire::verified(&report), &report.problems)
        }
        Command::Repair => {
            let report = cx.db(Access::Write)?.repair(Bar::counting("repair").callback(cx))?;
            if cx.out.form != Form::Json {
                eprintln!("made anew: {}", report.collections.join(", "));
            }
            found(cx, &wire::repaired(&report), &report.problems)
        }
        Command::Vacuum => {
            let db = cx.db(Access::Write)?;
            let _bar = waiting("vacuum");
            Ok(cx.interrupts.during(|| db.vacuum())?)
        }
        Command::Compact { collections } => {
            let db = cx.db(Access::Write)?;
            let all = if collections.is_empty() { db.names(Kind::Collection)? } else { collections.clone() };
            for name in all {
                db.collection(&name)?.compact(Bar::counting(&format!("compact {name}")).callback(cx))?;
            }
            Ok(())
        }
        Command::Checkpoint => Ok(cx.db(Access::Write)?.checkpoint()?),
        Command::Backup { file } => Ok(cx.db(Access::Read)?.backup(file, Bar::counting("backup").callback(cx))?),
        Command::Restore { file } => {
            if cx.session.is_shell() {
                cx.session.close()?;
            }
            Ok(Beaver::restore(file, &cx.session.open.database, Bar::counting("restore").callback(cx))?)
        }
        Command::Upgrade => upgrade(cx),
    }
}

fn info(cx: &Context) -> Outcome {
    let info = cx.db(Access::Read)?.info()?;
    if cx.out.form == Form::Json {
        return cx.out.json(wire::info(&info)?.as_str());
    }
    cx.out.rows(&["type", "name", "count"], structures(info))
}

fn stats(cx: &Context) -> Outcome {
    let stats = wire::stats(&cx.db(Access::Read)?.stats()?);
    if cx.out.form == Form::Json {
        return cx.out.json(&stats);
    }
    let numbers = wire::members("the stats", &beaver_core::Json::parse(&stats)?)?;
    cx.out.rows(&["what", "how much"], numbers.into_iter().map(|(name, number)| Ok(Named(name, number.to_string()))))
}

/// What a check has found: nothing is well.
fn found(cx: &Context, report: &str, problems: &[String]) -> Outcome {
    if cx.out.form == Form::Json {
        cx.out.json(report)?;
    } else {
        problems.iter().try_for_each(|problem| cx.out.plain(problem))?;
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::Code(ERROR)) }
}

fn upgrade(cx: &Context) -> Outcome {
    let options = cx.session.options()?;
    // An upgrade of nothing is a mistake in the name.
    let db = Beaver::open(&cx.session.open.database, beaver_core::Options { create: false, ..options })?;
    let upgraded = Arc::new(AtomicBool::new(false));
    let noticed = upgraded.clone();
    db.set_log(Some(Arc::new(move |level, _, message: &str| {
        if level == LogLevel::Info && message.starts_with("completed") {
            noticed.store(true, Ordering::SeqCst);
        }
    })));
    // The first write makes the tables, also one of nothing.
    db.transaction(|_| Ok(()))?;
    db.close()?;
    cx.out.text(if upgraded.load(Ordering::SeqCst) { "upgraded" } else { "current" })
}
