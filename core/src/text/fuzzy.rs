/// How misspelt a query may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fuzziness {
    /// So many edits, 1 to 3.
    Max(u8),
    /// By the length of each word.
    Auto,
}
