//! What a collection does with the bodies of its documents; pure: no SQL, no engine.

pub(crate) mod filter;
pub(crate) mod key;
pub(crate) mod leaves;
pub(crate) mod order;
pub(crate) mod path;
