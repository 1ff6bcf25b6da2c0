//! The AAR: the Kotlin package for Android, with the libraries of four kinds of processors.

use super::elf::Elf;
use super::ndk::{ABIS, Abi, LIBRARY, Ndk, PAGE};
use super::{archive, folder, kotlin, native, refuse};
use crate::bindings::Language;
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

const SOURCES: &str = "bindings/kotlin/android";
/// What Android has for every app.
pub const ON_ANDROID: &[&str] = &["libc.so", "libm.so", "libdl.so", "liblog.so"];
/// What a library of ours shows, whatever else it does.
const SIGN: &str = "ffi_beaver_uniffi_uniffi_contract_version";

/// The AAR and its pom. The libraries are compiled with the NDK, or taken from a folder.
pub fn run(libraries: Option<&Path>) -> Result<Vec<PathBuf>> {
    let libraries: Vec<(&Abi, PathBuf)> = match libraries {
        Some(folder) => ABIS.iter().map(|abi| (abi, folder.join(abi.name).join(LIBRARY))).collect(),
        None => {
            let ndk = Ndk::find(api_level()?)?;
            ABIS.iter().map(|abi| Ok((abi, ndk.compile(abi)?))).collect::<Result<_>>()?
        }
    };
    for (abi, library) in &libraries {
        check_library(abi, library, ON_ANDROID)?;
    }
    let jar = kotlin::compile(&native(Language::Kotlin)?)?;
    let folder = folder()?;
    let name = format!("beaver-android-{}", project::version()?);
    let (aar, pom) = (folder.join(format!("{name}.aar")), folder.join(format!("{name}.pom")));
    assemble(&libraries, &jar, &aar)?;
    sh::put(&project::root().join(SOURCES).join("pom.xml"), &pom)?;
    Ok(vec![aar, pom])
}

/// Puts an AAR together. The libraries have been checked.
pub fn assemble(libraries: &[(&Abi, PathBuf)], jar: &Path, aar: &Path) -> Result<()> {
    let text = |path: &str| project::read(path).map(String::into_bytes);
    let mut entries = vec![
        ("AndroidManifest.xml".to_owned(), text(&format!("{SOURCES}/AndroidManifest.xml"))?),
        ("LICENSE".to_owned(), text("LICENSE")?),
        // Names no resources: there are none.
        ("R.txt".to_owned(), Vec::new()),
        ("classes.jar".to_owned(), classes(jar)?),
        ("proguard.txt".to_owned(), text(&format!("{SOURCES}/proguard.txt"))?),
        (
            "META-INF/com/android/build/gradle/aar-metadata.properties".to_owned(),
            text(&format!("{SOURCES}/aar-metadata.properties"))?,
        ),
    ];
    for (abi, library) in libraries {
        let content = std::fs::read(library).with_context(|| format!("there is no {}", library.display()))?;
        entries.push((format!("jni/{}/{LIBRARY}", abi.name), content));
    }
    archive::write(aar, &entries)
}

/// The classes of the jar, without its library: Android's lie in `jni`, and those of JNA come with JNA's own AAR. What
/// Maven wrote is left out, and the licence, which lies beside: apps would meet these names in other libraries, too.
fn classes(jar: &Path) -> Result<Vec<u8>> {
    let is_class = |path: &str| path.ends_with(".class") || path.ends_with(".kotlin_module");
    let mut entries = archive::read(jar)?;
    entries.retain(|(path, _)| is_class(path));
    if let Some((strange, _)) = entries.iter().find(|(path, _)| path.starts_with("com/sun/jna/")) {
        bail!("the jar holds {strange}, a class of JNA, which comes with an AAR of its own");
    }
    let folder = sh::temp_dir()?;
    let classes = folder.path().join("classes.jar");
    archive::write(&classes, &entries)?;
    Ok(std::fs::read(classes)?)
}

/// Refuses a library that is not for this kind of processor, that some phones would not load, or that others would meet in
/// the same app.
pub fn check_library(abi: &Abi, library: &Path, allowed: &[&str]) -> Result<()> {
    let elf = Elf::read(library)?;
    let mut wrong = Vec::new();
    if elf.machine != abi.machine {
        wrong.push(format!("it is for the machine {:?}, not {:?}", elf.machine, abi.machine));
    }
    if elf.alignments.is_empty() {
        wrong.push("it has no segment to load".to_owned());
    }
    if let Some(small) = elf.alignments.iter().find(|alignment| **alignment < PAGE) {
        wrong.push(format!("a segment is aligned to {small} bytes, which phones with pages of {PAGE} do not load"));
    }
    if elf.soname.as_deref() != Some(LIBRARY) {
        wrong.push(format!("its SONAME is {}, not {LIBRARY}", elf.soname.as_deref().unwrap_or("missing")));
    }
    let strange = elf.needed.iter().filter(|name| !allowed.contains(&name.as_str()));
    wrong.extend(strange.map(|name| format!("it needs {name}, which is not on every phone")));
    if !elf.is_stripped {
        wrong.push("it is not stripped".to_owned());
    }
    if !elf.exported.iter().any(|name| name == SIGN) {
        wrong.push(format!("it does not export {SIGN}, so it is no library of beaver"));
    }
    wrong.extend(super::strangers(&elf.exported));
    refuse(&library.display().to_string(), &wrong)
}

/// The lowest version of Android that the manifest lets in.
fn api_level() -> Result<u32> {
    let manifest = project::read(&format!("{SOURCES}/AndroidManifest.xml"))?;
    let level = manifest.split_once("minSdkVersion=\"").and_then(|(_, rest)| rest.split('"').next());
    Ok(level.context("AndroidManifest.xml has no minSdkVersion")?.parse()?)
}
