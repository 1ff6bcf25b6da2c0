//! The jar: the Kotlin package with the native library of this machine where JNA looks for it.

use super::elf::Elf;
use super::{android, archive, folder, native, refuse, workshop};
use crate::bindings::{self, Language};
use crate::test::MAVEN;
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

pub const SOURCES: &str = "bindings/kotlin";

/// Makes the jar with the library of this machine, its sources and its pom; or the AAR for Android.
#[derive(clap::Args)]
pub struct Args {
    /// The AAR for Android in place of the jar, with the libraries of four kinds of processors
    #[arg(long)]
    android: bool,
    /// Take the libraries for the AAR from this folder, each as DIR/ABI/libbeaver_uniffi.so, and compile none
    #[arg(long, value_name = "DIR", requires = "android")]
    libraries: Option<PathBuf>,
}

pub fn run(args: &Args) -> Result<Vec<PathBuf>> {
    if args.android { android::run(args.libraries.as_deref()) } else { packages() }
}

/// The jar, its sources and its pom, as Maven repositories want them.
pub fn packages() -> Result<Vec<PathBuf>> {
    let native = native(Language::Kotlin)?;
    let made = compile(&native)?;
    let (folder, name) = (folder()?, format!("beaver-{}", project::version()?));
    let [jar, sources, pom] = [".jar", "-sources.jar", ".pom"].map(|kind| folder.join(format!("{name}{kind}")));
    check(&made)?;
    sh::put(&made, &jar)?;
    archive::write(&sources, &source_files(&native)?)?;
    sh::put(&project::root().join(SOURCES).join("pom.xml"), &pom)?;
    Ok(vec![jar, sources, pom])
}

/// The jar as Maven makes it, in a folder of its own: the one in the sources holds what the tests compile.
pub fn compile(native: &Path) -> Result<PathBuf> {
    if !(MAVEN.is_there)() {
        bail!("{}", MAVEN.how_to_get());
    }
    let build = workshop()?.join("kotlin");
    let mut maven = sh::command("mvn");
    maven.args(["--batch-mode", "--no-transfer-progress", "--quiet", "--file"]).arg(format!("{SOURCES}/pom.xml"));
    maven.arg(format!("-Dbeaver.bindings={}", native.display()));
    maven.arg(format!("-Dbeaver.build={}", build.display()));
    sh::run(maven.args(["-Dmaven.test.skip=true", "package"]))?;
    Ok(build.join(format!("beaver-{}.jar", project::version()?)))
}

/// What is ours and what was generated, each file by its package.
fn source_files(native: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut entries = vec![("META-INF/LICENSE".to_owned(), project::read("LICENSE")?.into_bytes())];
    let main = format!("{SOURCES}/src/main/kotlin/");
    for file in project::files()? {
        if let Some(inside) = file.strip_prefix(&main) {
            entries.push((inside.to_owned(), project::read(&file)?.into_bytes()));
        }
    }
    let generated = "dev/beaver/native/beaver_uniffi.kt";
    let file = native.join("kotlin").join(generated);
    let content = std::fs::read(&file).with_context(|| format!("there is no {}", file.display()))?;
    entries.push((generated.to_owned(), content));
    Ok(entries)
}

/// The folder in a jar where JNA looks for the libraries of a platform.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        "windows" => "win32",
        other => other,
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "x86-64",
        other => other,
    };
    format!("{system}-{machine}")
}

/// Whether a file in a jar is a library of some platform.
pub fn is_native(path: &str) -> bool {
    [".so", ".dylib", ".jnilib", ".dll"].iter().any(|suffix| path.ends_with(suffix))
}

/// Refuses a jar without the library where it is looked for, with another one, or with classes of others.
fn check(jar: &Path) -> Result<()> {
    let entries = archive::read(jar)?;
    let mut wrong = Vec::new();
    let library = format!("{}/{}", platform(), bindings::library());
    let natives: Vec<&str> = entries.iter().map(|(path, _)| path.as_str()).filter(|path| is_native(path)).collect();
    if natives != [library.as_str()] {
        wrong.push(format!("it has the libraries {natives:?} in place of {library}"));
    }
    for wanted in ["dev/beaver/Beaver.class", "dev/beaver/native/Beaver_uniffiKt.class", "META-INF/LICENSE"] {
        if !entries.iter().any(|(path, _)| path == wanted) {
            wrong.push(format!("no file {wanted}"));
        }
    }
    let ours = |path: &str| path.starts_with("dev/beaver/") || path.starts_with("META-INF/") || path == library;
    if let Some((strange, _)) = entries.iter().find(|(path, _)| !ours(path)) {
        wrong.push(format!("a file {strange} that is not ours"));
    }
    if cfg!(target_os = "linux")
        && let Some((_, content)) = entries.iter().find(|(path, _)| *path == library)
    {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), content)?;
        let elf = Elf::read(file.path())?;
        if !elf.is_stripped {
            wrong.push("its library is not stripped".to_owned());
        }
        wrong.extend(super::strangers(&elf.exported));
    }
    refuse(&jar.display().to_string(), &wrong)
}
