//! The packages as `cargo xtask package` makes them, used as outsiders use them.

mod android;
mod kotlin;
mod python;
mod swift;

use crate::package;
use anyhow::Result;

pub fn packages() -> Result<()> {
    let _packaging = package::hold()?;
    python::wheel_and_checkout()?;
    let jar = kotlin::jar()?;
    android::aar(&jar)?;
    swift::package()
}
