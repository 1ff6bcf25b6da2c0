//! Blobs over HTTP: streamed both ways, ranges, forms, keys with slashes.

mod common;

use common::Running;
use serde_json::json;

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|n| u8::try_from(n * 7 % 251).expect("below 251")).collect()
}

#[test]
fn bytes_go_in_and_out_with_their_metadata() {
    let server = Running::new();
    let headers = [("beaver-metadata", r#"{"type": "caf\u00e9"}"#), ("content-type", "image/png")];
    server.with_headers("PUT", "/blobs/b/a/deep/key.png", &headers, b"hello").ok();
    let got = server.get("/blobs/b/a/deep/key.png");
    assert_eq!((got.status, &*got.body), (200, &b"hello"[..]));
    assert_eq!(got.header("content-type"), Some("application/octet-stream"), "no type that a page could choose");
    let metadata: serde_json::Value =
        serde_json::from_str(got.header("beaver-metadata").expect("metadata")).expect("JSON");
    assert_eq!(metadata, json!({"type": "café"}));
    assert_eq!(server.get("/blobs/b/metadata/a/deep/key.png").ok(), metadata);
    assert_eq!(server.get("/blobs/b/items/a/deep/key.png").body, b"hello");
    assert_eq!(server.get("/blobs/b/keys").ok(), json!({"keys": ["a/deep/key.png"], "cursor": null}));
    let head = server.call("HEAD", "/blobs/b/a/deep/key.png", b"");
    assert_eq!((head.status, head.header("content-length")), (200, Some("5")));
    server.delete("/blobs/b/a/deep/key.png").ok();
    assert_eq!(server.get("/blobs/b/a/deep/key.png").kind(), "NOT_FOUND");
    assert_eq!(server.get("/blobs/b/count").ok(), json!({"count": 0}));
}

#[test]
fn a_key_that_is_a_word_of_the_routes_can_be_had() {
    let server = Running::new();
    for key in ["count", "keys", "metadata/x", "items/y", "dump", ""] {
        server.call("PUT", &format!("/blobs/b/items/{key}"), key.as_bytes()).ok();
        assert_eq!(server.get(&format!("/blobs/b/items/{key}")).body, key.as_bytes());
        assert_eq!(server.get(&format!("/blobs/b/metadata/{key}")).text(), "null");
    }
    assert_eq!(server.get("/blobs/b/count").ok(), json!({"count": 6}));
}

#[test]
fn large_blobs_are_streamed_both_ways() {
    let server = Running::with(|config| config.limits.body_bytes = 1 << 20);
    let data = bytes(5_000_000);
    server.call("PUT", "/blobs/b/film", &data).ok();
    let got = server.get("/blobs/b/film");
    assert_eq!(got.header("content-length"), Some("5000000"));
    assert!(got.body == data);
    // In pieces, of no length that was told before.
    let mut client = server.connect();
    client.raw(b"PUT /blobs/b/chunked HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n");
    for piece in data.chunks(300_000) {
        client.raw(format!("{:x}\r\n", piece.len()).as_bytes());
        client.raw(piece);
        client.raw(b"\r\n");
    }
    client.raw(b"0\r\n\r\n");
    client.receive(false).expect("an answer").ok();
    assert!(server.db.blobs("b").expect("a store").get("chunked").expect("an answer").expect("a blob").data == data);
}

#[test]
fn a_range_is_a_part_of_the_bytes() {
    let server = Running::new();
    let data = bytes(3_000_000);
    server.call("PUT", "/blobs/b/k", &data).ok();
    let range = |text: &str| server.with_headers("GET", "/blobs/b/k", &[("range", text)], b"");
    let part = range("bytes=10-19");
    assert_eq!((part.status, &*part.body), (206, &data[10..20]));
    assert_eq!(part.header("content-range"), Some("bytes 10-19/3000000"));
    assert_eq!(range("bytes=-5").body, data[2_999_995..]);
    let long = range("bytes=100-2500000");
    assert!(long.status == 206 && long.body == data[100..=2_500_000]);
    assert!(range("bytes=2-1").body == data);
    let none = range("bytes=3000000-");
    assert_eq!((none.status, &*none.kind()), (416, "INVALID_ARGUMENT"));
    assert_eq!(none.header("content-range"), Some("bytes */3000000"));
}

#[test]
fn a_form_has_the_bytes_and_the_metadata_in_either_order() {
    let server = Running::new();
    let data = bytes(200_000);
    let part = |head: &str, body: &[u8]| {
        [b"--XX\r\ncontent-disposition: form-data; ", head.as_bytes(), b"\r\n\r\n", body, b"\r\n"].concat()
    };
    let file = part("name=\"data\"; filename=\"x\"", &data);
    let metadata = part("name=\"metadata\"", br#"{"a": 1}"#);
    let headers = [("content-type", "multipart/form-data; boundary=XX")];
    for parts in [[&file[..], &metadata], [&metadata[..], &file]] {
        let body = [parts[0], parts[1], b"--XX--\r\n"].concat();
        server.with_headers("PUT", "/blobs/b/k", &headers, &body).ok();
        assert!(server.get("/blobs/b/k").body == data);
        assert_eq!(server.get("/blobs/b/metadata/k").ok(), json!({"a": 1}));
        server.delete("/blobs/b/k").ok();
    }
    let broken = [&file[..], &metadata[..10]].concat();
    assert_eq!(server.with_headers("PUT", "/blobs/b/k", &headers, &broken).kind(), "INVALID_ARGUMENT");
    assert_eq!(
        server.with_headers("PUT", "/blobs/b/k", &headers, &[&metadata[..], b"--XX--\r\n"].concat()).kind(),
        "INVALID_ARGUMENT"
    );
    let not_json = [&part("name=\"metadata\"", b"{")[..], &file, b"--XX--\r\n"].concat();
    assert_eq!(server.with_headers("PUT", "/blobs/b/k", &headers, &not_json).kind(), "INVALID_JSON");
    assert_eq!(server.get("/blobs/b/k").status, 404, "nothing of them was stored");
}

#[test]
fn an_upload_that_breaks_off_leaves_what_was_there() {
    let server = Running::new();
    server.call("PUT", "/blobs/b/k", b"before").ok();
    let mut client = server.connect();
    client.raw(b"PUT /blobs/b/k HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4000000\r\n\r\n");
    client.raw(&bytes(2_500_000));
    drop(client);
    common::eventually("the upload has ended", || server.get("/metrics").text().contains("beaver_calls_blocked 0"));
    assert_eq!(server.get("/blobs/b/k").body, b"before");
}
