//! Safe by default: addresses, keys, TLS, Host and Origin, CORS.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use beaver_core::{Beaver, ErrorKind, Options};
use beaver_server::{Config, Database, Rights, Server, TlsFiles, create_key, list_keys, revoke_key};
use common::Running;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

fn memory() -> Beaver {
    Beaver::open(":memory:", Options::default()).expect("a database")
}

#[test]
fn other_machines_are_let_in_only_with_a_flag_and_a_key() {
    let config = |db: &Beaver, expose| Config {
        host: "0.0.0.0".into(),
        port: 0,
        expose,
        ..Config::new(Database::Open(db.clone()))
    };
    let kind = |config| Server::start(config).err().expect("refused").kind();
    let db = memory();
    assert_eq!(kind(config(&db, false)), ErrorKind::InvalidArgument);
    assert_eq!(kind(config(&db, true)), ErrorKind::Denied, "there is no key");
    create_key(&db, Rights::Full, None).expect("a key");
    assert_eq!(kind(config(&db, false)), ErrorKind::InvalidArgument);
    let server = Server::start(config(&db, true)).expect("a server");
    let mut client = common::Client::new(([127, 0, 0, 1], server.address().port()).into());
    assert_eq!(client.call("GET", "/dicts", &[], b"").status, 401);
}

#[test]
fn without_a_key_in_the_file_the_own_machine_needs_none() {
    let server = Running::new();
    assert!(server.address.ip().is_loopback());
    server.put("/dicts/d/items/a", "1").ok();
}

#[test]
fn a_key_is_needed_as_soon_as_there_is_one() {
    let server = Running::new();
    let (id, key) = create_key(&server.db, Rights::Full, Some("ops")).expect("a key");
    common::eventually("a key is needed", || server.get("/dicts").status == 401);
    let refused = server.get("/dicts");
    assert_eq!((&*refused.kind(), refused.header("www-authenticate")), ("DENIED", Some("Bearer realm=\"beaver\"")));
    let with = |value: &str| server.with_headers("GET", "/dicts", &[("authorization", value)], b"").status;
    assert_eq!(with(&format!("Bearer {key}")), 200);
    assert_eq!(with(&format!("bearer {key}")), 200);
    assert_eq!(with(&format!("Bearer {key}x")), 401);
    assert_eq!(with(&format!("Bearer {}", &key[..key.len() - 1])), 401);
    assert_eq!(with("Bearer "), 401);
    assert_eq!(with(&format!("Basic {key}")), 401);
    assert_eq!(with(&key), 401);
    let twice = [("authorization", &*format!("Bearer {key}")), ("authorization", "Bearer other")];
    assert_eq!(server.with_headers("GET", "/dicts", &twice, b"").status, 400);
    for open in ["/health", "/openapi.json", "/docs", "/docs/swagger-ui.css", "/"] {
        assert_eq!(server.get(open).status, 200, "{open} has no data in it");
    }
    for closed in ["/metrics", "/info", "/nowhere", "/docsx"] {
        assert_eq!(server.get(closed).status, 401, "{closed}");
    }
    assert_eq!(list_keys(&server.db).expect("keys")[0].label.as_deref(), Some("ops"));
    assert!(revoke_key(&server.db, &id).expect("an answer"));
    common::eventually("the key is refused", || with(&format!("Bearer {key}")) == 401);
    assert_eq!(server.get("/dicts").status, 401, "with no key left, nobody is let in");
}

#[test]
fn a_key_that_may_only_read_changes_nothing() {
    let server = Running::new();
    server.post("/dicts/d/set_many", r#"{"a": 1}"#).ok();
    server.post("/collections/c/index", r#"{"id": "1", "body": {"t": "x"}}"#).ok();
    let (_, key) = create_key(&server.db, Rights::Read, None).expect("a key");
    let headers = [("authorization", &*format!("Bearer {key}"))];
    common::eventually("a key is needed", || server.get("/dicts").status == 401);
    let call = |method: &str, path: &str, body: &str| server.with_headers(method, path, &headers, body.as_bytes());
    for (method, path, body) in [
        ("GET", "/dicts/d/items/a", ""),
        ("GET", "/dict/d/a", ""),
        ("HEAD", "/dicts/d/items/a", ""),
        ("POST", "/dicts/d/get_many", "[\"a\"]"),
        ("POST", "/collections/c/match", "{\"query\": \"x\"}"),
        ("POST", "/collections/c/find", "{}"),
        ("GET", "/dicts/d/dump", ""),
    ] {
        assert_eq!(call(method, path, body).status, 200, "{method} {path}");
    }
    for (method, path, body) in [
        ("PUT", "/dicts/d/items/a", "2"),
        ("PUT", "/dict/d/a", "2"),
        ("DELETE", "/dicts/d", ""),
        ("POST", "/batch", "{\"operations\": []}"),
        ("DELETE", "/queues/q/get", ""),
        ("POST", "/locks/l/acquire", ""),
        ("POST", "/collections/c/index", "{}"),
        ("POST", "/vacuum", ""),
        ("POST", "/topics/t/emit/e", "1"),
    ] {
        let refused = call(method, path, body);
        assert_eq!((refused.status, &*refused.kind()), (403, "DENIED"), "{method} {path}");
    }
}

#[test]
fn another_name_or_origin_is_refused() {
    let server = Running::with(|config| config.allow_hosts = vec!["pi.local".into()]);
    let host = |name: &str| server.with_headers("GET", "/dicts", &[("host", name)], b"").status;
    for known in ["localhost", "127.0.0.1:8000", "[::1]:1", "PI.local:99"] {
        assert_eq!(host(known), 200, "{known}");
    }
    for other in ["evil.example", "127.0.0.1.evil.example", "192.168.0.1", "localhost@evil.example"] {
        assert_eq!(host(other), 403, "{other}");
    }
    assert_eq!(server.with_headers("GET", "http://evil.example/dicts", &[], b"").status, 403, "in the request line");
    let mut bare = server.connect();
    bare.raw(b"GET /dicts HTTP/1.1\r\n\r\n");
    assert_eq!(bare.receive(false).expect("an answer").status, 400, "no Host at all");

    let origin =
        |value: &str| server.with_headers("POST", "/lists/l", &[("host", "localhost:8000"), ("origin", value)], b"1");
    assert_eq!(origin("http://localhost:8000").status, 200);
    for other in ["http://localhost:3000", "https://evil.example", "null", "localhost:8000"] {
        let refused = origin(other);
        assert_eq!((refused.status, &*refused.kind()), (403, "DENIED"), "{other}");
        assert_eq!(refused.header("access-control-allow-origin"), None);
    }
    assert_eq!(server.get("/lists/l/count").json()["count"], 1);
}

#[test]
fn pages_of_other_origins_are_let_in_only_if_they_are_named() {
    let server = Running::with(|config| config.allow_origins = vec!["https://app.example".into()]);
    let preflight = [("origin", "https://app.example"), ("access-control-request-method", "PUT")];
    let answer = server.with_headers("OPTIONS", "/dicts/d/items/a", &preflight, b"");
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("https://app.example")));
    assert!(answer.header("access-control-allow-methods").is_some_and(|methods| methods.contains("PUT")));
    assert!(answer.header("access-control-allow-headers").is_some_and(|headers| headers.contains("authorization")));
    let put = server.with_headers("PUT", "/dicts/d/items/a", &preflight[..1], b"1");
    assert_eq!((put.status, put.header("access-control-allow-origin")), (200, Some("https://app.example")));
    assert!(put.header("access-control-expose-headers").is_some_and(|headers| headers.contains("etag")));
    let other = [("origin", "https://evil.example"), ("access-control-request-method", "PUT")];
    assert_eq!(server.with_headers("OPTIONS", "/dicts/d/items/a", &other, b"").status, 403);
    let none = Running::new();
    assert_eq!(none.with_headers("OPTIONS", "/dicts/d/items/a", &preflight, b"").status, 403, "off by default");
}

/// A certificate for localhost and its key, signed by an authority of our own, and that authority's certificate.
fn signed() -> (String, KeyPair, rcgen::Certificate) {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::new(Vec::new()).expect("parameters");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).expect("a root");
    let key = KeyPair::generate().expect("a key");
    let issuer = Issuer::new(authority, authority_key);
    let own = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    let cert = own.signed_by(&key, &issuer).expect("a certificate");
    (cert.pem(), key, root)
}

/// Speaks TLS to a server, trusting an authority.
fn over_tls(server: &Running, root: &rcgen::Certificate, request: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(root.der().clone()).expect("a root");
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = StreamOwned::new(connection, TcpStream::connect(server.address)?);
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[test]
fn tls_is_spoken_with_a_certificate_of_a_private_authority() {
    let folder = tempfile::tempdir().expect("a folder");
    let (cert, key, root) = signed();
    let files = TlsFiles { cert: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&files.cert, cert).expect("written");
    std::fs::write(&files.key, key.serialize_pem()).expect("written");
    let server = Running::with(|config| config.tls = Some(files));
    let answer = over_tls(&server, &root, HEALTH).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let (_, _, other) = signed();
    assert!(over_tls(&server, &other, HEALTH).is_err(), "who trusts another authority does not speak to it");

    // Plain HTTP has an end at once, without an answer that a client could take for one.
    let mut plain = TcpStream::connect(server.address).expect("a connection");
    plain.set_read_timeout(Some(std::time::Duration::from_secs(9))).expect("a timeout");
    plain.write_all(HEALTH.as_bytes()).expect("written");
    let mut bytes = Vec::new();
    let ended = plain.read_to_end(&mut bytes);
    assert!(ended.map_or_else(|error| error.kind() == std::io::ErrorKind::ConnectionReset, |_| true));
    assert!(!bytes.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&bytes));
    assert!(over_tls(&server, &root, HEALTH).is_ok(), "others are not concerned");
}

#[test]
fn tls_files_that_are_none_are_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let ((cert, key, _), (_, other, _)) = (signed(), signed());
    let (cert, key) = (file("cert.pem", &cert), file("key.pem", &key.serialize_pem()));
    let kind = |cert: &std::path::Path, key: &std::path::Path| {
        let tls = Some(TlsFiles { cert: cert.into(), key: key.into() });
        let config = Config { port: 0, tls, ..Config::new(Database::Open(memory())) };
        Server::start(config).err().map(|error| error.kind())
    };
    let (wrong, gone) = (Some(ErrorKind::InvalidArgument), Some(ErrorKind::Io));
    assert_eq!(kind(&cert, &key), None);
    assert_eq!(kind(&cert, &file("other.pem", &other.serialize_pem())), wrong, "the key of another certificate");
    assert_eq!(kind(&key, &cert), wrong, "one for the other");
    assert_eq!(kind(&file("text.pem", "no certificate"), &key), wrong);
    assert_eq!(kind(&file("empty.pem", ""), &key), wrong);
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(kind(&file("broken.pem", broken), &key), wrong);
    assert_eq!(kind(&cert, &file("nothing.pem", "")), wrong);
    assert_eq!(kind(&folder.path().join("no.pem"), &key), gone);
    assert_eq!(kind(&cert, &folder.path().join("no.pem")), gone);
    assert_eq!(kind(folder.path(), &key), gone, "a folder");
}

#[test]
fn every_answer_forbids_guessing_its_type_and_docs_take_nothing_from_elsewhere() {
    let server = Running::new();
    for path in ["/dicts", "/nowhere", "/docs", "/blobs/b/k"] {
        assert_eq!(server.get(path).header("x-content-type-options"), Some("nosniff"), "{path}");
    }
    let docs = server.get("/docs");
    assert!(docs.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'self'")));
    assert!(!docs.text().contains("http:") && !docs.text().contains("https:"));
    let script = server.get("/docs/swagger-ui-bundle.js");
    assert_eq!((script.status, script.header("content-encoding")), (200, Some("gzip")));
    assert!(script.body.starts_with(&[0x1f, 0x8b]) && script.body.len() > 100_000);
}
