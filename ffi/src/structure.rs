//! What the objects have in common: something of the core, and the database it belongs to.

use beaver_core::{Beaver, Result, Structure};

use crate::call::{call, object};
use crate::error::OutError;
use crate::status::beaver_status;

/// An object that any thread may use.
pub trait Object: Sized {
    /// What its argument is called.
    const NAME: &'static str;
    type Inner;
    fn inner(&self) -> &Self::Inner;
    fn db(&self) -> &Beaver;
}

/// The object of a structure.
pub trait Wrap: Object<Inner: Structure> {
    fn wrap(inner: Self::Inner, db: Beaver) -> Self;
}

/// Makes a struct with the fields `inner`, `db` and `_live` the object of a structure.
macro_rules! structure_object {
    ($object:ty, $name:literal, $inner:ty) => {
        impl $crate::structure::Object for $object {
            const NAME: &'static str = $name;
            type Inner = $inner;

            fn inner(&self) -> &$inner {
                &self.inner
            }

            fn db(&self) -> &beaver_core::Beaver {
                &self.db
            }
        }

        impl $crate::structure::Wrap for $object {
            fn wrap(inner: $inner, db: beaver_core::Beaver) -> Self {
                Self { inner, db, _live: $crate::live::Live::new() }
            }
        }
    };
}
pub(crate) use structure_object;

/// A handle that may be NULL, which is an error only once the outputs have been emptied.
pub struct Given<'h, T>(Option<&'h T>);

impl<'h, T: Object> Given<'h, T> {
    pub fn inner(&self) -> Result<&'h T::Inner> {
        object(T::NAME, self.0).map(T::inner)
    }

    pub fn db(&self) -> Result<&'h Beaver> {
        object(T::NAME, self.0).map(T::db)
    }
}

/// Runs the body of a function on a handle.
pub fn with<'h, T: Object>(
    handle: Option<&'h T>,
    out_error: OutError<'_>,
    work: impl FnOnce(Given<'h, T>) -> Result<beaver_status>,
) -> beaver_status {
    call(handle.map(T::db), out_error, || work(Given(handle)))
}
