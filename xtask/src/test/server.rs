//! Steps of the program and its server, as others meet them: curl, a browser, a tester of APIs, a container.

use super::languages;
use crate::{build, project, sh};
use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What schemathesis is made of; a new line here makes the environment anew.
const REQUIREMENTS: &str = "server/tests/requirements.txt";

/// The program, where no other step replaces it while it runs.
pub fn program() -> Result<PathBuf> {
    let built = build::workspace()?.join(NAME);
    let program = project::target()?.join("xtask").join(NAME);
    sh::put(&built, &program)?;
    Ok(program)
}

const NAME: &str = "beaver";

/// The examples of examples/rest, each with what it prints.
pub fn rest_examples() -> Result<()> {
    sh::run(sh::command("examples/rest/run.sh").arg(program()?))
}

/// Everything that the OpenAPI document has, and what it does not have, is called.
pub fn schemathesis() -> Result<()> {
    let (version, python) = super::pythons().last().context("no CPython")?;
    let python = languages::environment_of(REQUIREMENTS, "schemathesis", version, python)?;
    // What waits would only keep the others waiting.
    let server = Server::start(&["--max-wait", "0"])?;
    let mut tester = sh::command("server/tests/schemathesis.sh");
    sh::run(tester.arg(&server.url).env("SCHEMATHESIS", python.with_file_name("schemathesis")))
}

/// The interactive documentation, in a browser that can reach nothing but the server.
pub fn docs_page() -> Result<()> {
    let server = Server::start(&[])?;
    sh::run(sh::command("python3").arg("server/tests/docs_page.py").arg(&server.url))
}

/// The entry point of the container: what it calls, and with the program itself.
pub fn container() -> Result<()> {
    sh::run(&mut sh::command("docker/test.sh"))?;
    let program = program()?;
    // Root is dropped there, and who is nobody need not get into the target folder.
    let folder = sh::temp_dir()?;
    let copy = folder.path().join(NAME);
    sh::put(&program, &copy)?;
    open_to_all(folder.path())?;
    open_to_all(&copy)?;
    sh::run(sh::command("docker/test.sh").env("BEAVER", copy))
}

fn open_to_all(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?)
}

/// What tells the tests of a language the URL of a server.
pub const SERVER: &str = "BEAVER_SERVER";

/// A server with a file of its own, stopped when dropped.
pub struct Server {
    pub url: String,
    child: Child,
    _folder: tempfile::TempDir,
}

impl Server {
    pub fn start(arguments: &[&str]) -> Result<Server> {
        let folder = sh::temp_dir()?;
        let mut command: Command = sh::command(program()?);
        command.arg("--database").arg(folder.path().join("served.db")).args(["serve", "--port", "0"]).args(arguments);
        let mut child = command.stderr(Stdio::piped()).spawn().context("the server cannot be started")?;
        let mut lines = BufReader::new(child.stderr.take().context("its words are caught")?).lines();
        let listening = |line: String| Some(line.split_once("listening on ")?.1.split(' ').next()?.to_owned());
        let url = lines.by_ref().map_while(Result::ok).find_map(listening);
        let url = url.context("the server said no address")?;
        // What it says later is shown.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| eprintln!("{line}")));
        Ok(Server { url, child, _folder: folder })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
