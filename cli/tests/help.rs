//! The help, its examples, and what is made from the commands: completions and man pages.

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::Place;

/// The groups, whose commands come behind a name.
const GROUPS: [&str; 8] = ["dict", "list", "queue", "blob", "lock", "log", "channel", "collection"];

/// What is there before an example begins.
const BEFORE: &str = r#"
set -e
beaver dict app_config set theme light
beaver list daily_tasks push "Review PRs" two three
beaver queue jobs put 1 mail
beaver queue jobs put 2 backup
printf 'picture' > photo.png
beaver blob avatars put alice photo.png
beaver log metrics write '{"cpu": 0.4}' > /dev/null
beaver channel news publish hello > /dev/null
beaver collection articles index '{"id": "sqlite-001", "embedding": [0.1, 0.9], "title": "SQLite database", "year": 2000}' --fuzzy > /dev/null
printf '{"id":"alice","body":{}}\n{"id":"bob","body":{}}\n{"id":"carol","body":{}}\n' | beaver collection people index-many > /dev/null
beaver collection people connect alice bob FOLLOWS
beaver collection people connect bob carol FOLLOWS
echo '[0.1, 0.9]' > vector.json
beaver --database my_data.db dict app_config set theme dark
beaver key create --label laptop > /dev/null
echo '{"id": "file", "title": "From a file"}' > article.json
"#;

/// The commands under a word, as the help lists them.
fn commands(place: &Place, words: &[&str]) -> Vec<String> {
    let help = place.run(&[words, &["--help"]].concat()).well();
    let list = help.split("\nCommands:\n").nth(1).unwrap_or_default();
    let names = list.lines().take_while(|line| line.starts_with("  "));
    // A line that goes on with the text of the one before is indented further.
    let names = names.filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// Every command, as the words that name it.
fn all_commands(place: &Place) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for word in commands(place, &[]) {
        if GROUPS.contains(&&*word) {
            for command in commands(place, &[&word]) {
                all.push(vec![word.clone(), "x".to_owned(), command]);
            }
        }
        if word == "key" {
            all.extend(commands(place, &["key"]).into_iter().map(|command| vec![word.clone(), command]));
        }
        all.push(vec![word]);
    }
    all
}

fn help(place: &Place, words: &[String], option: &str) -> String {
    let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
    args.push(option);
    place.run(&args).well()
}

#[test]
fn every_command_has_examples_and_each_works() {
    let before = Place::new();
    before.sh(BEFORE).well();
    let mut examples: BTreeSet<String> = BTreeSet::new();
    let mut all = all_commands(&before);
    all.push(Vec::new());
    assert!(all.len() > 120, "{}", all.len());
    for words in all {
        for option in ["-h", "--help"] {
            let text = help(&before, &words, option);
            let lines: Vec<&str> = text.split("Example:\n").skip(1).flat_map(str::lines).collect();
            let lines: Vec<&str> = lines.into_iter().take_while(|line| line.starts_with("  ")).map(str::trim).collect();
            assert!(!lines.is_empty(), "{words:?} has no example");
            let name = words.last().map_or("dict", String::as_str);
            assert!(lines.iter().any(|line| line.contains(name) || option == "-h"), "{words:?}: none with {name}");
            examples.extend(lines.into_iter().map(str::to_owned));
        }
    }
    let examples: Vec<String> = examples.into_iter().collect();
    let failed = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for part in examples.chunks(examples.len().div_ceil(4)) {
            let (before, failed) = (&before, &failed);
            scope.spawn(move || {
                for example in part {
                    let place = Place::new();
                    for file in std::fs::read_dir(before.folder()).expect("it is there").filter_map(Result::ok) {
                        std::fs::copy(file.path(), place.path(&file.file_name().to_string_lossy()))
                            .expect("it can be copied");
                    }
                    // A server runs until it is stopped, and any port may be somebody's.
                    let (example, end) = match example.strip_prefix("beaver serve") {
                        Some(rest) => (
                            &format!("beaver serve --port 0 {} &", rest.replace("--port 8080", "")),
                            "sleep 1; kill $!; wait $!",
                        ),
                        None => (example, "wait"),
                    };
                    let said = place.sh(&format!(
                        "set -eo pipefail; example=$(cat << 'EXAMPLE'\n{example}\nEXAMPLE\n)\neval \"$example\"\n{end}"
                    ));
                    if said.code != 0 {
                        failed.lock().expect("nobody panics").push((example.clone(), said));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("nobody panics");
    assert!(failed.is_empty(), "{failed:#?}");
}

/// Methods of the C library whose command has another name, or that mean nothing to a program that ends: each with the
/// command that does it.
const OTHERWISE: &[(&str, &str)] = &[
    // Opening and closing is what every command does; the options say how.
    ("db open", "info"),
    ("db close", "info"),
    ("db set-log", "info"),
    // A process is paused, resumed and interrupted by its shell: Ctrl-Z and Ctrl-C.
    ("db pause", "shell"),
    ("db resume", "shell"),
    ("db interrupt", "shell"),
    ("db blobs", "blob"),
    ("db names", "dict"),
    ("blob reader", "blob x get"),
    ("blob writer", "blob x put"),
    ("log append-at", "log x write"),
    ("log prune-older", "log x prune"),
    ("log prune-keep", "log x prune"),
];

#[test]
fn every_method_of_every_handle_has_a_command() {
    let place = Place::new();
    let header = Path::new(env!("CARGO_MANIFEST_DIR")).join("../include/beaver.h");
    let header = std::fs::read_to_string(header).expect("the header is there");
    let mut methods = BTreeSet::new();
    for text in header.split("beaver_").skip(1) {
        let name = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
        if !text.get(name.len()..).is_some_and(|rest| rest.starts_with('(')) {
            continue;
        }
        let Some((object, method)) = name.split_once('_') else { continue };
        let object = if object == "blobs" { "blob" } else { object };
        // The same in a form for C: into a callback, or out of one.
        let of_c = ["free", "dump_to", "load_from"].contains(&method);
        if !of_c && (GROUPS.contains(&object) || object == "db") {
            methods.insert(format!("{object} {}", method.replace('_', "-")));
        }
    }
    // Readers and writers of blobs are objects of their own.
    methods.retain(|method| !method.starts_with("blob reader-") && !method.starts_with("blob writer-"));
    assert!(methods.len() > 150, "{}", methods.len());
    let exists = |words: &str| {
        let mut args: Vec<&str> = words.split(' ').collect();
        args.push("--help");
        place.run(&args).code == 0
    };
    for method in &methods {
        let (object, command) = method.split_once(' ').expect("both are there");
        let words = match OTHERWISE.iter().find(|(other, _)| other == method) {
            Some((_, command)) => (*command).to_owned(),
            None if object == "db" => command.to_owned(),
            None => format!("{object} x {command}"),
        };
        assert!(exists(&words), "{method}: there is no command {words}");
    }
    for (method, _) in OTHERWISE {
        assert!(methods.contains(*method), "{method} is no method any more");
    }
}

#[test]
fn the_commands_of_the_reference_are_as_they_were() {
    let place = Place::new();
    place.sh(BEFORE).well();
    for line in [
        r#"beaver --database data.db dict app_config set user '{"name": "Alice", "id": 123}'"#,
        r#"beaver --database data.db list daily_tasks push "Review PRs""#,
        "beaver --database data.db lock my-cron-job run bash -c 'echo report'",
        "beaver --database data.db collection my_documents dump > my_documents.json",
        "beaver dict app_config get theme",
        "beaver client --database beaver.db dict app_config get theme",
        r#"beaver collection articles match "datbase" --fuzziness 1"#,
        "beaver dict app_config keys && beaver dict app_config dump && beaver dict app_config del theme",
        "beaver list daily_tasks insert 0 x && beaver list daily_tasks remove 0 && beaver list daily_tasks items",
        "beaver list daily_tasks pop && beaver list daily_tasks deque && beaver list daily_tasks dump",
        "beaver queue jobs put 3 x && beaver queue jobs peek && beaver queue jobs show && beaver queue jobs dump",
        "beaver queue jobs get --block --timeout 5 && beaver queue jobs get --no-block",
        "beaver blob avatars put k photo.png --metadata '{\"a\": 1}' && beaver blob avatars get k out && beaver blob avatars list",
        "beaver blob avatars get alice && beaver blob avatars del alice && beaver blob avatars dump",
        "beaver lock l run --timeout 5 --ttl 10 true && beaver lock l clear",
        "beaver log metrics write hello && beaver log metrics watch --window 5 --frequency 1 --count 1 && beaver log metrics dump",
        "beaver channel news publish hi && beaver channel news listen --from oldest --count 1",
        "beaver collection articles index article.json --fts title --fuzzy && beaver collection articles index '{\"x\": \"y\"}' --no-fts",
        "beaver collection articles match sqlite --on title --fuzziness 0 --k 3 && beaver collection articles search '[1, 2]' --k 1",
        "beaver collection people connect alice carol KNOWS --metadata '{}' && beaver collection people neighbors alice --label KNOWS",
        "beaver collection people walk alice --labels FOLLOWS --depth 2 --direction outgoing && beaver collection people drop bob",
        "beaver collection people get alice && beaver collection people items && beaver info && beaver --version",
    ] {
        let said = place.sh(line);
        assert_eq!(said.code, 0, "{line}: {}", said.err);
    }
}

#[test]
fn shells_complete_the_commands() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).well();
        assert!(script.contains("compare-and-set") && script.contains("backup"), "{shell}");
    }
    let line = "beaver completions bash > c; source c; COMP_WORDS=(beaver dict app_config se); COMP_CWORD=3; _beaver beaver se app_config; echo ${COMPREPLY[@]}";
    assert_eq!(place.sh(line).well(), "set set-if-absent set-many\n");
    place.run(&["completions", "tcsh"]).fails(2);
}

#[test]
fn each_command_has_a_man_page() {
    let place = Place::new();
    assert!(place.run(&["man"]).well().contains(".TH beaver 1"));
    place.run(&["man", "pages"]).well();
    let pages = std::fs::read_dir(place.path("pages")).expect("the folder is there").count();
    assert!(pages > 120, "{pages}");
    let page = String::from_utf8(place.read("pages/beaver-dict-set.1")).expect("a page is text");
    assert!(page.contains("Set a key") && page.contains("beaver dict app_config set theme dark"), "{page}");
}
