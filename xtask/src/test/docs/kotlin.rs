//! The guide's examples in Kotlin: compiled at once against the package, and run one after the other in one virtual machine.
//!
//! An example is a program if it has a `main`. Else it is what a suspending function does with an open `db`, in a scope for
//! its coroutines, behind the imports in `IMPORTS`; its own are put beside them. Each begins in an empty folder.
//!
//! Each has a file and a package of its own, in which a line has the number that it has on its page.

use super::super::{languages, run_program};
use super::Example;
use crate::library::Profile;
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::Path;

const IMPORTS: &[&str] = &[
    "dev.beaver.*",
    "kotlin.time.*",
    "kotlin.time.Duration.Companion.hours",
    "kotlin.time.Duration.Companion.minutes",
    "kotlin.time.Duration.Companion.seconds",
    "kotlinx.coroutines.*",
    "kotlinx.coroutines.flow.*",
    "kotlinx.serialization.*",
    "kotlinx.serialization.json.*",
];

/// Writes into a file which examples fail: the number of the example, the line (0 if none is known), and what was thrown.
const RUNNER: &str = r#"package guide

import dev.beaver.Beaver
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.io.File
import kotlin.time.Duration.Companion.minutes

fun main(arguments: Array<String>) = runBlocking(Dispatchers.Default) {
    val failures = File(arguments.single())
    failures.createNewFile()
    for ((number, example) in examples) {
        try {
            withTimeout(1.minutes) { example() }
        } catch (thrown: Throwable) {
            val stack = generateSequence(thrown) { it.cause }.flatMap { it.stackTrace.asSequence() }
            val line = stack.firstOrNull { it.className.startsWith("guide.example$number.") }?.lineNumber ?: 0
            failures.appendText("$number $line ${thrown.toString().replace('\n', ' ')}\n")
        }
        File(".").listFiles().orEmpty().forEach { it.deleteRecursively() }
    }
}

val examples: List<Pair<Int, suspend () -> Unit>> = listOf(
%EXAMPLES%)
"#;

/// What fails: each with its place, and why.
pub(super) fn failures(examples: &[Example]) -> Result<Vec<(String, String)>> {
    if examples.is_empty() {
        return Ok(Vec::new());
    }
    let folder = project::target()?.join("guide-kotlin");
    let sources = folder.join("sources");
    for part in [&sources, &folder.join("classes")] {
        if part.is_dir() {
            std::fs::remove_dir_all(part)?;
        }
    }
    std::fs::create_dir_all(&sources)?;
    for (number, example) in examples.iter().enumerate() {
        std::fs::write(sources.join(format!("example{number}.kt")), source(number, example))?;
    }
    std::fs::write(sources.join("main.kt"), runner(examples))?;

    let (mut compile, _classes) = languages::kotlin_compiler(&sources, &folder.join("classes"))?;
    if let Some(printed) = sh::complaints(&mut compile)? {
        // Maven says each twice.
        let failures: BTreeSet<_> = printed.lines().filter_map(|line| compiler_error(line, examples)).collect();
        if failures.is_empty() {
            bail!("the examples in Kotlin do not compile:\n{printed}");
        }
        return Ok(failures.into_iter().collect());
    }
    run(examples, &folder)
}

fn run(examples: &[Example], folder: &Path) -> Result<Vec<(String, String)>> {
    let told = folder.join("failures.txt");
    if told.is_file() {
        std::fs::remove_file(&told)?;
    }
    let java = languages::java(&folder.join("classes"), Profile::Dev);
    let (first, rest) = java.split_first().context("no Java")?;
    run_program(sh::command(first).args(rest).args(["-ea", "guide.MainKt"]).arg(&told))?;
    let told = std::fs::read_to_string(&told).context("the examples in Kotlin did not run to the end")?;
    told.lines().map(|line| failure(line, examples).with_context(|| format!("what is `{line}`?"))).collect()
}

/// The file of an example. All that is not on the page is in the first line, and in the last.
fn source(number: usize, example: &Example) -> String {
    let package = format!("package guide.example{number};");
    let before = "\n".repeat(example.line);
    if is_program(example) {
        return format!("{package}{before}{}", example.text);
    }
    let is_import = |line: &&str| line.starts_with("import ");
    let own = example.text.lines().filter(is_import).map(|line| format!(" {line};"));
    let imports: String = IMPORTS.iter().map(|name| format!(" import {name};")).chain(own).collect();
    let body: String = example.text.lines().flat_map(|line| [if is_import(&line) { "" } else { line }, "\n"]).collect();
    format!("{package}{imports} suspend fun example(db: Beaver): Unit = coroutineScope {{{before}{body}}}\n")
}

fn is_program(example: &Example) -> bool {
    example.text.contains("fun main(")
}

fn runner(examples: &[Example]) -> String {
    let calls = examples.iter().enumerate().filter(|(_, example)| example.runs).map(|(number, example)| {
        if is_program(example) {
            format!("    {number} to {{ guide.example{number}.main() }},\n")
        } else {
            format!("    {number} to {{ Beaver.open(\"guide.db\").use {{ guide.example{number}.example(it) }} }},\n")
        }
    });
    RUNNER.replace("%EXAMPLES%", &calls.collect::<String>())
}

/// A line of the compiler's about an error: the place of the file, and behind it line and column.
fn compiler_error(line: &str, examples: &[Example]) -> Option<(String, String)> {
    let (_, line) = line.split_once("[ERROR] ")?.1.split_once("/sources/example")?;
    let (number, rest) = line.split_once(".kt:")?;
    let (line, rest) = rest.split_once(':')?;
    let (_, text) = rest.split_once(' ')?;
    failure(&format!("{number} {line} {text}"), examples)
}

/// `number line text`, with the place on the page. What is in none of its lines is told of the whole example.
fn failure(told: &str, examples: &[Example]) -> Option<(String, String)> {
    let mut words = told.splitn(3, ' ');
    let example = examples.get(words.next()?.parse::<usize>().ok()?)?;
    let line = words.next()?.parse().ok().filter(|line| *line > example.line).unwrap_or(example.line);
    Some((format!("{}:{line}", example.page), words.next()?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(line: usize, text: &str) -> Example {
        Example { page: "a.md".to_owned(), line, language: "kotlin".to_owned(), runs: true, text: text.to_owned() }
    }

    #[test]
    fn a_line_has_the_number_that_it_has_on_its_page() {
        let source = source(7, &example(3, "import java.io.File\n\ncheck(File(\"a\").exists())\n"));
        let lines: Vec<&str> = source.lines().collect();
        assert!(lines[0].starts_with("package guide.example7; import dev.beaver.*; "), "{source}");
        assert!(lines[0].ends_with(" import java.io.File; suspend fun example(db: Beaver): Unit = coroutineScope {"));
        assert_eq!(&lines[1..], ["", "", "", "", "check(File(\"a\").exists())", "}"]);
    }

    #[test]
    fn a_program_is_left_as_it_is() {
        let program = example(2, "import dev.beaver.*\n\nsuspend fun main() {}\n");
        assert_eq!(source(0, &program), "package guide.example0;\n\nimport dev.beaver.*\n\nsuspend fun main() {}\n");
        assert!(runner(&[program]).contains("    0 to { guide.example0.main() },\n"));
    }

    #[test]
    fn a_failure_is_told_with_its_place() {
        let examples = [example(2, ""), example(9, "")];
        let told = |place: &str, text: &str| Some((place.to_owned(), text.to_owned()));
        assert_eq!(failure("1 12 it failed: why", &examples), told("a.md:12", "it failed: why"));
        assert_eq!(failure("0 1 somewhere", &examples), told("a.md:2", "somewhere"));
        let line = "[ERROR] file:///target/guide-kotlin/sources/example1.kt:11:5 Unresolved reference 'x'.";
        assert_eq!(compiler_error(line, &examples), told("a.md:11", "Unresolved reference 'x'."));
        assert_eq!(compiler_error("[ERROR] Failed to execute goal", &examples), None);
    }
}
