//! Copies of the whole file.

use std::path::Path;

use super::Sqlite;
use crate::database::BackupProgress;
use crate::error::Result;

pub(super) fn run(_engine: &Sqlite, _path: &Path, _progress: &mut dyn FnMut(BackupProgress) -> bool) -> Result<()> { Ok(()) }
pub(crate) fn restore(_backup: &Path, _path: &Path, _progress: &mut dyn FnMut(BackupProgress) -> bool) -> Result<()> { Ok(()) }
