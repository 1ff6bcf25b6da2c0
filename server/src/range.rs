//! Which bytes of a blob a request asks for (RFC 9110, section 14).

/// What a `Range` header asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// All of it: there is no such header, or one that is to be ignored.
    Whole,
    /// From a byte to another, both included.
    Part(u64, u64),
    /// Nothing that there is.
    Unsatisfiable,
}

/// Reads a `Range` header for something of that length. Several ranges at once are answered with the whole, as is
/// allowed.
pub fn asked(header: Option<&str>, length: u64) -> Asked {
    let Some(ranges) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else { return Asked::Whole };
    let Some((first, last)) = ranges.trim().split_once('-') else { return Asked::Whole };
    let number = |text: &str| -> Option<Option<u64>> {
        if text.is_empty() {
            return Some(None);
        }
        // More digits than any number has is still a number, behind every end.
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| Some(text.parse().unwrap_or(u64::MAX)))
    };
    match (number(first.trim()), number(last.trim())) {
        (Some(Some(first)), Some(last)) => {
            if last.is_some_and(|last| last < first) {
                return Asked::Whole;
            }
            if first >= length {
                return Asked::Unsatisfiable;
            }
            Asked::Part(first, last.unwrap_or(u64::MAX).min(length - 1))
        }
        (Some(None), Some(Some(suffix))) => {
            if suffix == 0 || length == 0 {
                return Asked::Unsatisfiable;
            }
            Asked::Part(length.saturating_sub(suffix), length - 1)
        }
        _ => Asked::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_writes_them() {
        let of = |text| asked(Some(text), 10);
        assert_eq!(asked(None, 10), Asked::Whole);
        assert_eq!(of("bytes=0-3"), Asked::Part(0, 3));
        assert_eq!(of("bytes=4-"), Asked::Part(4, 9));
        assert_eq!(of("bytes=4-400"), Asked::Part(4, 9));
        assert_eq!(of("bytes=-3"), Asked::Part(7, 9));
        assert_eq!(of("bytes=-30"), Asked::Part(0, 9));
        assert_eq!(of("bytes=10-"), Asked::Unsatisfiable);
        assert_eq!(of("bytes=99999999999999999999999-"), Asked::Unsatisfiable);
        assert_eq!(of("bytes=-0"), Asked::Unsatisfiable);
        assert_eq!(asked(Some("bytes=0-0"), 0), Asked::Unsatisfiable);
        for ignored in ["bytes=3-1", "bytes=a-b", "bytes=", "bytes=-", "items=0-3", "bytes=0-1,3-4", "bytes=+1-2"] {
            assert_eq!(of(ignored), Asked::Whole, "{ignored}");
        }
    }
}
