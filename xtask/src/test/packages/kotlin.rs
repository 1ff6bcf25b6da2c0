//! The jar, found by a Maven project of somebody else in a repository, with what its pom asks for and nothing else.

use crate::{package, project, sh};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes the jar and uses it; gives its place.
pub fn jar() -> Result<PathBuf> {
    let made = package::kotlin::packages()?;
    let [jar, sources, pom] = made.as_slice() else { bail!("jar, sources and pom were to be made") };
    check_sources(sources)?;
    check_versions()?;
    let work = sh::temp_dir()?;
    let repository = work.path().join("repository");
    borrow_repository(&repository)?;
    let mut install = maven(&repository);
    install.arg("org.apache.maven.plugins:maven-install-plugin:3.1.4:install-file");
    install.arg(format!("-Dfile={}", jar.display())).arg(format!("-DpomFile={}", pom.display()));
    sh::run(install.arg(format!("-Dsources={}", sources.display())))?;

    // A copy: Maven builds beside the pom.
    let consumer = work.path().join("consumer");
    for file in ["pom.xml", "src/Hello.kt"] {
        sh::put(&project::root().join("tests/packages/kotlin").join(file), &consumer.join(file))?;
    }
    let versions = versions()?;
    let mut build = maven(&repository);
    build.current_dir(&consumer).arg(format!("-Dbeaver.version={}", project::version()?));
    build.args(versions.iter().map(|(name, version)| format!("-D{name}={version}")));
    sh::run(build.arg("package"))?;
    let path = format!("{0}/target/classes:{0}/target/dependency/*", consumer.display());
    super::super::run_program(sh::command("java").args(["-XX:TieredStopAtLevel=1", "-cp", &path, "HelloKt"]))?;
    Ok(jar.clone())
}

fn maven(repository: &Path) -> Command {
    let mut maven = sh::command("mvn");
    maven.args(["--batch-mode", "--no-transfer-progress", "--quiet"]);
    maven.arg(format!("-Dmaven.repo.local={}", repository.display()));
    maven
}

/// A local repository that has what the user's has, by links, but for packages of ours: these must be those just made, and
/// must not be left behind.
fn borrow_repository(repository: &Path) -> Result<()> {
    // Into a file: what Maven prints has colours in it, whatever it is told.
    let answer = tempfile::NamedTempFile::new()?;
    let mut ask = sh::command("mvn");
    ask.args(["--batch-mode", "--quiet", "--non-recursive", "help:evaluate", "-Dexpression=settings.localRepository"]);
    sh::run(ask.arg(format!("-Doutput={}", answer.path().display())))?;
    let there = PathBuf::from(std::fs::read_to_string(answer.path())?.trim());
    ensure!(there.is_dir(), "Maven says that its repository is {}, which is no folder", there.display());
    let link = |from: &Path, to: &Path, but: &str| -> Result<()> {
        std::fs::create_dir_all(to)?;
        if from.is_dir() {
            for entry in std::fs::read_dir(from)? {
                let name = entry?.file_name();
                if name != but {
                    std::os::unix::fs::symlink(from.join(&name), to.join(&name))?;
                }
            }
        }
        Ok(())
    };
    link(&there, repository, "dev")?;
    link(&there.join("dev"), &repository.join("dev"), "beaver")
}

fn check_sources(sources: &Path) -> Result<()> {
    let entries = package::archive::read(sources)?;
    for wanted in ["dev/beaver/Beaver.kt", "dev/beaver/native/beaver_uniffi.kt"] {
        if !entries.iter().any(|(path, _)| path == wanted) {
            bail!("the jar of the sources lacks {wanted}");
        }
    }
    Ok(())
}

/// The versions of what the package uses, by their names in its pom.
fn versions() -> Result<Vec<(String, String)>> {
    let pom = project::read("bindings/kotlin/pom.xml")?;
    let version = |name: &str| {
        let (_, rest) = pom.split_once(&format!("<{name}>"))?;
        Some((name.to_owned(), rest.split('<').next()?.to_owned()))
    };
    let names = ["kotlin.version", "coroutines.version", "serialization.version", "jna.version"];
    names.iter().map(|name| version(name).with_context(|| format!("pom.xml has no {name}"))).collect()
}

/// The versions are written down in several places, and must be the same.
fn check_versions() -> Result<()> {
    let squeeze = |text: &str| text.split_whitespace().collect::<String>();
    let android = squeeze(&project::read("bindings/kotlin/android/pom.xml")?);
    let artifacts = ["kotlin-stdlib", "kotlinx-coroutines-core", "kotlinx-serialization-json", "jna"];
    for (artifact, (_, version)) in artifacts.iter().zip(versions()?) {
        let wanted = format!("<artifactId>{artifact}</artifactId><version>{version}</version>");
        if !android.contains(&wanted) {
            bail!("android/pom.xml does not name {artifact} {version}, as pom.xml does");
        }
    }
    let version = project::version()?;
    for (pom, artifact) in [("pom.xml", "beaver"), ("android/pom.xml", "beaver-android")] {
        let text = squeeze(&project::read(&format!("bindings/kotlin/{pom}"))?);
        if !text.contains(&format!("<artifactId>{artifact}</artifactId><version>{version}</version>")) {
            bail!("bindings/kotlin/{pom} has another version than Cargo.toml, {version}");
        }
    }
    Ok(())
}
