//! Writes the bindings of a language: `cargo run -p uniffi-bindgen -- generate LIBRARY --language kotlin --out-dir DIR`.

fn main() {
    uniffi::uniffi_bindgen_main();
}
