//! The shell: commands at a prompt, on a database that stays open.

use std::env;
use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::rc::Rc;

use beaver_core::Kind;
use clap::{Args, CommandFactory, FromArgMatches};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{Editor, Helper};

use crate::argv;
use crate::cli::{self, Command, Line};
use crate::context::{Access, Context, Session};
use crate::exit::{ERROR, Failure, Outcome, USAGE};

#[derive(Args)]
pub struct Shell {
    /// Where commands are read from a file or a pipe: go on after one that fails
    #[arg(long)]
    keep_going: bool,
}

/// What a line asks for.
enum Next {
    Line,
    End,
}

pub fn run(cx: &Context, shell: &Shell) -> Outcome {
    if io::stdin().is_terminal() { prompt(cx) } else { script(cx, shell.keep_going) }
}

/// Reads lines from a person.
fn prompt(cx: &Context) -> Outcome {
    let failed = |e: ReadlineError| Failure::file("read", "the terminal", &io::Error::other(e));
    let mut editor: Editor<Words, DefaultHistory> = Editor::new().map_err(failed)?;
    editor.set_helper(Some(Words { session: cx.session.clone() }));
    let history = history();
    if let Some(path) = &history {
        // The first time there is none.
        let _ = editor.load_history(path);
    }
    eprintln!("beaver {}; help for help, exit to leave", env!("CARGO_PKG_VERSION"));
    loop {
        match editor.readline("beaver> ") {
            Ok(line) => {
                // What cannot be remembered can be typed again.
                let _ = editor.add_history_entry(&line);
                match one(cx, &line) {
                    Ok(Next::Line) => {}
                    Ok(Next::End) => break,
                    Err(failure) => failure.tell(cx.form.json, cx.interrupts.caught()),
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(e) => return Err(failed(e)),
        }
    }
    if let Some(path) = &history {
        if let Some(folder) = path.parent() {
            let _ = std::fs::create_dir_all(folder);
        }
        if let Err(e) = editor.save_history(path) {
            eprintln!("beaver: the history cannot be kept: {e}");
        }
    }
    Ok(())
}

/// Reads lines from a program.
fn script(cx: &Context, keep_going: bool) -> Outcome {
    for line in io::stdin().lock().lines() {
        let line = line.map_err(|e| Failure::file("read", "the standard input", &e))?;
        match one(cx, &line) {
            Ok(Next::Line) => {}
            Ok(Next::End) => break,
            Err(Failure::BrokenPipe) => return Err(Failure::BrokenPipe),
            Err(failure) if keep_going => failure.tell(cx.form.json, cx.interrupts.caught()),
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// Carries a line out.
fn one(cx: &Context, line: &str) -> Outcome<Next> {
    let words = shlex::split(line).ok_or_else(|| Failure::usage("a quotation mark is left open"))?;
    match words.first().map(String::as_str) {
        None => return Ok(Next::Line),
        Some("exit" | "quit") => return Ok(Next::End),
        _ => {}
    }
    let words = words.iter().skip_while(|word| *word == "beaver");
    let mut tree = Line::command();
    let args = argv::prepare(&tree, std::iter::once("beaver").chain(words.map(String::as_str)).map(Into::into));
    let parsed = tree.try_get_matches_from_mut(args).and_then(|matches| Line::from_arg_matches(&matches));
    let line = match parsed {
        Ok(line) => line,
        Err(said) => {
            let _ = said.print();
            let code = u8::try_from(said.exit_code()).unwrap_or(ERROR);
            return if code == 0 { Ok(Next::Line) } else { Err(Failure::Code(code)) };
        }
    };
    if matches!(line.command, Command::Shell(_)) {
        eprintln!("beaver: this is the shell already");
        return Err(Failure::Code(USAGE));
    }
    cx.interrupts.forget();
    let of_line = Context::new(cx.session.clone(), Rc::clone(&cx.interrupts), &line.form.or(&cx.form));
    cli::run(&of_line, &line.command).map(|()| Next::Line)
}

/// Where the history is kept.
fn history() -> Option<PathBuf> {
    if let Some(path) = env::var_os("BEAVER_HISTORY") {
        return Some(PathBuf::from(path)).filter(|path| !path.as_os_str().is_empty());
    }
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = state.or_else(|| env::home_dir().map(|home| home.join(".local/state")));
    state.map(|state| state.join("beaver/history"))
}

/// Completes commands, and names from the database.
struct Words {
    session: Rc<Session>,
}

impl Words {
    /// What can stand where the cursor is, after those words.
    fn candidates(&self, before: &[&str], word: &str) -> Vec<String> {
        let tree = Line::command();
        let (mut command, mut kind) = (&tree, None);
        for word in before.iter().filter(|word| !word.starts_with('-')) {
            if let Some(next) = command.find_subcommand(word) {
                command = next;
                kind = if kind.is_none() { Kind::parse(word).ok() } else { None };
            } else if kind.take().is_none() && command.has_subcommands() {
                // No command, and no name: nothing is known of what follows.
                return Vec::new();
            }
        }
        if word.starts_with('-') {
            let options = command.get_arguments().chain(tree.get_arguments());
            return options.filter_map(|option| option.get_long().map(|long| format!("--{long}"))).collect();
        }
        if let Some(kind) = kind {
            return self.session.db(Access::Read).and_then(|db| db.names(kind)).unwrap_or_default();
        }
        command.get_subcommands().map(|command| command.get_name().to_owned()).collect()
    }
}

impl Completer for Words {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = line.get(..at).unwrap_or(line);
        let start = typed.rfind(char::is_whitespace).map_or(0, |place| place + 1);
        let (before, word) = typed.split_at_checked(start).unwrap_or((typed, ""));
        let before: Vec<&str> = before.split_whitespace().collect();
        let mut fitting = self.candidates(&before, word);
        fitting.retain(|candidate| candidate.starts_with(word));
        let quoted = |name: &str| shlex::try_quote(name).map_or_else(|_| name.to_owned(), Into::into);
        let pair = |candidate: String| Pair { replacement: format!("{} ", quoted(&candidate)), display: candidate };
        Ok((start, fitting.into_iter().map(pair).collect()))
    }
}

impl Hinter for Words {
    type Hint = String;
}
impl Highlighter for Words {}
impl Validator for Words {}
impl Helper for Words {}
