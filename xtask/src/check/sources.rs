//! Rules that are read off the text of the sources.

use crate::{header, project};
use anyhow::{Result, bail};

const MAX_LINES: usize = 600;
const CODE: &[&str] = &["rs", "c", "h", "cpp", "hpp", "py", "kt", "swift"];

/// Marks of unfinished work. Each is written in two halves here, so that this file does not hold it.
const UNFINISHED: &[&str] = &[
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("dbg", "!("),
    concat!("#[", "ignore"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];

/// What may end the process of somebody else's program: ffi must return PANIC and friends instead.
const MAY_PANIC: &[&str] = &[".unwrap()", ".expect(", "panic!(", "unreachable!("];

/// Beginnings of paths that exist on one machine only.
const MACHINE_PATHS: &[&str] = &["/home/", "/root/", "/Users/", "/work/", "/tmp/", "C:\\"];

pub fn check() -> Result<()> {
    let mut wrong = Vec::new();
    for file in project::files()? {
        let Ok(bytes) = std::fs::read(project::root().join(&file)) else {
            continue;
        };
        let Ok(text) = String::from_utf8(bytes) else {
            continue;
        }; // a database, an image
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
        if CODE.contains(&extension) {
            wrong.extend(size(&file, &text));
            wrong.extend(marks(&file, &text, UNFINISHED));
        }
        if file.starts_with("ffi/src/") && extension == "rs" {
            wrong.extend(marks(&file, before_tests(&text), MAY_PANIC));
        }
        if !is_data(&file) {
            wrong.extend(machine_paths(&file, &text));
        }
    }
    if !wrong.is_empty() {
        bail!("{} against the rules:\n{}", wrong.len(), wrong.join("\n"));
    }
    Ok(())
}

fn size(file: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > MAX_LINES && file != header::PATH)
        .then(|| format!("{file}: {lines} lines, more than {MAX_LINES}: look for the two things in it"))
}

fn marks(file: &str, text: &str, marks: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or(line);
        found.extend(
            marks.iter().filter(|mark| contains_word(code, mark)).map(|mark| format!("{file}:{}: {mark}", number + 1)),
        );
    }
    found
}

/// Whether `mark` occurs and is not the end of a longer name: `dont_panic!(` is no `panic!(`.
fn contains_word(line: &str, mark: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(mark).any(|(at, _)| !mark.starts_with(is_name) || !line[..at].ends_with(is_name))
}

/// A Rust source without its test module, which by custom comes last.
fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

fn machine_paths(file: &str, text: &str) -> Vec<String> {
    if file == "xtask/src/check/sources.rs" {
        return Vec::new(); // the list above
    }
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let begins = |path: &&&str| {
            // A path begins where no longer path, address or name goes on: `../work/` and `a/home/` are none.
            let goes_on = |c: char| c.is_alphanumeric() || "/._-~:$}*)".contains(c);
            line.match_indices(**path).any(|(at, _)| !line[..at].ends_with(goes_on))
        };
        found.extend(
            MACHINE_PATHS
                .iter()
                .filter(begins)
                .map(|path| format!("{file}:{}: a path on one machine ({path})", number + 1)),
        );
    }
    found
}

/// Texts of others, and what was measured or recorded: not ours to keep to rules.
fn is_data(file: &str) -> bool {
    file.starts_with("examples/data/") && !file.ends_with(".py")
        || file.starts_with("tests/formats/v1/")
        || file == "Cargo.lock"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_marks_in_code_and_not_in_comments_or_longer_names() {
        assert_eq!(
            marks("a.rs", "dont_panic!(x);\nlet a = b.unwrap(); // .expect(\n", MAY_PANIC),
            ["a.rs:2: .unwrap()"]
        );
    }

    #[test]
    fn finds_paths_that_begin_on_one_machine() {
        let text = "see ../work/x, $HOME/work/\nlet p = \"/home/ada/db\";\nhttp://a.b/home/ada\n";
        assert_eq!(machine_paths("a.rs", text), ["a.rs:2: a path on one machine (/home/)"]);
    }

    #[test]
    fn a_long_file_is_named_and_the_generated_header_is_not() {
        let text = "x\n".repeat(MAX_LINES + 1);
        assert!(size("core/src/a.rs", &text).is_some());
        assert!(size(header::PATH, &text).is_none());
    }
}
