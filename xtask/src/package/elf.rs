//! What a loader and a linker read of an ELF file: enough to tell whether a library may go into a package.

use anyhow::{Context, Result, bail};
use object::elf::{self, Machine};
use object::read::elf::{ElfFile, FileHeader, ProgramHeader, SectionHeader};
use object::read::{File, Object, ObjectSymbol};
use std::path::Path;

pub struct Elf {
    pub machine: Machine,
    pub soname: Option<String>,
    /// The libraries that have to be there when it is loaded.
    pub needed: Vec<String>,
    /// The alignment of each segment that is loaded.
    pub alignments: Vec<u64>,
    /// The names that others can link to.
    pub exported: Vec<String>,
    /// The versions that it asks of those libraries, `GLIBC_2.34` and the like.
    pub versions: Vec<String>,
    /// Neither debugging information nor names of what is not exported.
    pub is_stripped: bool,
}

impl Elf {
    pub fn read(library: &Path) -> Result<Elf> {
        let data = std::fs::read(library).with_context(|| format!("there is no {}", library.display()))?;
        let elf = match File::parse(&*data) {
            Ok(File::Elf32(file)) => describe(&file),
            Ok(File::Elf64(file)) => describe(&file),
            Ok(_) => bail!("{} is no ELF file", library.display()),
            Err(error) => Err(error.into()),
        };
        elf.with_context(|| format!("{} is no ELF file, or a damaged one", library.display()))
    }

    /// The newest version of glibc that it needs, from `GLIBC_2.34` as (2, 34).
    pub fn glibc(&self) -> Option<(u32, u32)> {
        let numbers = |version: &str| {
            let (major, minor) = version.strip_prefix("GLIBC_")?.split_once('.')?;
            // A third number, as in 2.2.5, never decides.
            Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
        };
        self.versions.iter().filter_map(|version| numbers(version)).max()
    }
}

fn describe<'data, Header: FileHeader>(file: &ElfFile<'data, Header, &'data [u8]>) -> Result<Elf> {
    let (header, endian, data) = (file.elf_header(), file.endian(), file.data());
    let sections = file.elf_section_table();
    let (mut soname, mut needed) = (None, Vec::new());
    let dynamic = sections.dynamic_table(endian, data)?;
    for entry in dynamic.iter() {
        if entry.tag == elf::DT_SONAME {
            soname = Some(text(dynamic.string(entry)?));
        } else if entry.tag == elf::DT_NEEDED {
            needed.push(text(dynamic.string(entry)?));
        }
    }
    let segments = header.program_headers(endian, data)?.iter();
    let loaded = segments.filter(|segment| segment.p_type(endian) == elf::PT_LOAD);
    let alignments = loaded.map(|segment| segment.p_align(endian).into()).collect();
    let mut versions = Vec::new();
    if let Some((needs, strings)) = sections.gnu_verneed(endian, data)? {
        let strings = sections.strings(endian, data, strings)?;
        for need in needs {
            for version in need?.1 {
                versions.push(text(version?.name(endian, strings)?));
            }
        }
    }
    let mut is_stripped = true;
    for section in sections.iter() {
        let name = sections.section_name(endian, section)?;
        is_stripped &= section.sh_type(endian) != elf::SHT_SYMTAB && !name.starts_with(b".debug_");
    }
    let exported = names(file.dynamic_symbols())?;
    Ok(Elf { machine: header.e_machine(endian), soname, needed, alignments, exported, versions, is_stripped })
}

/// The global names that an object file defines.
pub fn globals(object: &Path) -> Result<Vec<String>> {
    let data = std::fs::read(object).with_context(|| format!("there is no {}", object.display()))?;
    names(File::parse(&*data)?.symbols())
}

fn names<'data>(symbols: impl Iterator<Item = impl ObjectSymbol<'data>>) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for symbol in symbols.filter(|symbol| !symbol.is_undefined() && !symbol.is_local()) {
        names.push(symbol.name()?.to_owned());
    }
    names.sort();
    Ok(names)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_counts_by_its_numbers_and_not_by_its_letters() {
        let with = |versions: &[&str]| Elf {
            machine: elf::EM_X86_64,
            soname: None,
            needed: Vec::new(),
            alignments: Vec::new(),
            exported: Vec::new(),
            versions: versions.iter().map(|version| (*version).to_owned()).collect(),
            is_stripped: true,
        };
        assert_eq!(with(&["GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.9", "GCC_3.0"]).glibc(), Some((2, 34)));
        assert_eq!(with(&["LIBC"]).glibc(), None);
    }

    #[test]
    fn this_program_is_read() {
        if cfg!(target_os = "linux") {
            let own = Elf::read(&std::env::current_exe().unwrap()).unwrap();
            assert!(own.needed.iter().any(|name| name.starts_with("libc.")), "{:?}", own.needed);
            assert!(own.alignments.len() > 1 && !own.is_stripped);
        }
        assert!(Elf::read(&crate::project::root().join("Cargo.toml")).is_err());
    }
}
