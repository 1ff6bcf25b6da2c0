//! Compiling the library for Android, with the compilers of its NDK.

use crate::library::Profile;
use crate::{project, sh};
use anyhow::{Context, Result, bail};
use object::elf::{EM_386, EM_AARCH64, EM_ARM, EM_X86_64, Machine};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A kind of processor, with the names that it has with Android, with Rust and with clang.
#[derive(Debug)]
pub struct Abi {
    pub name: &'static str,
    target: &'static str,
    clang: &'static str,
    pub machine: Machine,
}

pub const ABIS: [Abi; 4] = [
    Abi { name: "arm64-v8a", target: "aarch64-linux-android", clang: "aarch64-linux-android", machine: EM_AARCH64 },
    Abi { name: "armeabi-v7a", target: "armv7-linux-androideabi", clang: "armv7a-linux-androideabi", machine: EM_ARM },
    Abi { name: "x86_64", target: "x86_64-linux-android", clang: "x86_64-linux-android", machine: EM_X86_64 },
    Abi { name: "x86", target: "i686-linux-android", clang: "i686-linux-android", machine: EM_386 },
];

/// The name that the library has and that it is looked for by.
pub const LIBRARY: &str = "libbeaver_uniffi.so";
/// Phones with pages of 16 KB load no library whose segments are aligned to less.
pub const PAGE: u64 = 16384;

/// What the linker is told, here and for the host: the name, the pages, and no symbols but the exported ones.
pub const LINK: &[&str] =
    &["-Cstrip=symbols", "-Clink-arg=-Wl,-soname,libbeaver_uniffi.so", "-Clink-arg=-Wl,-z,max-page-size=16384"];

pub struct Ndk {
    tools: PathBuf,
    api: u32,
}

impl Ndk {
    /// The NDK of $ANDROID_NDK_HOME; an error says what is missing and how to get it.
    pub fn find(api: u32) -> Result<Ndk> {
        let home = std::env::var_os("ANDROID_NDK_HOME").map(PathBuf::from);
        let ndk = Ndk::at(home.as_deref(), api)?;
        let missing: Vec<&str> = ABIS.iter().map(|abi| abi.target).filter(|target| !has_target(target)).collect();
        if !missing.is_empty() {
            bail!("Rust lacks the standard library of Android: rustup target add {}", missing.join(" "));
        }
        Ok(ndk)
    }

    fn at(home: Option<&Path>, api: u32) -> Result<Ndk> {
        let home = home.context(
            "the AAR is compiled with Android's NDK: install it (sdkmanager 'ndk;28.2.13676358', or from \
             developer.android.com/ndk) and set ANDROID_NDK_HOME to its folder; or give the libraries by --libraries",
        )?;
        let system = if cfg!(target_os = "macos") { "darwin-x86_64" } else { "linux-x86_64" };
        let tools = home.join("toolchains/llvm/prebuilt").join(system).join("bin");
        let ndk = Ndk { tools, api };
        for abi in &ABIS {
            let clang = ndk.clang(abi);
            if !clang.is_file() {
                bail!("ANDROID_NDK_HOME is no NDK for API level {api}: there is no {}", clang.display());
            }
        }
        Ok(ndk)
    }

    fn clang(&self, abi: &Abi) -> PathBuf {
        self.tools.join(format!("{}{}-clang", abi.clang, self.api))
    }

    /// Compiles the library for a kind of processor, and gives its place.
    pub fn compile(&self, abi: &Abi) -> Result<PathBuf> {
        let _building = sh::Hold::take("release")?;
        sh::run(&mut self.command(abi))?;
        Ok(project::target()?.join(abi.target).join("release").join(LIBRARY))
    }

    fn command(&self, abi: &Abi) -> Command {
        let (clang, low) = (self.clang(abi), abi.target.replace('-', "_"));
        let mut cargo = sh::cargo();
        cargo.args(["rustc", "--release", "--package", "beaver-uniffi", "--lib", "--crate-type", "cdylib"]);
        cargo.args(["--target", abi.target, "--"]).args(LINK);
        // Rust links with it, and SQLite is compiled by it.
        cargo.env(format!("CARGO_TARGET_{}_LINKER", low.to_uppercase()), &clang);
        cargo.env(format!("CC_{low}"), &clang);
        cargo.env(format!("AR_{low}"), self.tools.join("llvm-ar"));
        cargo
    }
}

/// The library of this machine, linked as on Android, in a folder: what there is without an NDK.
pub fn compile_for_host(profile: Profile, folder: &Path) -> Result<PathBuf> {
    let _building = sh::Hold::take(profile.folder())?;
    let mut cargo = sh::cargo();
    cargo.args(["rustc", "--package", "beaver-uniffi", "--lib", "--crate-type", "cdylib"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    sh::run(cargo.arg("--").args(LINK))?;
    let library = folder.join(LIBRARY);
    sh::put(&project::target()?.join(profile.folder()).join(LIBRARY), &library)?;
    Ok(library)
}

/// Whether Rust's standard library for a target is installed, by rustup or otherwise.
pub fn has_target(target: &str) -> bool {
    let mut rustc = sh::command("rustc");
    let folder = sh::quiet_output(rustc.args(["--print", "target-libdir", "--target", target]));
    folder.is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_and_sqlite_are_compiled_by_the_clang_of_the_processor_and_api_level() {
        let ndk = Ndk { tools: "ndk/bin".into(), api: 21 };
        let command = ndk.command(&ABIS[1]);
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        assert_eq!(
            arguments.join(" "),
            "rustc --release --package beaver-uniffi --lib --crate-type cdylib --target armv7-linux-androideabi -- \
             -Cstrip=symbols -Clink-arg=-Wl,-soname,libbeaver_uniffi.so -Clink-arg=-Wl,-z,max-page-size=16384"
        );
        let environment: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some(format!("{}={}", name.to_str()?, value?.to_str()?)))
            .collect();
        assert_eq!(
            environment,
            [
                "AR_armv7_linux_androideabi=ndk/bin/llvm-ar",
                "CARGO_TARGET_ARMV7_LINUX_ANDROIDEABI_LINKER=ndk/bin/armv7a-linux-androideabi21-clang",
                "CC_armv7_linux_androideabi=ndk/bin/armv7a-linux-androideabi21-clang",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let refused = |home: Option<&Path>| Ndk::at(home, 21).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused(None).contains("set ANDROID_NDK_HOME"), "{}", refused(None));
        let empty = sh::temp_dir().unwrap();
        let message = refused(Some(empty.path()));
        assert!(message.contains("no NDK for API level 21") && message.contains("android21-clang"), "{message}");
        // An NDK with the compilers of another API level is none for ours.
        let tools = if cfg!(target_os = "macos") { "darwin-x86_64" } else { "linux-x86_64" };
        let tools = empty.path().join("toolchains/llvm/prebuilt").join(tools).join("bin");
        std::fs::create_dir_all(&tools).unwrap();
        for abi in &ABIS {
            std::fs::write(tools.join(format!("{}24-clang", abi.clang)), "").unwrap();
        }
        assert!(refused(Some(empty.path())).contains("API level 21"));
        assert!(Ndk::at(Some(empty.path()), 24).is_ok());
    }
}
