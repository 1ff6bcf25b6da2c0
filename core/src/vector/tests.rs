//! The modules together, on made-up data.
