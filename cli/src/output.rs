//! What goes to the standard output: data, and nothing else.
//!
//! On a terminal, values are indented and listings are tables; elsewhere everything is lines: of JSON, or of plain text
//! where names and keys are listed. `--json` gives JSON in any case, `--raw` bare values.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use beaver_core::{Json, Result, wire};
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Attribute, Color, ContentArrangement, Table};

use crate::exit::{Failure, Outcome};
use crate::indent::{Indent, indented};

/// How long a cell of a table is at most, in characters.
const CELL: usize = 200;

/// Below this, what a terminal says of its width is taken for nothing said.
const NARROWEST: u16 = 20;
const USUAL_WIDTH: u16 = 80;

/// The form that was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// What suits the place.
    Auto,
    /// `--json`
    Json,
    /// `--raw`
    Raw,
}

/// Something that a listing shows a row of.
pub trait Row {
    /// The row as JSON.
    fn json(&self) -> String;
    /// The value alone, bare.
    fn bare(&self) -> String;
    /// The row in a table.
    fn cells(&self) -> Vec<String>;
    /// The line of the row where the output is no terminal: that of JSON, if it is not plain text.
    fn line(&self) -> String {
        one_line(&self.json())
    }
}

/// A name or key.
impl Row for String {
    fn json(&self) -> String {
        wire::string(self)
    }
    fn bare(&self) -> String {
        self.clone()
    }
    fn cells(&self) -> Vec<String> {
        vec![self.clone()]
    }
    /// As it is; one with a line break or another control character as JSON.
    fn line(&self) -> String {
        if self.chars().any(char::is_control) { self.json() } else { self.clone() }
    }
}

/// A value without the quotes of a string.
pub fn bare(json: &Json) -> String {
    json.to::<String>().unwrap_or_else(|_| one_line(json.as_str()))
}

/// A JSON text on one line: a line break in it can only be white space.
pub fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}

/// The standard output.
pub struct Out {
    pub form: Form,
    /// Whether it is a terminal.
    terminal: bool,
    colour: bool,
    to: RefCell<BufWriter<Stdout>>,
    /// Whether nobody reads it any more.
    broken: Cell<bool>,
}

impl Out {
    pub fn new(form: Form) -> Self {
        let terminal = io::stdout().is_terminal();
        Out {
            form,
            terminal,
            colour: terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
            to: RefCell::new(BufWriter::with_capacity(64 << 10, io::stdout())),
            broken: Cell::new(false),
        }
    }

    /// Whether people read it.
    fn for_people(&self) -> bool {
        self.terminal && self.form == Form::Auto
    }

    /// Whether a write has failed because nobody reads any more.
    pub fn is_broken(&self) -> bool {
        self.broken.get()
    }

    /// Writes a line.
    fn say(&self, line: &str) -> Outcome {
        let mut sink = self.bytes();
        let written = sink.write_all(line.as_bytes()).and_then(|()| sink.write_all(b"\n"));
        written.map_err(|e| self.failure(&e))
    }

    fn failure(&self, error: &io::Error) -> Failure {
        if self.broken.get() { Failure::BrokenPipe } else { Failure::file("written", "the standard output", error) }
    }

    /// Writes what is still on its way.
    pub fn flush(&self) -> Outcome {
        self.bytes().flush().map_err(|e| self.failure(&e))
    }

    /// Where bytes go as they are.
    pub fn bytes(&self) -> Sink<'_> {
        Sink { out: self }
    }

    /// Where a dump goes: with indents, if people read it.
    pub fn dump(&self, write: impl FnOnce(&mut dyn Write) -> Result<()>, indents: bool) -> Outcome {
        let outcome = if indents && self.for_people() {
            let mut indent = Indent::new(self.bytes());
            let outcome = write(&mut indent);
            self.say("")?;
            outcome
        } else {
            write(&mut self.bytes())
        };
        if self.broken.get() { Err(Failure::BrokenPipe) } else { Ok(outcome?) }
    }

    /// A value.
    pub fn value(&self, json: &Json) -> Outcome {
        match self.form {
            Form::Raw => self.say(&bare(json)),
            _ => self.json(json.as_str()),
        }
    }

    /// A JSON text, whatever was asked for.
    pub fn json(&self, json: &str) -> Outcome {
        if self.for_people() { self.say(&indented(json)) } else { self.say(&one_line(json)) }
    }

    /// A number, a time, or whether something is so: the same in every form.
    pub fn plain(&self, text: impl Display + Copy) -> Outcome {
        self.say(&text.to_string())
    }

    /// A text that is the answer: with the quotes of JSON only where JSON was asked for.
    pub fn text(&self, text: &str) -> Outcome {
        if self.form == Form::Json { self.say(&wire::string(text)) } else { self.say(text) }
    }

    /// One row.
    pub fn row(&self, row: &impl Row) -> Outcome {
        if self.form == Form::Raw { self.say(&row.bare()) } else { self.json(&row.json()) }
    }

    /// A row that comes while others are still to come.
    pub fn live(&self, row: &impl Row) -> Outcome {
        match self.form {
            Form::Raw => self.say(&row.bare())?,
            _ if self.for_people() => self.say(&row.cells().join("  "))?,
            _ => self.say(&row.line())?,
        }
        self.flush()
    }

    /// Results that are an array: `bare` gives the value of each for `--raw`.
    pub fn results(&self, json: &str, bare: impl Iterator<Item = String>) -> Outcome {
        if self.form != Form::Raw {
            return self.json(json);
        }
        for result in bare {
            self.say(&result)?;
        }
        Ok(())
    }

    /// A listing: a table for people, else a line for each row, or with `--json` one array. Only a table is held in
    /// memory.
    pub fn rows<R: Row>(&self, header: &[&str], rows: impl Iterator<Item = Result<R>>) -> Outcome {
        match self.form {
            Form::Raw => {
                for row in rows {
                    self.say(&row?.bare())?;
                }
            }
            Form::Json => {
                let mut before = "[";
                for row in rows {
                    let row = one_line(&row?.json());
                    let mut sink = self.bytes();
                    write!(sink, "{before}{row}").map_err(|e| self.failure(&e))?;
                    before = ",";
                }
                self.say(if before == "[" { "[]" } else { "]" })?;
            }
            Form::Auto if self.terminal => {
                let cells: Result<Vec<Vec<String>>> = rows.map(|row| row.map(|row| row.cells())).collect();
                self.say(&self.table(header, cells?))?;
            }
            Form::Auto => {
                for row in rows {
                    self.say(&row?.line())?;
                }
            }
        }
        Ok(())
    }

    fn table(&self, header: &[&str], rows: Vec<Vec<String>>) -> String {
        let mut table = Table::new();
        table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        // Some terminals do not say how wide they are.
        let width = table.width().filter(|width| *width >= NARROWEST);
        let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        table.set_width(width.or(said).unwrap_or(USUAL_WIDTH));
        if !self.colour {
            table.force_no_tty();
        }
        table.set_header(header.iter().map(|title| comfy_table::Cell::new(title).add_attribute(Attribute::Bold)));
        for row in rows {
            table.add_row(row.into_iter().enumerate().map(|(column, text)| {
                let cell = comfy_table::Cell::new(shortened(&text));
                if column == 0 && self.colour { cell.fg(Color::Cyan) } else { cell }
            }));
        }
        table.to_string()
    }
}

/// What fits into a cell: no control characters, and not too many others.
fn shortened(text: &str) -> String {
    let plain = text.replace(|c: char| c.is_control(), " ");
    match plain.char_indices().nth(CELL) {
        Some((end, _)) => plain.get(..end).map_or_else(String::new, |begin| format!("{begin}…")),
        None => plain,
    }
}

/// The standard output as a writer, which notices when nobody reads any more.
pub struct Sink<'o> {
    out: &'o Out,
}

impl Sink<'_> {
    fn noticed<T>(&self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|e| {
            if e.kind() == io::ErrorKind::BrokenPipe {
                self.out.broken.set(true);
            }
        })
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.noticed(self.out.to.borrow_mut().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.noticed(self.out.to.borrow_mut().flush())
    }
}
