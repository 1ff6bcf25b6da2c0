//! The tools that steps need beyond cargo, and how to get those that are missing.

use crate::{compiler, sh};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// A tool is known by `name`, looked for by `is_there`, and had by `get`.
pub struct Tool {
    pub name: &'static str,
    pub is_there: fn() -> bool,
    pub get: &'static str,
}

impl Tool {
    pub fn how_to_get(&self) -> String {
        format!("{} is missing ({})", self.name, self.get)
    }
}

const fn program(name: &'static str, is_there: fn() -> bool, get: &'static str) -> Tool {
    Tool { name, is_there, get }
}

pub const CC: Tool = program("a C compiler", || on_path(&compiler::cc()), "apt-get install gcc libc6-dev");
pub const CXX: Tool = program("a C++ compiler", || on_path(&compiler::cxx()), "apt-get install g++");
pub const NM: Tool = program("binutils", || on_path("nm") && on_path("objcopy"), "apt-get install binutils");
pub const LDD: Tool = program("readelf", || on_path("readelf"), "apt-get install binutils");
pub const CMAKE: Tool = program("cmake", || on_path("cmake"), "apt-get install cmake");
pub const NINJA: Tool = program("ninja", || on_path("ninja"), "apt-get install ninja-build");
pub const PKG_CONFIG: Tool = program("pkg-config", || on_path("pkg-config"), "apt-get install pkg-config");
pub const VALGRIND: Tool = program("valgrind", || on_path("valgrind"), "apt-get install valgrind libc6-dbg");
pub const MOUNT: Tool = program("the right to mount a file system", can_mount, "run it as root, on Linux");
pub const SQLITE3: Tool = program("sqlite3", || on_path("sqlite3"), "apt-get install sqlite3");
pub const CURL: Tool = program("curl", || on_path("curl"), "apt-get install curl");
pub const CHROMIUM: Tool =
    program("chromium", || on_path("chromium") && on_path("python3"), "apt-get install chromium python3");
pub const SETPRIV: Tool = program("setpriv", || on_path("setpriv"), "apt-get install util-linux");
pub const ASAN: Tool =
    program("AddressSanitizer", can_sanitize, "apt-get install gcc libasan8, on x86-64 or arm64 Linux");
pub const CJSON: Tool =
    program("cJSON", || has_header(&compiler::cc(), "c", "cjson/cJSON.h"), "apt-get install libcjson-dev");
pub const CPP_JSON: Tool = program(
    "JSON for C++",
    || has_header(&compiler::cxx(), "c++", "nlohmann/json.hpp"),
    "apt-get install nlohmann-json3-dev",
);
pub const ORACLE: Tool = program(
    "a Python 3.13 with BeaverDB 1.3.0",
    || oracle().is_some(),
    "python3.13 -m venv .venv-1x && .venv-1x/bin/pip install beaver-db==1.3.0, then set BEAVER_1X_PYTHON to its bin/python",
);

pub const PYTHON: Tool =
    program("CPython 3.10 or later", || !pythons().is_empty(), "apt-get install python3-venv, or pyenv install 3.13");
pub const MAVEN: Tool = program("Maven", || on_path("mvn") && on_path("java"), "apt-get install maven");
pub const SWIFT: Tool = program(
    "the right to make a root with Swift",
    can_mount,
    "run it as root, on Debian with apt-get install mmdebstrap",
);

/// The CPythons that the package is for, each by its version, oldest first: on PATH, or where pyenv puts them.
pub fn pythons() -> &'static [(String, PathBuf)] {
    static FOUND: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();
    let find = |minor: u32| {
        let version = format!("3.{minor}");
        let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        let pyenv = std::fs::read_dir(home.join(".pyenv/versions")).into_iter().flatten().flatten();
        let pyenv = pyenv.filter(|entry| entry.file_name().to_string_lossy().starts_with(&format!("{version}.")));
        let candidates = pyenv.map(|entry| entry.path().join("bin/python"));
        let mut candidates = candidates.chain(sh::which(&format!("python{version}"))).chain(sh::which("python3"));
        let code = format!("import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, {minor}))");
        let found = candidates.find(|python| succeeds(Command::new(python).args(["-c", &code])))?;
        Some((version, found))
    };
    FOUND.get_or_init(|| (10..=14).filter_map(find).collect())
}

/// A Python that imports beaver-db 1.3.0: $BEAVER_1X_PYTHON, the .venv-1x of the project, or one on PATH.
pub fn oracle() -> Option<&'static str> {
    static FOUND: OnceLock<Option<String>> = OnceLock::new();
    let search = || {
        let local = crate::project::root().join(".venv-1x/bin/python").to_string_lossy().into_owned();
        let named = std::env::var("BEAVER_1X_PYTHON").ok();
        let mut candidates = named.into_iter().chain([local, "python3.13".to_owned(), "python3".to_owned()]);
        candidates.find(|python| {
            let code = "import beaver, sys; sys.exit(beaver.__version__ != '1.3.0')";
            sh::which(python).is_some() && succeeds(Command::new(python).args(["-c", code]))
        })
    };
    FOUND.get_or_init(search).as_deref()
}

fn on_path(name: &str) -> bool {
    sh::which(name).is_some()
}

fn can_mount() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let Ok(folder) = sh::temp_dir() else { return false };
        let quiet = |program: &str, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments).arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        quiet("mount", &["-t", "tmpfs", "-o", "size=1m", "tmpfs"]) && quiet("umount", &[])
    })
}

fn can_sanitize() -> bool {
    compiles(&compiler::cc(), "c", "int main(void) { return 0; }", "-fsanitize=address")
}

fn has_header(compiler: &str, language: &str, header: &str) -> bool {
    compiles(compiler, language, &format!("#include <{header}>\n"), "-fsyntax-only")
}

/// Whether a compiler takes a program, given as text, with a flag.
fn compiles(compiler: &str, language: &str, text: &str, flag: &str) -> bool {
    let Ok(folder) = sh::temp_dir() else {
        return false;
    };
    let (source, out) = (folder.path().join("try"), folder.path().join("out"));
    std::fs::write(&source, text).is_ok()
        && succeeds(Command::new(compiler).args([flag, "-x", language, "-o"]).arg(out).arg(source))
}

fn succeeds(command: &mut Command) -> bool {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
