//! Runs a part of a test in a process of its own: the test program starts itself again, and runs only
//! the test `child`, which plays the role it is given. Each test file with roles has such a test.
#![allow(dead_code)] // each test file uses what it needs

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

const ROLE: &str = "BEAVER_TEST_ROLE";
const FILE: &str = "BEAVER_TEST_FILE";
const ARGUMENT: &str = "BEAVER_TEST_ARGUMENT";

/// What a child is told to do.
pub struct Role {
    pub name: String,
    pub file: PathBuf,
    pub argument: String,
}

/// The role of this process, or none if it is no child.
pub fn role() -> Option<Role> {
    let name = std::env::var(ROLE).ok()?;
    Some(Role { name, file: std::env::var_os(FILE)?.into(), argument: std::env::var(ARGUMENT).ok()? })
}

/// Tells the parent something.
pub fn say(line: &str) {
    // The test runner may leave its own line open.
    println!("\nsays {line}");
    std::io::stdout().flush().unwrap();
}

/// A child process; killed if it is dropped before it ended.
pub struct Child {
    process: std::process::Child,
    lines: Lines<BufReader<ChildStdout>>,
}

pub fn start(name: &str, file: &Path, argument: &dyn ToString) -> Child {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture", "--test-threads=1"])
        .env(ROLE, name)
        .env(FILE, file)
        .env(ARGUMENT, argument.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    Child { process, lines }
}

impl Child {
    /// The next thing the child says; none after its end.
    pub fn hear(&mut self) -> Option<String> {
        self.lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("says ").map(str::to_owned))
    }

    pub fn expect(&mut self, what: &str) {
        assert_eq!(self.hear().as_deref(), Some(what));
    }

    /// Everything the child says until its good end.
    pub fn finish(mut self) -> Vec<String> {
        let mut said = Vec::new();
        while let Some(line) = self.hear() {
            said.push(line);
        }
        assert!(self.process.wait().unwrap().success(), "a child failed");
        said
    }

    /// Ends it at whatever instruction it is (SIGKILL).
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
