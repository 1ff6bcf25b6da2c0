//! The installed tree, used as outsiders use it: by find_package and by pkg-config, shared and static.

use super::run_program;
use crate::{compiler, project, sh};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

pub fn install() -> Result<()> {
    let work = sh::temp_dir()?;
    let (build, first, prefix) = (work.path().join("build"), work.path().join("first"), work.path().join("moved"));
    let mut configure = sh::command("cmake");
    configure.args(["-G", "Ninja", "-D", "CMAKE_BUILD_TYPE=Release", "-S", "."]).arg("-B").arg(&build);
    // The same target folder as other steps: the release build is there already. Nobody else builds there meanwhile.
    let building = sh::Hold::take("release")?;
    sh::run(configure.arg("-D").arg(assignment("BEAVER_CARGO_TARGET_DIR", &project::target()?)))?;
    sh::run(sh::command("cmake").arg("--build").arg(&build))?;
    sh::run(sh::command("ctest").args(["--output-on-failure", "--no-tests=error", "--test-dir"]).arg(&build))?;
    sh::run(sh::command("cmake").arg("--install").arg(&build).arg("--prefix").arg(&first))?;
    drop(building);
    // An installed tree may be moved: packages are built in one place and unpacked in another.
    std::fs::rename(&first, &prefix)?;

    cmake_project(&prefix, &work.path().join("outside"))?;
    pkg_config_project(&prefix, work.path())
}

fn cmake_project(prefix: &Path, build: &Path) -> Result<()> {
    let mut configure = sh::command("cmake");
    configure.args(["-G", "Ninja", "-S", "tests/install/cmake"]).arg("-B").arg(build);
    sh::run(configure.arg("-D").arg(assignment("CMAKE_PREFIX_PATH", prefix)))?;
    sh::run(sh::command("cmake").arg("--build").arg(build))?;
    for program in ["hello-shared", "hello-static", "hello-cpp"] {
        run_program(&mut sh::command(build.join(program)))?;
    }
    Ok(())
}

fn pkg_config_project(prefix: &Path, folder: &Path) -> Result<()> {
    let file = find(prefix, "beaver.pc")?;
    let settings = file.parent().context("beaver.pc lies in a folder")?;
    let library = settings.parent().context("beaver.pc lies two folders deep")?;
    let flags = |extra: &[&str]| -> Result<Vec<String>> {
        let mut command = sh::command("pkg-config");
        command.env("PKG_CONFIG_PATH", settings).args(["--cflags", "--libs"]).args(extra).arg("beaver");
        Ok(sh::output(&mut command)?.split_whitespace().map(str::to_owned).collect())
    };
    let compile = |program: &Path, flags: Vec<String>| {
        sh::run(
            sh::command(compiler::cc())
                .args(compiler::STRICT_C)
                .arg("-o")
                .arg(program)
                .arg("tests/install/hello.c")
                .args(flags),
        )
    };
    let shared = folder.join("hello-pkg-config-shared");
    compile(&shared, flags(&[])?)?;
    run_program(sh::command(&shared).env("LD_LIBRARY_PATH", library))?;

    // pkg-config --static only adds what the archive needs; the linker is told to prefer archives for ours alone.
    let linked_statically = folder.join("hello-pkg-config-static");
    let replaced = flags(&["--static"])?
        .into_iter()
        .map(|flag| if flag == "-lbeaver" { "-l:libbeaver.a".to_owned() } else { flag });
    compile(&linked_statically, replaced.collect())?;
    run_program(&mut sh::command(&linked_statically))
}

fn find(folder: &Path, name: &str) -> Result<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with(name) {
                return Ok(path);
            }
        }
    }
    anyhow::bail!("{name} was not installed")
}

fn assignment(name: &str, value: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(format!("{name}="));
    text.push(value);
    text
}
