//! The XCFramework, by the tools of Xcode. The commands are data, so that a test can read them where there is no Mac.

use super::{EXPORTED, MODULE, check_symbols, folder, lay_out, lay_out_headers, native, workshop};
use crate::bindings::Language;
use crate::package::ndk::has_target;
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A kind of device or machine, with the names that it has with Rust, with Xcode and with the linker.
struct Target {
    rust: &'static str,
    arch: &'static str,
    sdk: &'static str,
    platform: &'static str,
}

const TARGETS: [Target; 5] = [
    Target { rust: "aarch64-apple-ios", arch: "arm64", sdk: "iphoneos", platform: "ios" },
    Target { rust: "aarch64-apple-ios-sim", arch: "arm64", sdk: "iphonesimulator", platform: "ios-simulator" },
    Target { rust: "x86_64-apple-ios", arch: "x86_64", sdk: "iphonesimulator", platform: "ios-simulator" },
    Target { rust: "aarch64-apple-darwin", arch: "arm64", sdk: "macosx", platform: "macos" },
    Target { rust: "x86_64-apple-darwin", arch: "x86_64", sdk: "macosx", platform: "macos" },
];

/// The oldest systems that Package.swift names.
const IOS: &str = "16.0";
const MACOS: &str = "13.0";

/// What one platform is given: a library for each of its processors, in one file.
const SLICES: [&str; 3] = ["ios", "ios-simulator", "macos"];

impl Target {
    /// The variable that tells compilers the oldest system, and that system.
    fn oldest(&self) -> (&'static str, &'static str) {
        if self.platform == "macos" { ("MACOSX_DEPLOYMENT_TARGET", MACOS) } else { ("IPHONEOS_DEPLOYMENT_TARGET", IOS) }
    }
}

/// A command as data.
struct Line {
    variable: Option<(&'static str, &'static str)>,
    words: Vec<String>,
}

/// Where things are while the framework is made.
struct Plan {
    target: PathBuf,
    work: PathBuf,
    framework: PathBuf,
    zip: PathBuf,
}

/// Makes the package and the framework, and the framework once more as a zip for servers.
pub fn package() -> Result<Vec<PathBuf>> {
    let missing: Vec<&str> = TARGETS.iter().map(|target| target.rust).filter(|target| !has_target(target)).collect();
    if !missing.is_empty() {
        bail!("Rust lacks standard libraries of Apple's platforms: rustup target add {}", missing.join(" "));
    }
    if !sh::command("xcodebuild").arg("-version").status().is_ok_and(|status| status.success()) {
        bail!("xcodebuild does not run: install Xcode, then sudo xcode-select --switch /Applications/Xcode.app");
    }
    let native = native(Language::Swift)?;
    let package = folder()?.join("Beaver");
    let plan = Plan {
        target: project::target()?,
        work: workshop()?.join("xcframework"),
        framework: package.join(format!("{MODULE}.xcframework")),
        zip: folder()?.join(format!("{MODULE}-{}.xcframework.zip", project::version()?)),
    };
    // xcodebuild writes over nothing.
    for old in [&plan.work, &package] {
        if old.exists() {
            std::fs::remove_dir_all(old)?;
        }
    }
    for folder in TARGETS.iter().map(|target| target.rust).chain(SLICES) {
        std::fs::create_dir_all(plan.work.join(folder))?;
    }
    lay_out(&native, &package)?;
    lay_out_headers(&native, &plan.work.join("Headers"))?;
    let _building = sh::Hold::take("release")?;
    for line in lines(&plan) {
        sh::run(&mut line.command()?)?;
    }
    for target in &TARGETS {
        check_symbols(&plan.work.join(target.rust).join("beaver.o"), &native, "_")?;
    }
    Ok(vec![package, plan.zip])
}

impl Line {
    fn command(&self) -> Result<Command> {
        let (program, arguments) = self.words.split_first().context("a command has a program")?;
        let mut command = if program == "cargo" { sh::cargo() } else { sh::command(program) };
        command.args(arguments).envs(self.variable);
        Ok(command)
    }
}

/// All commands, in order.
fn lines(plan: &Plan) -> Vec<Line> {
    let mut lines: Vec<Line> = TARGETS.iter().flat_map(|target| library(plan, target)).collect();
    let archive = |folder: &str| shown(&plan.work.join(folder).join("libbeaver.a"));
    let mut create = words("xcodebuild -create-xcframework");
    for slice in SLICES {
        let parts = TARGETS.iter().filter(|target| target.platform == slice).map(|target| archive(target.rust));
        let mut lipo = words("xcrun lipo -create");
        lipo.extend(parts);
        lipo.extend(["-output".to_owned(), archive(slice)]);
        lines.push(Line { variable: None, words: lipo });
        create.extend(["-library".to_owned(), archive(slice)]);
        create.extend(["-headers".to_owned(), shown(&plan.work.join("Headers"))]);
    }
    create.extend(["-output".to_owned(), shown(&plan.framework)]);
    lines.push(Line { variable: None, words: create });
    let mut pack = words("ditto -c -k --keepParent");
    pack.extend([shown(&plan.framework), shown(&plan.zip)]);
    lines.push(Line { variable: None, words: pack });
    let mut checksum = words("swift package --package-path bindings/swift compute-checksum");
    checksum.push(shown(&plan.zip));
    lines.push(Line { variable: None, words: checksum });
    lines
}

/// The library for one target: compiled, joined into one object in which only the listed names stay global, stripped.
fn library(plan: &Plan, target: &Target) -> [Line; 4] {
    let (variable, oldest) = target.oldest();
    let Target { rust, arch, sdk, platform } = target;
    let compiled = shown(&plan.target.join(rust).join("release/libbeaver_uniffi.a"));
    let object = shown(&plan.work.join(rust).join("beaver.o"));
    let archive = shown(&plan.work.join(rust).join("libbeaver.a"));
    let line = |text: &str, files: &[&str]| {
        let mut words = words(text);
        words.extend(files.iter().map(|file| (*file).to_owned()));
        Line { variable: None, words }
    };
    let mut compile = words("cargo rustc --release --package beaver-uniffi --lib --crate-type staticlib --target");
    compile.push((*rust).to_owned());
    let join = format!(
        "xcrun --sdk {sdk} ld -r -arch {arch} -platform_version {platform} {oldest} {oldest} \
         -exported_symbols_list {EXPORTED} -all_load"
    );
    [
        Line { variable: Some((variable, oldest)), words: compile },
        line(&join, &[&compiled, "-o", &object]),
        line("xcrun strip -S -x", &[&object]),
        line("xcrun libtool -static -o", &[&archive, &object]),
    ]
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan { target: "T".into(), work: "W".into(), framework: "B/N.xcframework".into(), zip: "N.zip".into() }
    }

    fn written(line: &Line) -> String {
        let variable = line.variable.map(|(name, value)| format!("{name}={value} ")).unwrap_or_default();
        variable + &line.words.join(" ")
    }

    #[test]
    fn the_commands_are_those_of_the_manual() {
        let lines: Vec<String> = lines(&plan()).iter().map(written).collect();
        assert_eq!(
            lines[4..8],
            [
                "IPHONEOS_DEPLOYMENT_TARGET=16.0 cargo rustc --release --package beaver-uniffi --lib --crate-type staticlib \
                 --target aarch64-apple-ios-sim",
                "xcrun --sdk iphonesimulator ld -r -arch arm64 -platform_version ios-simulator 16.0 16.0 \
                 -exported_symbols_list bindings/swift/XCFramework/exported-symbols.txt -all_load \
                 T/aarch64-apple-ios-sim/release/libbeaver_uniffi.a -o W/aarch64-apple-ios-sim/beaver.o",
                "xcrun strip -S -x W/aarch64-apple-ios-sim/beaver.o",
                "xcrun libtool -static -o W/aarch64-apple-ios-sim/libbeaver.a W/aarch64-apple-ios-sim/beaver.o",
            ]
        );
        assert_eq!(
            lines[20..],
            [
                "xcrun lipo -create W/aarch64-apple-ios/libbeaver.a -output W/ios/libbeaver.a",
                "xcrun lipo -create W/aarch64-apple-ios-sim/libbeaver.a W/x86_64-apple-ios/libbeaver.a \
                 -output W/ios-simulator/libbeaver.a",
                "xcrun lipo -create W/aarch64-apple-darwin/libbeaver.a W/x86_64-apple-darwin/libbeaver.a \
                 -output W/macos/libbeaver.a",
                "xcodebuild -create-xcframework -library W/ios/libbeaver.a -headers W/Headers \
                 -library W/ios-simulator/libbeaver.a -headers W/Headers -library W/macos/libbeaver.a -headers W/Headers \
                 -output B/N.xcframework",
                "ditto -c -k --keepParent B/N.xcframework N.zip",
                "swift package --package-path bindings/swift compute-checksum N.zip",
            ]
        );
    }

    #[test]
    fn every_target_goes_the_same_way_for_its_own_system() {
        let lines: Vec<String> = lines(&plan()).iter().map(written).collect();
        for (target, own) in TARGETS.iter().zip(lines.chunks(4)) {
            let (variable, oldest) = target.oldest();
            assert!(
                own[0].starts_with(&format!("{variable}={oldest} cargo")) && own[0].ends_with(target.rust),
                "{own:?}"
            );
            let [rust, arch, sdk, platform] = [target.rust, target.arch, target.sdk, target.platform];
            assert!(own[1].contains(&format!("--sdk {sdk} ld -r -arch {arch} -platform_version {platform} {oldest}")));
            assert!(own.iter().all(|line| line.contains(rust)), "{own:?}");
        }
        assert_eq!(lines.iter().filter(|line| line.starts_with("MACOSX_DEPLOYMENT_TARGET=13.0")).count(), 2);
    }

    #[test]
    fn the_oldest_systems_are_those_of_the_package() {
        let package = project::read("bindings/swift/Package.swift").unwrap();
        let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
        assert!(package.contains(&format!(".macOS(.v{})", major(MACOS))));
        assert!(package.contains(&format!(".iOS(.v{})", major(IOS))));
    }
}
