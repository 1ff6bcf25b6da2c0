//! The examples in Swift: all become one program, which is compiled once, and runs each in a process of its own.
//!
//! A block that imports Beaver is a program. Its lines, but for its imports, are the body of a function that throws: as in a
//! `main.swift`, the blocking form of a call is meant. Any other block is what follows when `db` is an open database, in a
//! function that is asynchronous and throws, with Beaver and Foundation imported. Types that it declares are local. A
//! warning of the compiler is an error.

use super::Example;
use crate::library::Profile;
use crate::test::{PROGRAM_LIMIT, languages};
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::fmt::Write;
use std::path::Path;

/// A folder of the package that is made of the examples: of the native libraries' folder, which Swift's root has as `/native`.
const PACKAGE: &str = "guide";
const INSIDE: &str = "/native/guide";

const MANIFEST: &str = r#"// swift-tools-version:6.0
import PackageDescription

let package = Package(
    name: "guide",
    dependencies: [.package(path: "%BEAVER%")],
    targets: [
        .executableTarget(
            name: "Guide", dependencies: [.product(name: "Beaver", package: "swift")], path: "Sources",
            swiftSettings: [.unsafeFlags(["-warnings-as-errors"])])
    ]
)
"#;

const MAIN: &str = "import Beaver
import Foundation

let (example, folder) = (CommandLine.arguments[1], CommandLine.arguments[2])
precondition(FileManager.default.changeCurrentDirectoryPath(folder))
do {
    switch example {
%CASES%    default: fatalError(\"there is no example \\(example)\")
    }
} catch {
    FileHandle.standardError.write(Data(\"\\(error)\\n\".utf8))
    exit(1)
}
";

/// What fails: each with its place, and why.
pub(super) fn failures(examples: &[Example]) -> Result<Vec<(String, String)>> {
    if examples.is_empty() {
        return Ok(Vec::new());
    }
    let root = languages::swift_root(Profile::Dev)?;
    let package = project::target()?.join("bindings").join(PACKAGE);
    write(examples, &package)?;
    let build = ["swift", "build", "--package-path", INSIDE, "-Xlinker", "-L/native"];
    if let Some(text) = sh::complaints(&mut languages::command_in(&root, &build)?)? {
        let errors = errors(&text);
        if errors.is_empty() {
            bail!("the examples in Swift cannot be compiled:\n{text}");
        }
        return Ok(errors);
    }
    let mut failed = Vec::new();
    for (number, example) in examples.iter().enumerate().filter(|(_, example)| example.runs) {
        let folder = sh::temp_dir()?;
        let place = folder.path().to_str().context("the folder of temporary files has a name in UTF-8")?;
        let program = format!("{INSIDE}/.build/debug/Guide");
        // A trap tells its place; all that Swift would tell besides is long.
        let quiet = ["env", "SWIFT_BACKTRACE=enable=no", &program, &number.to_string(), place];
        let mut command = languages::command_in(&root, &quiet)?;
        if let Err(error) = sh::run_within(&mut command, PROGRAM_LIMIT) {
            failed.push((format!("{}:{}", example.page, example.line), format!("{error:#}")));
        }
    }
    Ok(failed)
}

/// Writes the package. What is there as it should be is left, so that only what is new is compiled.
fn write(examples: &[Example], package: &Path) -> Result<()> {
    let sources = package.join("Sources");
    std::fs::create_dir_all(&sources)?;
    let mut files = vec![sources.join("main.swift")];
    let beaver = format!("{}/{}", languages::INSIDE, languages::SWIFT);
    put(&package.join("Package.swift"), &MANIFEST.replace("%BEAVER%", &beaver))?;
    put(&files[0], &main(examples)?)?;
    for (number, example) in examples.iter().enumerate() {
        let file = sources.join(format!("Example{number}.swift"));
        put(&file, &function(example, number))?;
        files.push(file);
    }
    for file in sh::files(&sources, "swift")? {
        if !files.contains(&file) {
            std::fs::remove_file(file)?;
        }
    }
    Ok(())
}

fn put(file: &Path, text: &str) -> Result<()> {
    if std::fs::read_to_string(file).is_ok_and(|there| there == text) {
        return Ok(());
    }
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn main(examples: &[Example]) -> Result<String> {
    let mut cases = String::new();
    for (number, example) in examples.iter().enumerate() {
        let call = if is_program(example) { "try " } else { "try await " };
        let database = if is_program(example) { "" } else { "Beaver.open(\"guide.db\")" };
        writeln!(cases, "    case \"{number}\": {call}example{number}({database})")?;
    }
    Ok(MAIN.replace("%CASES%", &cases))
}

/// The example as a function, in a file of its own. The compiler, and an assertion that fails, name its lines in the page.
fn function(example: &Example, number: usize) -> String {
    let (mut imports, mut body) = (String::new(), String::new());
    for line in example.text.lines() {
        let is_import = line.starts_with("import ");
        imports.extend(is_import.then_some([line, "\n"]).into_iter().flatten());
        body.extend([if is_import { "" } else { line }, "\n"]);
    }
    let (given, signature) = if is_program(example) {
        ("", "() throws")
    } else {
        ("import Beaver\nimport Foundation\n", "(_ db: Beaver) async throws")
    };
    let (page, line) = (&example.page, example.line + 1);
    format!(
        "{given}{imports}func example{number}{signature} {{\n\
         #sourceLocation(file: \"{page}\", line: {line})\n{body}#sourceLocation()\n}}\n"
    )
}

fn is_program(example: &Example) -> bool {
    example.text.lines().any(|line| line == "import Beaver")
}

/// The compiler's errors in pages, each once: its place, `page.md:LINE`, and its text.
fn errors(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (place, error) in text.lines().filter_map(|line| line.split_once(": error: ")) {
        // Behind the line stands the column.
        let place = place.rsplit_once(':').map_or(place, |(place, _)| place);
        let error = (place.to_owned(), error.to_owned());
        if place.contains(".md:") && !found.contains(&error) {
            found.push(error);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(text: &str) -> Example {
        Example { page: "a.md".into(), line: 7, language: "swift".into(), runs: true, text: text.into() }
    }

    #[test]
    fn an_example_becomes_a_function_whose_lines_are_those_of_the_page() {
        let body = function(&example("let d = try db.dict(\"d\")\n"), 3);
        assert_eq!(
            body,
            "import Beaver\nimport Foundation\nfunc example3(_ db: Beaver) async throws {\n\
             #sourceLocation(file: \"a.md\", line: 8)\nlet d = try db.dict(\"d\")\n#sourceLocation()\n}\n"
        );
        let program = function(&example("import Beaver\n\nlet db = try Beaver.open(\"a.db\")\n"), 0);
        assert_eq!(
            program,
            "import Beaver\nfunc example0() throws {\n\
             #sourceLocation(file: \"a.md\", line: 8)\n\n\nlet db = try Beaver.open(\"a.db\")\n#sourceLocation()\n}\n"
        );
    }

    #[test]
    fn a_program_opens_its_own_database() {
        let main = main(&[example("import Beaver\n"), example("print(1)\n")]).unwrap();
        assert!(main.contains("case \"0\": try example0()\n"), "{main}");
        assert!(main.contains("case \"1\": try await example1(Beaver.open(\"guide.db\"))\n"), "{main}");
    }

    #[test]
    fn errors_of_the_compiler_are_found_once_at_their_places() {
        let text = "[1/2] Compiling\na.md:8:5: error: no `x`\n8 | x\na.md:8:5: error: no `x`\nerror: fatalError\n";
        assert_eq!(errors(text), [("a.md:8".to_owned(), "no `x`".to_owned())]);
    }
}
