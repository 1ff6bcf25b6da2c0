//! The AAR, put together of libraries that the C compiler makes on the fly, and of the library of this machine: without an
//! NDK, that is what can be seen of it.

use crate::library::Profile;
use crate::package::android::{ON_ANDROID, assemble, check_library};
use crate::package::ndk::{ABIS, Abi, LIBRARY, compile_for_host};
use crate::package::{archive, kotlin};
use crate::{compiler, sh};
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};

pub fn aar(jar: &Path) -> Result<()> {
    let work = sh::temp_dir()?;
    let abi = host_abi()?;
    let good = Fixture::GOOD.compile(work.path(), "good")?;
    check_library(abi, &good, ON_ANDROID).context("a library that is as it must be")?;
    bad_libraries_are_refused(abi, &good, work.path())?;
    four_libraries(abi, &good, jar, work.path())?;
    library_of_this_machine(abi, jar, work.path())
}

/// The kind of processor of Android that this machine has.
fn host_abi() -> Result<&'static Abi> {
    let name = match std::env::consts::ARCH {
        "x86_64" => "x86_64",
        "aarch64" => "arm64-v8a",
        other => bail!("Android has no processors like that of this machine, {other}"),
    };
    ABIS.iter().find(|abi| abi.name == name).context("it is one of the four")
}

/// A small library, and how it is linked.
struct Fixture {
    source: &'static str,
    page: u32,
    soname: &'static str,
    flags: &'static [&'static str],
}

impl Fixture {
    const SIGN: &'static str = "int ffi_beaver_uniffi_uniffi_contract_version(void) { return 0; }\n";
    const GOOD: Fixture = Fixture { source: "", page: 16384, soname: LIBRARY, flags: &["-nostdlib", "-s"] };

    fn compile(&self, work: &Path, name: &str) -> Result<PathBuf> {
        let (source, library) = (work.join(format!("{name}.c")), work.join(format!("{name}.so")));
        std::fs::write(&source, format!("{}{}", Fixture::SIGN, self.source))?;
        let mut cc = sh::command(compiler::cc());
        cc.args(["-shared", "-fPIC", "-g"]).args(self.flags).arg(format!("-Wl,-soname,{}", self.soname));
        cc.arg(format!("-Wl,-z,max-page-size={}", self.page)).arg("-o").arg(&library).arg(&source);
        sh::run(&mut cc)?;
        Ok(library)
    }
}

fn bad_libraries_are_refused(abi: &Abi, good: &Path, work: &Path) -> Result<()> {
    let exports_sqlite = "int sqlite3_open(void) { return 0; }\n";
    let needs_libc = "int getpid(void);\nint uniffi_beaver_uniffi_a(void) { return getpid(); }\n";
    #[rustfmt::skip] // a table
    let bad = [
        ("page", Fixture { page: 4096, ..Fixture::GOOD }, "aligned to 4096 bytes"),
        ("sqlite", Fixture { source: exports_sqlite, ..Fixture::GOOD }, "not beaver's: sqlite3_open"),
        ("libc", Fixture { source: needs_libc, flags: &["-s"], ..Fixture::GOOD }, "it needs libc.so."),
        ("soname", Fixture { soname: "libother.so", ..Fixture::GOOD }, "its SONAME is libother.so"),
        ("symbols", Fixture { flags: &["-nostdlib"], ..Fixture::GOOD }, "it is not stripped"),
        ("other", Fixture { flags: &["-nostdlib", "-s", "-fvisibility=hidden"], ..Fixture::GOOD }, "no library of beaver"),
    ];
    for (name, fixture, why) in bad {
        refused(abi, &fixture.compile(work, name)?, why)?;
    }
    for other in ABIS.iter().filter(|other| other.name != abi.name) {
        refused(other, good, "it is for the machine")?;
    }
    refused(abi, &work.join("nowhere.so"), "there is no ")?;
    let text = work.join("text.so");
    std::fs::write(&text, "no library")?;
    refused(abi, &text, "is no ELF file")
}

fn refused(abi: &Abi, library: &Path, why: &str) -> Result<()> {
    match check_library(abi, library, ON_ANDROID) {
        Ok(()) => bail!("{} was taken; it should have been refused: {why}", library.display()),
        Err(error) if format!("{error:#}").contains(why) => Ok(()),
        Err(error) => bail!("{} was refused for another reason than {why:?}: {error:#}", library.display()),
    }
}

/// An AAR with libraries for all four processors: the same one, that says of itself to be for each.
fn four_libraries(host: &Abi, good: &Path, jar: &Path, work: &Path) -> Result<()> {
    let mut libraries = Vec::new();
    for abi in &ABIS {
        let mut content = std::fs::read(good)?;
        // e_machine, the third field of the header.
        let field = content.get_mut(18..20).context("an ELF file has a header")?;
        ensure!(field == host.machine.0.to_le_bytes(), "the machine is not where it should be");
        field.copy_from_slice(&abi.machine.0.to_le_bytes());
        let library = work.join(abi.name).join(LIBRARY);
        std::fs::create_dir_all(library.parent().context("it lies in a folder")?)?;
        std::fs::write(&library, content)?;
        check_library(abi, &library, ON_ANDROID)?;
        libraries.push((abi, library));
    }
    let (aar, again) = (work.join("four.aar"), work.join("again.aar"));
    assemble(&libraries, jar, &aar)?;
    assemble(&libraries, jar, &again)?;
    ensure!(std::fs::read(&aar)? == std::fs::read(&again)?, "the same files make another AAR");
    check_layout(&aar, &libraries)
}

/// The library as it is on Android but for the C library that it needs.
fn library_of_this_machine(abi: &Abi, jar: &Path, work: &Path) -> Result<()> {
    let library = compile_for_host(Profile::Dev, work)?;
    let on_linux = ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"];
    check_library(abi, &library, &on_linux)?;
    refused(abi, &library, "which is not on every phone")?;
    let aar = work.join("host.aar");
    let libraries = [(abi, library)];
    assemble(&libraries, jar, &aar)?;
    check_layout(&aar, &libraries)
}

fn check_layout(aar: &Path, libraries: &[(&Abi, PathBuf)]) -> Result<()> {
    let entries = archive::read(aar)?;
    let mut found: Vec<&str> = entries.iter().map(|(path, _)| path.as_str()).collect();
    let natives: Vec<String> =
        libraries.iter().map(|(abi, _)| format!("jni/{}/libbeaver_uniffi.so", abi.name)).collect();
    let mut wanted: Vec<&str> = natives.iter().map(String::as_str).collect();
    let metadata = "META-INF/com/android/build/gradle/aar-metadata.properties";
    wanted.extend(["AndroidManifest.xml", "LICENSE", metadata, "R.txt", "classes.jar", "proguard.txt"]);
    found.sort_unstable();
    wanted.sort_unstable();
    ensure!(found == wanted, "the AAR has the files {found:?} in place of {wanted:?}");
    let content = |path: &str| {
        let entry = entries.iter().find(|(found, _)| found == path);
        entry.map(|(_, content)| content.as_slice()).with_context(|| format!("the AAR lacks {path}"))
    };
    for (path, part) in [
        ("AndroidManifest.xml", "android:minSdkVersion=\"21\""),
        ("proguard.txt", "-keep class dev.beaver.native.**"),
        ("proguard.txt", "-keep class com.sun.jna.**"),
        (metadata, "aarFormatVersion=1.0"),
    ] {
        ensure!(String::from_utf8_lossy(content(path)?).contains(part), "{path} lacks {part}");
    }
    for (native, (_, library)) in natives.iter().zip(libraries) {
        ensure!(content(native)? == std::fs::read(library)?, "{native} is another library");
    }
    let folder = sh::temp_dir()?;
    let classes = folder.path().join("classes.jar");
    std::fs::write(&classes, content("classes.jar")?)?;
    let classes = archive::read(&classes)?;
    ensure!(classes.iter().any(|(path, _)| path == "dev/beaver/Beaver.class"), "classes.jar lacks our classes");
    ensure!(
        classes.iter().any(|(path, _)| path == "META-INF/beaver.kotlin_module"),
        "classes.jar lacks Kotlin's module"
    );
    let strange = classes.iter().find(|(path, _)| kotlin::is_native(path) || path.starts_with("com/sun/jna/"));
    ensure!(strange.is_none(), "classes.jar holds {:?}", strange.map(|(path, _)| path));
    Ok(())
}
