//! Databases at a server: with `--serve PROGRAM`, the testee opens no file. For each it starts `PROGRAM serve`, and opens
//! that.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use beaver_core::{Beaver, Error, ErrorKind, Options, Result};
use serde::Deserialize;

/// A server of a file, which ends with the testee, however that ends.
pub struct Server(Child);

impl Server {
    /// Starts a server, and opens its database.
    pub fn open(program: &str, path: &str, options: Option<&str>) -> Result<(Server, Beaver)> {
        let here = options.map_or_else(|| Ok(Options::default()), Options::from_json)?;
        let mut command = Command::new("setpriv");
        // An argument that begins with a hyphen would be an option.
        command.args(["--pdeathsig", "KILL", program, "--json", &format!("--database={path}")]);
        command.args(options.map(|options| format!("--open={options}")));
        command.args(["serve", "--port", "0", "--log-format", "json"]).stdin(Stdio::null()).stderr(Stdio::piped());
        let failed = |e| Error::new(ErrorKind::Io, format!("{program} cannot be started: {e}"));
        let mut server = Server(command.spawn().map_err(failed)?);
        let mut lines = server.0.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).lines());
        let mut said = lines.by_ref().map_while(std::result::Result::ok).filter_map(|line| Said::read(&line));
        match said.next() {
            Some(Said::Listening(url)) => {
                // What it says later is nobody's business, but it has to be read.
                std::thread::spawn(move || lines.for_each(drop));
                Ok((server, Beaver::open(url, here)?))
            }
            Some(Said::Failed(error)) => Err(error),
            None => Err(Error::new(ErrorKind::Io, "the server ended without a word")),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A line of the server's.
enum Said {
    Listening(String),
    Failed(Error),
}

#[derive(Deserialize)]
struct Line {
    fields: Option<Fields>,
    error: Option<Failed>,
}

#[derive(Deserialize)]
struct Fields {
    message: String,
    address: Option<String>,
}

#[derive(Deserialize)]
struct Failed {
    kind: String,
    message: String,
}

impl Said {
    fn read(line: &str) -> Option<Said> {
        let line: Line = serde_json::from_str(line).ok()?;
        if let Some(Failed { kind, message }) = line.error {
            let kind = ErrorKind::ALL.into_iter().find(|known| known.name() == kind)?;
            return Some(Said::Failed(Error::new(kind, message)));
        }
        let fields = line.fields.filter(|fields| fields.message.starts_with("listening"))?;
        Some(Said::Listening(format!("http://{}", fields.address?)))
    }
}
