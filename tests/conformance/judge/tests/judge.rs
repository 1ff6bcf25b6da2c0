//! The judge as a program: what it prints, how it exits, what it writes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const JUDGE: &str = env!("CARGO_BIN_EXE_beaver-judge");

fn suites() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn judge(root: &Path, args: &[&str]) -> Output {
    Command::new(JUDGE).arg("--root").arg(root).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder of suites of its own: one area, two tests, a testee called `fake`.
struct Small {
    root: TempDir,
}

impl Small {
    fn new(script: &str) -> Small {
        let small = Small { root: tempfile::tempdir().unwrap() };
        for folder in ["schema", "suites/dict", "interop/file", "known", "capabilities"] {
            std::fs::create_dir_all(small.path(folder)).unwrap();
        }
        for file in ["schema/operations.json", "schema/suite-1.json"] {
            std::fs::copy(suites().join(file), small.path(file)).unwrap();
        }
        small.write("areas.txt", "dict: dict.get answers absent\n");
        small.write("capabilities/fake.txt", "# none\n");
        small.write("known/fake.txt", "");
        small.write("script.json", script);
        small.write(
            "suites/dict/small.json",
            r#"{"suite": 1, "area": "dict", "topic": "small", "description": "For the judge.",
                "entities": {"d": {"kind": "dict", "name": "it"}},
                "tests": [
                  {"name": "get", "because": "x", "steps": [{"on": "d", "do": "get", "args": {"key": "<&\u0001"}, "result": 1}]},
                  {"name": "threads", "because": "x", "requires": ["threads"], "steps": [{"on": "d", "do": "len"}]}
                ]}"#,
        );
        small
    }

    fn path(&self, file: &str) -> PathBuf {
        self.root.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path(file), text).unwrap();
    }

    fn judge(&self, command: &str, options: &[&str]) -> Output {
        let script = self.path("script.json").display().to_string();
        let mut args = vec![command, "--testee", "fake"];
        args.extend(options);
        args.extend(["--", JUDGE, "fake", &script]);
        judge(self.root.path(), &args)
    }
}

const GOOD: &str = r#"{"answers": {"dict.get": [{"answer": {"result": 1}}]}}"#;
const BAD: &str = r#"{"answers": {"dict.get": [{"answer": {"result": "<2>"}}]}}"#;

#[test]
fn meta_passes() {
    let output = judge(&suites(), &["meta"]);
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
fn the_suites_are_sound() {
    let output = judge(&suites(), &["check"]);
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_good_run() {
    let output = Small::new(GOOD).judge("run", &[]);
    assert_eq!(text(&output.stdout), "judge: 1 passed, 0 failed, 1 skipped\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_bad_run() {
    let output = Small::new(BAD).judge("run", &[]);
    let lines = text(&output.stdout);
    assert!(
        lines.contains("FAILED dict/small/get: step 1: another result\n       expected 1, got \"<2>\"\n"),
        "{lines}"
    );
    assert!(lines.ends_with("judge: 0 passed, 1 failed, 1 skipped\n"), "{lines}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_run_that_cannot_be() {
    let small = Small::new(GOOD);
    assert_eq!(judge(small.root.path(), &["run", "--testee", "nobody", "--", "true"]).status.code(), Some(2));
    assert_eq!(small.judge("run", &["--only", "list/"]).status.code(), Some(2));
    let output = judge(small.root.path(), &["run", "--testee", "fake", "--", "no-such-program-here"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("cannot start no-such-program-here"));
}

#[test]
fn only_some_tests() {
    let output = Small::new(GOOD).judge("run", &["--only", "dict/small/thr", "--jobs", "5"]);
    assert_eq!(text(&output.stdout), "judge: 0 passed, 0 failed, 1 skipped\n");
}

#[test]
fn known_failures_have_to_be_as_known() {
    let small = Small::new(BAD);
    small.write("known/fake.txt", "dict/small/get | step 1: another result | it is so\n");
    let output = small.judge("run", &[]);
    assert_eq!(text(&output.stdout), "known failures: 1\njudge: 0 passed, 0 failed, 1 skipped\n");
    small.write("known/fake.txt", "dict/small/gone | step 1: another result | it was so\n");
    let output = small.judge("run", &[]);
    assert!(text(&output.stdout).contains("a known failure that names no test: dict/small/gone"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn reports() {
    let small = Small::new(BAD);
    let paths: Vec<String> =
        ["r.json", "r.xml", "r.md"].iter().map(|file| small.path(file).display().to_string()).collect();
    small.judge("run", &["--json", &paths[0], "--junit", &paths[1], "--matrix", &paths[2]]);
    let read = |path: &String| std::fs::read_to_string(path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&read(&paths[0])).unwrap();
    assert_eq!(json["tests"][0]["name"], "dict/small/get");
    assert_eq!(json["tests"][0]["outcome"], "failed");
    assert_eq!(json["tests"][1]["capability"], "threads");
    let xml = read(&paths[1]);
    assert!(xml.contains("tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\""), "{xml}");
    assert!(xml.contains("expected 1, got &quot;&lt;2&gt;&quot;</failure>"), "{xml}");
    assert_eq!(read(&paths[2]), "| testee | dict |\n|---|---|\n| fake | 0/1 |\n");
    let output = judge(small.root.path(), &["matrix", &paths[0], &paths[0]]);
    assert_eq!(text(&output.stdout).lines().count(), 4);
}

#[test]
fn a_mutation_has_to_be_caught() {
    let broken = r#"{"answers": {"dict.get": [{"answer": {"result": 1}}]},
                     "mutations": {"dict": {"dict.get": [{"answer": {"absent": true}}]}}}"#;
    let output = Small::new(broken).judge("mutation", &[]);
    let lines = text(&output.stdout);
    assert_eq!(lines, "dict: caught by dict/small/get: step 1: got absent\njudge: 1 passed, 0 failed, 0 skipped\n");

    let output = Small::new(GOOD).judge("mutation", &[]);
    assert!(text(&output.stdout).contains("FAILED dict/mutation: not caught"), "{}", text(&output.stdout));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_testee_that_takes_up_no_mutation_cannot_be_tried() {
    let output = Small::new(r#"{"deaf": true}"#).judge("mutation", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("did not take up the mutation"), "{}", text(&output.stderr));
}

#[test]
fn check_finds_what_is_missing() {
    let small = Small::new(GOOD);
    small.write("SPEC.md", "no table");
    small.write("areas.txt", "dict: something\nlist: something\n");
    small.write("known/fake.txt", "dict/small/gone | step 1: died | it was so\n");
    small.write("capabilities/other.txt", "magic\n");
    let output = judge(small.root.path(), &["check"]);
    let lines = text(&output.stdout);
    for part in [
        "the area list has suites or a line",
        "no test uses the operation list.push",
        "no test needs the capability memory",
        "known/fake.txt names no test: dict/small/gone",
        "no such capability: magic",
        "the table in SPEC.md",
    ] {
        assert!(lines.contains(part), "{part} is missing in {lines}");
    }
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn interop_runs_each_pair_both_ways_round() {
    let small = Small::new("");
    small.write(
        "interop/file/small.json",
        r#"{"suite": 1, "area": "file", "topic": "small", "description": "For the judge.",
            "entities": {"d": {"kind": "dict", "name": "it"}},
            "tests": [{"name": "get", "because": "x", "workers": {"other": "process"}, "steps": [
                {"on": "d", "do": "get", "args": {"key": "k"}, "result": 1},
                {"on": "d", "do": "get", "args": {"key": "k"}, "result": 2, "worker": "other"}]}]}"#,
    );
    let testee = |name: &str, answer: u32| {
        small.write(&format!("capabilities/{name}.txt"), "");
        let answers = format!(r#"{{"dict.get": [{{"answer": {{"result": {answer}}}}}]}}"#);
        small.write(&format!("{name}.json"), &format!(r#"{{"testee": "{name}", "answers": {answers}}}"#));
        format!("{name}={}", serde_json::json!([JUDGE, "fake", small.path(&format!("{name}.json"))]))
    };
    let (one, two) = (testee("one", 1), testee("two", 2));
    let output = judge(small.root.path(), &["interop", "--testee", &one, "--testee", &two]);
    let lines = text(&output.stdout);
    assert!(lines.contains("FAILED two-and-one/small/get: step 1: another result"), "{lines}");
    assert!(lines.ends_with("judge: 1 passed, 1 failed, 0 skipped\n"), "{lines}");
    let alone = judge(small.root.path(), &["interop", "--testee", &one]);
    assert!(text(&alone.stderr).contains("name two at the least"), "{}", text(&alone.stderr));
}

#[test]
fn a_suite_in_the_wrong_place_is_refused() {
    let small = Small::new(GOOD);
    std::fs::rename(small.path("suites/dict/small.json"), small.path("suites/dict/other.json")).unwrap();
    let output = small.judge("run", &[]);
    assert!(text(&output.stderr).contains("says that it is suites/dict/small.json"), "{}", text(&output.stderr));
}
