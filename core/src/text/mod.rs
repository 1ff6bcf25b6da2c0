pub(crate) mod fuzzy;
pub(crate) mod words;
