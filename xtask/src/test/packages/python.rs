//! The wheel in fresh environments, and the installation from a checkout.

use crate::test::{languages, pythons};
use crate::{package, project, sh};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn wheel_and_checkout() -> Result<()> {
    let wheel = package::python::wheel()?;
    let work = sh::temp_dir()?;
    let (oldest, newest) = (pythons().first(), pythons().last().context("no CPython")?);
    for (version, python) in oldest.into_iter().filter(|oldest| *oldest != newest).chain([newest]) {
        let fresh = environment(python, &work.path().join(version))?;
        // Nothing else is there, and nothing is fetched: the wheel needs nothing else.
        sh::run(pip(&fresh, "install").arg("--no-index").arg(&wheel))?;
        sh::run(&mut pip(&fresh, "check"))?;
        first_program(&fresh, work.path())?;
        if version != &newest.0 {
            // What depends on the version of Python, the step `python` looks at.
            continue;
        }
        // The tests' own tools are borrowed from where the step `python` has them.
        let tools = languages::environment(version, python)?;
        let borrowed = format!("import site, sys; site.addsitedir({:?})\n", site_packages(&tools)?);
        std::fs::write(PathBuf::from(site_packages(&fresh)?).join("tools.pth"), borrowed)?;
        let mut pytest = sh::command(&fresh);
        pytest.args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "bindings/python"]);
        sh::run(pytest.env("BEAVER_INSTALLED", "1").env("PYTHONDONTWRITEBYTECODE", "1"))?;
    }
    // What the README says to who has Rust and no wheel.
    let (_, python) = newest;
    let fresh = environment(python, &work.path().join("checkout"))?;
    let _building = sh::Hold::take("release")?;
    let target = project::target()?;
    sh::run(pip(&fresh, "install").arg("bindings/python").env("CARGO_TARGET_DIR", target))?;
    first_program(&fresh, work.path())
}

/// A new environment with nothing but pip; gives its Python.
fn environment(python: &Path, folder: &Path) -> Result<PathBuf> {
    sh::run(sh::command(python).args(["-m", "venv"]).arg(folder))?;
    Ok(folder.join("bin/python"))
}

fn pip(python: &Path, verb: &str) -> Command {
    let mut pip = sh::command(python);
    pip.args(["-m", "pip", "--disable-pip-version-check", "--quiet", verb]);
    pip
}

/// The smallest program, which also sees that the installed package is the one that runs.
fn first_program(python: &Path, work: &Path) -> Result<()> {
    let program = project::root().join("tests/packages/python/hello.py");
    super::super::run_program(sh::command(python).arg("-I").arg(program).arg(work))
}

fn site_packages(python: &Path) -> Result<String> {
    let code = "import sysconfig; print(sysconfig.get_path('purelib'))";
    Ok(sh::quiet_output(sh::command(python).args(["-c", code]))?.trim().to_owned())
}
