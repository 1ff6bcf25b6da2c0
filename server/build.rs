//! Takes the files of Swagger UI that `/docs` needs out of the archive of the vendored crate, and keeps them as they are
//! compressed in it: each becomes a gzip file that the server hands out without touching it.

use std::error::Error;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::{CompressionMethod, ZipArchive};

const FILES: [&str; 2] = ["swagger-ui-bundle.js", "swagger-ui.css"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for file in FILES {
        let wanted = Path::new("dist").join(file);
        let index = (0..archive.len()).find(|index| {
            archive
                .by_index_raw(*index)
                .is_ok_and(|entry| entry.name().is_ok_and(|name| Path::new(&*name).ends_with(&wanted)))
        });
        let mut entry = archive.by_index_raw(index.ok_or("the archive has not the file that it should have")?)?;
        if entry.compression() != CompressionMethod::DEFLATE {
            return Err("the archive is compressed in another way".into());
        }
        // RFC 1952: a header without a name or a time, the deflated bytes, their checksum and their length.
        let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
        entry.read_to_end(&mut gzip)?;
        gzip.extend(entry.crc32().to_le_bytes());
        gzip.extend(u32::try_from(entry.size())?.to_le_bytes());
        std::fs::write(out.join(format!("{file}.gz")), gzip)?;
    }
    Ok(())
}
