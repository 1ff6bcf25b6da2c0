//! The examples in README.md and docs/guide are programs: each is compiled and run, so that none can go stale.
//!
//! The word after the fence decides. `rust`: a documentation test, with `beaver_core` and `serde_json`. `c`, `cpp`: a
//! program if it has a `main`, or else the body of one, in which `db` is an open database, and which must free all that it
//! makes. `python`: a program if it opens a database, or else what follows when `db` is open. `kotlin`, `swift`: as the
//! modules of these names say. `sh`: every `cargo xtask` command in it must exist. `cmake`: its lines must be lines of
//! tests/install/cmake/CMakeLists.txt, which the install step builds. `json`, `toml`, `text`, `console`, `js`: shown, not run.
//! `no_run` behind the word compiles only. Any other word is an error.

mod kotlin;
mod swift;

use super::{languages, run_program};
use crate::compiler::{self, Linkage};
use crate::library::{Library, Profile};
use crate::{build, project, sh};
use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use serde_json::Value;
use std::path::Path;

const BODY: &str = "#include <beaver.h>\n#include <assert.h>\n#include <stdio.h>\n#include <string.h>\n\
    int main(void) {\nbeaver_db *db = NULL;\n\
    if (beaver_db_open(\"guide.db\", NULL, &db, NULL) != BEAVER_OK) return 1;\n{\n%BODY%\n}\nbeaver_db_free(db);\nreturn beaver_live_objects() == 0 ? 0 : 1;\n}\n";
const CPP_BODY: &str = "#include <beaver.hpp>\n#include <cassert>\n#include <iostream>\n\
    int main() {\nbeaver::Database db(\"guide.db\");\n{\n%BODY%\n}\nreturn 0;\n}\n";

/// What examples run on.
struct Builds {
    library: Library,
    python: Vec<String>,
}

struct Example {
    page: String,
    line: usize,
    language: String,
    runs: bool,
    text: String,
}

pub fn guide() -> Result<()> {
    let pages: Vec<String> = project::files()?.into_iter().filter(|file| is_page(file)).collect();
    if pages.is_empty() {
        bail!("there is no README.md and no page in docs/guide");
    }
    let builds = Builds { library: Library::build(Profile::Dev)?, python: languages::python_interpreter()? };
    let folder = sh::temp_dir()?;
    compiler::precompile(folder.path())?;
    let (mut rust, mut kotlin, mut swift) = (Vec::new(), Vec::new(), Vec::new());
    let (mut failed, mut count) = (Vec::new(), 0);
    for page in &pages {
        for example in examples(page, &project::read(page)?)? {
            count += 1;
            if example.language == "rust" {
                rust.push(page.clone());
            } else if example.language == "kotlin" {
                kotlin.push(example);
            } else if example.language == "swift" {
                swift.push(example);
            } else if let Err(error) = check(&example, &builds, folder.path()) {
                println!("{page}:{}: {error:#}", example.line);
                failed.push(format!("{page}:{}", example.line));
            }
        }
    }
    rust.dedup();
    for page in rust {
        if let Err(error) = rust_page(&page) {
            println!("{page}: {error:#}");
            failed.push(page);
        }
    }
    for (place, why) in kotlin::failures(&kotlin)?.into_iter().chain(swift::failures(&swift)?) {
        println!("{place}: {why}");
        failed.push(place);
    }
    if !failed.is_empty() {
        bail!("examples that are wrong: {}", failed.join(", "));
    }
    println!("{count} examples in {} pages", pages.len());
    Ok(())
}

fn is_page(file: &str) -> bool {
    file == "README.md" || (file.starts_with("docs/guide/") && file.ends_with(".md"))
}

fn examples(page: &str, text: &str) -> Result<Vec<Example>> {
    let mut found = Vec::new();
    let mut open: Option<Example> = None;
    for (index, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(info), None) => {
                let mut words = info.split([',', ' ']).filter(|word| !word.is_empty());
                let language =
                    words.next().with_context(|| format!("{page}:{}: a fence without a language", index + 1))?;
                let runs = !words.any(|word| word == "no_run");
                open = Some(Example {
                    page: page.to_owned(),
                    line: index + 1,
                    language: language.to_owned(),
                    runs,
                    text: String::new(),
                });
            }
            (None, Some(example)) => example.text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    match open {
        Some(example) => bail!("{page}:{}: the fence is never closed", example.line),
        None => Ok(found),
    }
}

fn check(example: &Example, builds: &Builds, folder: &Path) -> Result<()> {
    match example.language.as_str() {
        "c" => compiled(example, "c", BODY, &builds.library, folder),
        "cpp" => compiled(example, "cpp", CPP_BODY, &builds.library, folder),
        "python" => python(example, &builds.python, folder),
        "sh" => example.text.lines().try_for_each(commands_exist),
        "cmake" => {
            let project = project::read("tests/install/cmake/CMakeLists.txt")?;
            let known =
                |line: &&str| line.trim().is_empty() || project.lines().any(|other| other.trim() == line.trim());
            match example.text.lines().find(|line| !known(line)) {
                Some(line) => bail!("tests/install/cmake/CMakeLists.txt has no line `{}`", line.trim()),
                None => Ok(()),
            }
        }
        "json" => serde_json::from_str::<Value>(&example.text).map(drop).context("this is no JSON"),
        "toml" | "text" | "console" | "js" => Ok(()),
        other => bail!("no way is known to check `{other}` (see xtask/src/test/docs.rs)"),
    }
}

/// A program if it opens a database, or else what follows when `BeaverDB` and `Document` are imported and `db` is open.
/// Each runs in a folder of its own.
fn python(example: &Example, interpreter: &[String], folder: &Path) -> Result<()> {
    let script = folder.join("example.py");
    let opens = example.text.contains("BeaverDB(");
    let before = if opens { "" } else { "from beaver import BeaverDB, Document\ndb = BeaverDB('guide.db')\n" };
    std::fs::write(&script, format!("{before}{}", example.text))?;
    let (first, rest) = interpreter.split_first().context("no interpreter")?;
    let mut python = sh::command(first);
    python.args(rest);
    if !example.runs {
        python.args(["-m", "py_compile"]);
    }
    run_program(python.arg(&script))
}

fn compiled(example: &Example, extension: &str, body: &str, library: &Library, folder: &Path) -> Result<()> {
    let stem = example.page.replace(['/', '.'], "-");
    let source = folder.join(format!("{stem}-{}.{extension}", example.line));
    let is_program = example.text.contains("main(");
    std::fs::write(&source, if is_program { example.text.clone() } else { body.replace("%BODY%", &example.text) })?;
    // What an example shows may be unused in it.
    let program = compiler::build(&source, library, Linkage::Shared, &["-Wno-unused"], folder)?;
    if example.runs { run_program(&mut sh::command(program)) } else { Ok(()) }
}

fn commands_exist(line: &str) -> Result<()> {
    let Some((_, command)) = line.split_once("cargo xtask ") else {
        return Ok(());
    };
    let name = command.split_whitespace().next().unwrap_or_default();
    if crate::Cli::command().find_subcommand(name).is_none() {
        bail!("`cargo xtask {name}` does not exist");
    }
    Ok(())
}

/// rustdoc tests a page of Markdown as it tests comments; it needs to be told where the libraries are.
fn rust_page(page: &str) -> Result<()> {
    let folder = sh::temp_dir()?;
    let mut dependencies = std::ffi::OsString::from("dependency=");
    dependencies.push(project::target()?.join("debug/deps"));
    let mut rustdoc = sh::command("rustdoc");
    rustdoc.args(["--test", "--edition=2024"]);
    for library in rust_libraries()? {
        rustdoc.arg("--extern").arg(library);
    }
    sh::run(rustdoc.arg("-L").arg(dependencies).arg(project::root().join(page)).current_dir(folder.path()))
}

/// The core, and the JSON library that its users have too, each as `name=file`.
fn rust_libraries() -> Result<Vec<String>> {
    let messages = sh::output(sh::cargo().args(build::COMMAND).arg("--message-format=json"))?;
    let messages: Vec<Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let library = |name: &str| {
        let is_it = |message: &&Value| message["reason"] == "compiler-artifact" && message["target"]["name"] == name;
        let message = messages.iter().find(is_it);
        let files = message.and_then(|message| message["filenames"].as_array());
        let file = files.into_iter().flatten().filter_map(Value::as_str).find(|file| file.ends_with(".rlib"));
        let file = file.with_context(|| format!("cargo built no library {name}"))?;
        Ok(format!("{name}={file}"))
    };
    ["beaver_core", "serde_json"].into_iter().map(library).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_fences_with_their_language_and_place() {
        let found = examples("a.md", "text\n```c no_run\nint a;\n```\n```sh\ncargo xtask demo\n```\n").unwrap();
        let told: Vec<_> = found.iter().map(|e| (e.line, e.language.as_str(), e.runs, e.text.as_str())).collect();
        assert_eq!(told, [(2, "c", false, "int a;\n"), (5, "sh", true, "cargo xtask demo\n")]);
        assert!(examples("a.md", "```c\nint a;\n").is_err(), "an open fence");
        assert!(examples("a.md", "```\nint a;\n```\n").is_err(), "a fence without a language");
    }

    #[test]
    fn a_command_in_the_guide_must_exist() {
        assert!(commands_exist("cargo xtask demo --release").is_ok());
        assert!(commands_exist("$ cargo xtask fly").is_err());
    }
}
