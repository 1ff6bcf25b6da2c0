//! JSON with line breaks and indents, for people. Works on the text: numbers and strings stay as they are written.

use std::io::{self, Write};

/// Passes JSON on with line breaks and indents of its own, and without those that it had.
pub struct Indent<W> {
    out: W,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// An array or object was opened, and nothing is in it yet.
    opened: bool,
}

impl<W: Write> Indent<W> {
    pub fn new(out: W) -> Self {
        Indent { out, depth: 0, in_string: false, escaped: false, opened: false }
    }

    fn line(&mut self, text: &mut Vec<u8>) {
        text.push(b'\n');
        text.resize(text.len() + 2 * self.depth, b' ');
    }

    fn byte(&mut self, byte: u8, text: &mut Vec<u8>) {
        if self.in_string {
            text.push(byte);
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        if byte.is_ascii_whitespace() {
            return;
        }
        let closes = matches!(byte, b'}' | b']');
        if closes {
            self.depth = self.depth.saturating_sub(1);
        }
        // An empty array stays on its line.
        if self.opened != closes {
            self.line(text);
        }
        self.opened = false;
        text.push(byte);
        match byte {
            b'{' | b'[' => {
                self.depth += 1;
                self.opened = true;
            }
            b',' => self.line(text),
            b':' => text.push(b' '),
            b'"' => self.in_string = true,
            _ => {}
        }
    }
}

impl<W: Write> Write for Indent<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut text = Vec::with_capacity(bytes.len() * 2);
        for byte in bytes {
            self.byte(*byte, &mut text);
        }
        self.out.write_all(&text)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A JSON text with indents.
pub fn indented(json: &str) -> String {
    let mut text = Vec::new();
    // Writing to a Vec does not fail.
    let _ = Indent::new(&mut text).write_all(json.as_bytes());
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::indented;

    #[test]
    fn values_are_indented_and_kept_as_they_are_written() {
        assert_eq!(indented("1.50"), "1.50");
        assert_eq!(indented(r#" "a\"{ b\\" "#), r#""a\"{ b\\""#);
        assert_eq!(indented("[ ]"), "[]");
        assert_eq!(
            indented(r#"{"a":[1, 2],"b":{},"c":"é,:"}"#),
            "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": \"é,:\"\n}"
        );
    }
}
