//! The peers of search: Python packages, each in a process of its own.

use crate::bench::server::Server;
use crate::sh;
use anyhow::Result;
use std::process::Stdio;

/// A Python with the peers, made below the target folder; a peer that cannot be installed is left out.
pub struct Peers {
    python: Option<std::path::PathBuf>,
    missing: Vec<String>,
}

/// The name of a package, and that of its module.
const PACKAGES: [(&str, &str); 6] = [
    ("numpy", "numpy"),
    ("usearch", "usearch"),
    ("hnswlib", "hnswlib"),
    ("faiss-cpu", "faiss"),
    ("apsw", "apsw"),
    ("sqlite-vec", "sqlite_vec"),
];

impl Peers {
    pub fn prepare(folder: &std::path::Path) -> Peers {
        let environment = folder.join("peers");
        let python = environment.join("bin/python");
        let mut missing = Vec::new();
        if !python.is_file() {
            let made = sh::run(sh::command("python3").args(["-m", "venv"]).arg(&environment));
            if let Err(error) = made {
                eprintln!("no peers of vector search: {error:#}");
                let all = PACKAGES.iter().map(|(package, _)| (*package).to_owned()).collect();
                return Peers { python: None, missing: all };
            }
        }
        for (package, module) in PACKAGES {
            let import = format!("import {module}");
            let is_there = || {
                let mut command = sh::command(&python);
                command.args(["-c", &import]).stdout(Stdio::null()).stderr(Stdio::null());
                command.status().is_ok_and(|status| status.success())
            };
            if !is_there() {
                let mut pip = sh::command(&python);
                pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]);
                if sh::run(&mut pip).is_err() || !is_there() {
                    eprintln!("{package} cannot be installed: it is left out");
                    missing.push(package.to_owned());
                }
            }
        }
        // Without it none of the others can be fed.
        let has_numpy = !missing.iter().any(|package| package == "numpy");
        Peers { python: has_numpy.then_some(python), missing }
    }

    /// A peer of benches/python/peers.py in a process of its own; none if it could not be installed.
    pub fn start(&self, name: &str) -> Result<Option<Server>> {
        let (Some(python), false) = (&self.python, self.missing.iter().any(|package| is_of(name, package))) else {
            return Ok(None);
        };
        let mut command = sh::command(python);
        // The Python peers may not take a second processor behind our back.
        command.env("OMP_NUM_THREADS", "1").args(["-B", "benches/python/peers.py", name]);
        Ok(Some(Server::start(name, &mut command)?))
    }

    pub fn note(&self) -> Option<String> {
        let missing = self.missing.join(", ");
        (!missing.is_empty()).then(|| format!("Left out, because it could not be installed: {missing}."))
    }

    /// What of each was measured.
    pub fn versions(&self) -> Result<Option<String>> {
        let Some(python) = &self.python else { return Ok(None) };
        let packages: Vec<&str> = PACKAGES.iter().map(|(package, _)| *package).collect();
        let code = "import sys, importlib.metadata as m\n\
                    for p in sys.argv[1:]:\n try: print(p, m.version(p))\n except m.PackageNotFoundError: pass";
        let versions = sh::quiet_output(sh::command(python).args(["-c", code]).args(packages))?;
        Ok(Some(format!("Peers: {}.", versions.trim().replace('\n', ", "))))
    }
}

/// Whether a peer needs a package.
fn is_of(name: &str, package: &str) -> bool {
    match package {
        "faiss-cpu" => name.starts_with("faiss"),
        // The SQLite that sqlite-vec is loaded into.
        "apsw" => name == "sqlite-vec",
        _ => name == package,
    }
}
