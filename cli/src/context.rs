//! What a command works with: the database, where its output goes, how its values are read.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::io::{self, StdinLock};
use std::path::PathBuf;
use std::rc::Rc;

use beaver_core::{Beaver, Error, ErrorKind, Handle, Kind, Lock, Options, Result, Structure};
use clap::Args;

use crate::exit::{Failure, Outcome};
use crate::interrupt::Interrupts;
use crate::output::{Form, Out};
use crate::value::Values;

/// How the database is opened.
#[derive(Args, Clone)]
#[command(next_help_heading = "Database")]
pub struct OpenArgs {
    /// The database: a file, or the address of a server
    #[arg(
        id = "global_database",
        short = 'd',
        long = "database",
        global = true,
        env = "BEAVER_DATABASE",
        default_value = "beaver.db",
        value_name = "FILE"
    )]
    pub database: PathBuf,
    /// Refuse every write; the file is not touched
    #[arg(id = "global_read_only", long = "read-only", global = true)]
    read_only: bool,
    /// How to open it, as JSON: {"durability": "full", "busy_timeout_ms": 500, …}
    #[arg(id = "global_open", long = "open", global = true, value_name = "JSON")]
    open: Option<String>,
}

/// What comes out, and how values are read.
#[derive(Args, Clone)]
#[command(next_help_heading = "Values and output")]
pub struct FormArgs {
    /// Write JSON, also where a table or plain text is usual; errors too
    #[arg(id = "global_json", long = "json", global = true, conflicts_with = "global_raw")]
    pub json: bool,
    /// Write bare values: strings without quotes, of rows only the value
    #[arg(id = "global_raw", long = "raw", global = true)]
    raw: bool,
    /// How values are read: JSON or else a string (auto), JSON and nothing else, or strings as they stand
    #[arg(
        id = "global_values",
        long = "values",
        global = true,
        value_enum,
        value_name = "KIND",
        hide_possible_values = true
    )]
    values: Option<Values>,
}

impl FormArgs {
    /// These, or where nothing is said, those.
    pub fn or(&self, usual: &FormArgs) -> FormArgs {
        let said = self.json || self.raw;
        let of = if said { self } else { usual };
        FormArgs { json: of.json, raw: of.raw, values: self.values.or(usual.values) }
    }

    fn form(&self) -> Form {
        match (self.json, self.raw) {
            (true, _) => Form::Json,
            (_, true) => Form::Raw,
            _ => Form::Auto,
        }
    }
}

/// What a command is going to do to the database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads: a file that is not there is an error, one that cannot be written is none.
    Read,
    /// It writes, or waits for what others will write: a file that is not there is created.
    Write,
    /// It holds something for others to wait for, which only a shell lives long enough for.
    Hold,
}

/// What lasts for as long as the program: one command, or a shell.
pub struct Session {
    pub open: OpenArgs,
    db: OnceCell<Beaver>,
    /// What `acquire` has acquired: only a shell lives long enough to hold anything.
    held: Option<RefCell<Held>>,
}

#[derive(Default)]
struct Held {
    structures: HashMap<(Kind, String), Handle>,
    locks: HashMap<String, Rc<Lock>>,
}

impl Session {
    pub fn new(open: OpenArgs, shell: bool) -> Self {
        Session { open, db: OnceCell::new(), held: shell.then(RefCell::default) }
    }

    /// Whether it is that of a shell.
    pub fn is_shell(&self) -> bool {
        self.held.is_some()
    }

    /// Whether the database is at a server.
    pub fn is_remote(&self) -> bool {
        let database = self.open.database.to_string_lossy();
        database.starts_with("http://") || database.starts_with("https://")
    }

    /// The options to open with, as they were given.
    pub fn options(&self) -> Result<Options> {
        let mut options = self.open.open.as_deref().map_or_else(|| Ok(Options::default()), Options::from_json)?;
        options.read_only |= self.open.read_only;
        Ok(options)
    }

    /// The database, opened when it is first needed.
    pub fn db(&self, access: Access) -> Result<Beaver> {
        if let Some(db) = self.db.get() {
            return Ok(db.clone());
        }
        let mut options = self.options()?;
        let path = &self.open.database;
        let db = if access == Access::Read && self.open.open.is_none() && path.as_os_str() != ":memory:" {
            options.create = false;
            match Beaver::open(path, options.clone()) {
                Err(e) if e.kind() == ErrorKind::ReadOnly => {
                    Beaver::open(path, Options { read_only: true, ..options })?
                }
                Err(e) if e.kind() == ErrorKind::Io && !path.exists() => {
                    return Err(Error::new(ErrorKind::Io, format!("there is no file {}", path.display())));
                }
                other => other?,
            }
        } else {
            Beaver::open(path, options)?
        };
        Ok(self.db.get_or_init(|| db).clone())
    }

    /// The database for a server, which remembers what it has read, unless options are given.
    pub fn db_to_serve(&self) -> Result<Beaver> {
        let mut options = self.options()?;
        if self.open.open.is_none() {
            options.read_cache_bytes = beaver_server::READ_CACHE_BYTES;
        }
        let db = Beaver::open(&self.open.database, options)?;
        Ok(self.db.get_or_init(|| db).clone())
    }

    /// Closes the database, and lets go of what is held.
    pub fn close(&self) -> Result<()> {
        if let Some(held) = &self.held {
            held.take();
        }
        self.db.get().map_or(Ok(()), Beaver::close)
    }
}

/// What one command works with.
pub struct Context {
    pub session: Rc<Session>,
    pub out: Out,
    pub values: Values,
    pub interrupts: Rc<Interrupts>,
    /// What was asked for; in a shell what holds for each line that says nothing else.
    pub form: FormArgs,
    stdin_taken: Cell<bool>,
}

impl Context {
    pub fn new(session: Rc<Session>, interrupts: Rc<Interrupts>, form: &FormArgs) -> Self {
        Context {
            session,
            out: Out::new(form.form()),
            values: form.values.unwrap_or_default(),
            interrupts,
            form: form.clone(),
            stdin_taken: Cell::new(false),
        }
    }

    /// The database.
    pub fn db(&self, access: Access) -> Result<Beaver> {
        self.session.db(access)
    }

    /// The standard input, which can be had once.
    pub fn stdin(&self) -> Outcome<StdinLock<'static>> {
        if self.session.is_shell() {
            return Err(Failure::usage("the standard input is where the shell reads its commands: name a file"));
        }
        if self.stdin_taken.replace(true) {
            return Err(Failure::usage("the standard input was read already: give '-' only once"));
        }
        Ok(io::stdin().lock())
    }

    /// The handle of a structure; the one that has acquired it, if this shell has.
    pub fn structure<S: Structure>(&self, access: Access, make: impl FnOnce(&Beaver) -> Result<S>) -> Outcome<S> {
        self.check(access)?;
        let made = make(&self.db(access)?)?;
        let key = (made.kind(), made.name().to_owned());
        let held = self.session.held.as_ref().and_then(|held| held.borrow().structures.get(&key).cloned());
        Ok(held.map_or(made, S::from))
    }

    /// Keeps the handle that has acquired a structure.
    ///
    /// # Errors
    /// If nothing can be kept, because this is no shell.
    pub fn keep<S: Structure>(&self, acquired: &S) {
        if let Some(held) = &self.session.held {
            let key = (acquired.kind(), acquired.name().to_owned());
            held.borrow_mut().structures.insert(key, acquired.as_ref().clone());
        }
    }

    /// Forgets a structure that was released for the last time.
    pub fn forget<S: Structure>(&self, released: &S) {
        if let Some(held) = &self.session.held {
            held.borrow_mut().structures.remove(&(released.kind(), released.name().to_owned()));
        }
    }

    /// A lock's handle; in a shell always the same.
    pub fn lock(&self, name: &str, access: Access) -> Outcome<Rc<Lock>> {
        self.check(access)?;
        let Some(held) = &self.session.held else { return Ok(Rc::new(self.db(access)?.lock(name)?)) };
        if let Some(lock) = held.borrow().locks.get(name) {
            return Ok(lock.clone());
        }
        let lock = Rc::new(self.db(access)?.lock(name)?);
        held.borrow_mut().locks.insert(name.to_owned(), lock.clone());
        Ok(lock)
    }

    /// Refuses what would end with the program before anybody had anything of it.
    fn check(&self, access: Access) -> Outcome {
        if access != Access::Hold || self.session.is_shell() {
            return Ok(());
        }
        Err(Failure::usage(
            "what a command acquires ends with it: do this in 'beaver shell'. To hold a lock while a program runs: beaver lock NAME run COMMAND",
        ))
    }
}
