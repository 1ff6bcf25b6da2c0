//! The wheel: the package of Python with the native library and the program `beaver` inside, for every CPython from 3.10
//! on.

use super::elf::Elf;
use super::{archive, differences, folder, native, refuse, workshop};
use crate::bindings::{self, Language};
use crate::test::{PYTHON, pythons};
use crate::{build, project, sh};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

const SOURCES: &str = "bindings/python";
/// The command line.
const PROGRAM: &str = "beaver";
/// What every Linux with a new enough glibc has, as the policy of manylinux wheels has it.
const ON_EVERY_LINUX: &[&str] =
    &["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libgcc_s.so.1", "ld-linux-"];

/// Makes the wheel, by pip, of a copy of the sources: nothing that work in the checkout left behind gets in.
pub fn wheel() -> Result<PathBuf> {
    let native = native(Language::Python)?;
    program(&native)?;
    let stage = sh::temp_dir()?;
    let (sources, out) = (stage.path().join("sources"), stage.path().join("out"));
    super::copy_sources(SOURCES, &sources, |file| !file.starts_with("tests/"))?;
    sh::put(&project::root().join("LICENSE"), &sources.join("LICENSE"))?;
    let mut pip = sh::command(python_with_pip()?);
    pip.args(["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir"]).arg(&out);
    if let Some(platform) = platform(&[native.join(bindings::library()), native.join(PROGRAM)])? {
        pip.arg(format!("--config-settings=--build-option=--plat-name={platform}"));
    }
    sh::run(pip.arg(&sources).env("BEAVER_NATIVE", &native))?;
    let made = sh::files(&out, "whl")?.pop().context("pip made no wheel")?;
    check(&made)?;
    let wheel = folder()?.join(made.file_name().context("a wheel has a name")?);
    sh::put(&made, &wheel)?;
    Ok(wheel)
}

/// Builds the program and puts it beside the library, without what only a debugger reads.
fn program(folder: &Path) -> Result<()> {
    let _building = sh::Hold::take("release")?;
    let stripped = tempfile::NamedTempFile::new_in(folder)?;
    std::fs::copy(build::released()?.join(PROGRAM), stripped.path())?;
    sh::run(sh::command("strip").arg(stripped.path()))?;
    sh::put(stripped.path(), &folder.join(PROGRAM))
}

/// A Python of our own that has pip: that of the system may lack it, or refuse to be used.
fn python_with_pip() -> Result<PathBuf> {
    let (version, python) = pythons().last().with_context(|| PYTHON.how_to_get())?;
    let folder = workshop()?.join("python").join(version);
    let made = folder.join("bin/python");
    if !folder.join("bin/pip").exists() {
        sh::run(sh::command(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
    }
    Ok(made)
}

/// The platform that a wheel with this library and program says it is for: on Linux, every one whose glibc is as new as
/// they need it. None where Python names the platform itself.
fn platform(files: &[PathBuf]) -> Result<Option<String>> {
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return Ok(None);
    }
    let mut newest = (0, 0);
    for file in files {
        let elf = Elf::read(file)?;
        newest = newest.max(elf.glibc().with_context(|| format!("{} asks for no glibc", file.display()))?);
        let strange = elf.needed.iter().find(|name| !ON_EVERY_LINUX.iter().any(|known| name.starts_with(known)));
        if let Some(strange) = strange {
            bail!("{} needs {strange}, which not every Linux has", file.display());
        }
    }
    let (major, minor) = newest;
    Ok(Some(format!("manylinux_{major}_{minor}_{}", std::env::consts::ARCH)))
}

/// Refuses a wheel that lacks a file or has one too many, or whose library or metadata are not right.
fn check(wheel: &Path) -> Result<()> {
    let version = project::version()?;
    let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let entries = archive::read(wheel)?;
    let found: Vec<String> = entries.iter().map(|(path, _)| path.clone()).collect();
    let about = format!("beaver_db-{version}.dist-info");
    let mut wanted: Vec<String> = ["METADATA", "WHEEL", "RECORD", "top_level.txt", "licenses/LICENSE"]
        .map(|file| format!("{about}/{file}"))
        .to_vec();
    let library = format!("beaver/_native/{}", bindings::library());
    wanted.extend([library.clone(), "beaver/_native/beaver_uniffi.py".to_owned()]);
    wanted.push(format!("beaver_db-{version}.data/scripts/{PROGRAM}"));
    let sources = format!("{SOURCES}/src/");
    wanted.extend(project::files()?.iter().filter_map(|file| file.strip_prefix(&sources)).map(str::to_owned));
    let mut wrong = differences("file", &found, &wanted);

    if !name.starts_with(&format!("beaver_db-{version}-py3-none-")) {
        wrong.push("its name promises another version, or only some Pythons".to_owned());
    }
    let text = |path: &str| {
        let content = entries.iter().find(|(found, _)| *found == path).map(|(_, content)| content.as_slice());
        String::from_utf8_lossy(content.unwrap_or_default()).into_owned()
    };
    wrong.extend(wrong_metadata(&text(&format!("{about}/METADATA")), &version)?);
    if !text(&format!("{about}/WHEEL")).contains("Root-Is-Purelib: false") {
        wrong.push("it says that it is for every platform".to_owned());
    }
    wrong.extend(super::wrong_library(&entries, &library)?);
    refuse(&name, &wrong)
}

fn wrong_metadata(text: &str, version: &str) -> Result<Vec<String>> {
    let (head, description) = text.split_once("\n\n").unwrap_or((text, ""));
    let version = format!("Version: {version}");
    let wanted = [
        "Name: beaver-db",
        &version,
        "Requires-Python: >=3.10",
        "License-Expression: MIT",
        "License-File: LICENSE",
        "Description-Content-Type: text/markdown",
        "Provides-Extra: remote",
        "Provides-Extra: full",
    ];
    let lines: Vec<&str> = head.lines().collect();
    let missing = wanted.iter().filter(|line| !lines.contains(line));
    let mut wrong: Vec<String> = missing.map(|line| format!("its metadata lack {line:?}")).collect();
    if description.trim() != project::read(&format!("{SOURCES}/README.md"))?.trim() {
        wrong.push("its description is not the README".to_owned());
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_need_every_line_and_the_readme() {
        let readme = project::read("bindings/python/README.md").unwrap();
        let head = "Metadata-Version: 2.4\nName: beaver-db\nVersion: 1.2.3\nLicense-Expression: MIT\n\
                    Requires-Python: >=3.10\nDescription-Content-Type: text/markdown\nLicense-File: LICENSE\n\
                    Provides-Extra: remote\nProvides-Extra: full\n";
        assert_eq!(wrong_metadata(&format!("{head}\n{readme}"), "1.2.3").unwrap(), Vec::<String>::new());
        let old = wrong_metadata(&format!("{head}\nshort"), "1.3.0").unwrap();
        assert_eq!(old, ["its metadata lack \"Version: 1.3.0\"", "its description is not the README"]);
    }
}
