//! Zip files, which wheels, jars and AARs are.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The files of a zip file, each with its path in there, in their order.
pub fn read(archive: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let file = File::open(archive).with_context(|| format!("there is no {}", archive.display()))?;
    let mut zip = ZipArchive::new(file).with_context(|| format!("{} is no zip file", archive.display()))?;
    let mut entries = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index)?;
        if entry.is_file() {
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            entries.push((entry.name()?.into_owned(), content));
        }
    }
    Ok(entries)
}

/// Writes a zip file, the same bytes for the same content: it tells nothing of when and where it was made.
pub fn write(archive: &Path, entries: &[(String, Vec<u8>)]) -> Result<()> {
    let folder = archive.parent().context("a file lies in a folder")?;
    std::fs::create_dir_all(folder)?;
    let fresh = tempfile::NamedTempFile::new_in(folder)?;
    let mut zip = ZipWriter::new(fresh.as_file());
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (path, content) in entries {
        zip.start_file(path, options)?;
        zip.write_all(content)?;
    }
    zip.finish()?;
    super::readable(fresh.path())?;
    fresh.persist(archive)?;
    Ok(())
}
