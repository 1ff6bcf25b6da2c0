//! What the testee does wrong on purpose, so that it shows whether the suite notices.

use std::sync::OnceLock;

/// The area that is broken, from `BEAVER_MUTATE`.
pub fn area() -> Option<&'static str> {
    static AREA: OnceLock<Option<String>> = OnceLock::new();
    AREA.get_or_init(|| std::env::var("BEAVER_MUTATE").ok()).as_deref()
}

pub fn is(broken: &str) -> bool {
    area() == Some(broken)
}

/// A text argument, which the mutation `unicode` bends.
pub fn text(text: &str) -> String {
    if is("unicode") { text.chars().filter(char::is_ascii).collect() } else { text.to_owned() }
}
