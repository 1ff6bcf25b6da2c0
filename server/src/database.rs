//! The database as a whole: what it holds, how it is, and what is done to it.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use beaver_core::{Beaver, Error, ErrorKind, Kind, wire};
use bytes::Bytes;

use crate::problem::Answer;
use crate::query::Nothing;
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::{Health, Status};
use crate::{reply, stream};

/// Of calls that have no limit of time.
pub(crate) const LONG: &str = "It has no limit of time, and counts as a blocked call. If the client goes or the server \
    stops, it ends; what was left to do, the next call does.";

/// Of those that have removed something before it is made anew.
pub(crate) const TO_ITS_END: &str =
    "It has no limit of time, and counts as a blocked call. If the client goes, what was begun goes on to its end.";

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.get("/", doc("root", "What this is").answer::<Any>("Where to look"), root);
    routes.get(
        "/health",
        doc("health", "Whether the server answers and the database can be read").answer::<Health>("It does"),
        health,
    );
    routes.get(
        "/metrics",
        doc("metrics", "Counts for Prometheus").answer_as::<String>(
            axum::http::StatusCode::OK,
            "text/plain",
            "The counts",
        ),
        metrics,
    );
    routes.get("/info", doc("info", "Every structure with its count").answer::<Any>("The structures"), info);
    routes.get("/stats", doc("stats", "Sizes and counts for diagnosis").answer::<Any>("The numbers"), stats);
    routes.post(
        "/verify",
        doc("verify", "Reads the whole file and checks it").about(LONG).reads().answer::<Any>("What was found"),
        verify,
    );
    routes.post(
        "/checkpoint",
        doc("checkpoint", "Moves the write-ahead log into the file").about(LONG).answer::<Status>("Done"),
        checkpoint,
    );
    routes.post(
        "/vacuum",
        doc("vacuum", "Rewrites the file without its free pages").about(LONG).answer::<Status>("Done"),
        vacuum,
    );
    routes.post(
        "/repair",
        doc("repair", "Makes everything anew that is derived from documents")
            .about(TO_ITS_END)
            .answer::<Any>("What was done"),
        repair,
    );
    routes.get(
        "/backup",
        doc("backup", "A copy of the database as of one moment")
            .about(
                "A file for `beaver restore`. It has the hashes of the keys, too, and so needs a key that may do \
                 everything. Made in the server's folder for temporary files first. Counts as a blocked call.",
            )
            .needs_full()
            .answer_as::<Any>(StatusCode::OK, "application/vnd.sqlite3", "The file, as a stream"),
        backup,
    );
    for (path, kind) in [
        ("/dicts", Kind::Dict),
        ("/lists", Kind::List),
        ("/queues", Kind::Queue),
        ("/blobs", Kind::Blob),
        ("/logs", Kind::Log),
        ("/channels", Kind::Channel),
        ("/collections", Kind::Collection),
        ("/locks", Kind::Lock),
    ] {
        routes.get(
            path,
            doc(&format!("{}_names", kind.name()), "The names of those that hold anything")
                .answer::<Vec<String>>("The names"),
            move |call| names(call, kind),
        );
    }
}

async fn root(call: Call) -> Answer {
    let version = env!("CARGO_PKG_VERSION");
    let text = serde_json::json!({ "name": "beaver", "version": version, "docs": "/docs", "openapi": "/openapi.json" });
    reply::json(&call.app, text.to_string())
}

async fn health(call: Call) -> Answer {
    // A read of the file; an error is a 503 or a 500.
    call.app.run(Beaver::stats).await?;
    let version = env!("CARGO_PKG_VERSION");
    reply::json(&call.app, format!(r#"{{"status":"ok","version":"{version}"}}"#))
}

async fn metrics(call: Call) -> Answer {
    let stats = call.app.run(Beaver::stats).await?;
    let mut response = Response::new(Body::from(call.app.metrics.text(&stats, call.app.busy())));
    let media = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, media);
    Ok(response)
}

async fn info(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let mut info = call.app.run(Beaver::info).await?;
    // Where the file is, is nobody's business but the server's.
    info.path = None;
    reply::json(&call.app, wire::info(&info)?.into())
}

async fn stats(call: Call) -> Answer {
    call.query::<Nothing>()?;
    reply::json(&call.app, wire::stats(&call.app.run(Beaver::stats).await?))
}

async fn verify(call: Call) -> Answer {
    call.query::<Nothing>()?;
    reply::json(&call.app, wire::verified(&call.app.long(Beaver::verify).await?))
}

async fn checkpoint(call: Call) -> Answer {
    call.query::<Nothing>()?;
    call.app.long(Beaver::checkpoint).await?;
    reply::ok()
}

async fn vacuum(call: Call) -> Answer {
    call.query::<Nothing>()?;
    call.app.long(Beaver::vacuum).await?;
    reply::ok()
}

async fn repair(call: Call) -> Answer {
    call.query::<Nothing>()?;
    reply::json(&call.app, wire::repaired(&call.app.long(|db| db.repair(|_| true)).await?))
}

async fn backup(call: Call) -> Answer {
    call.query::<Nothing>()?;
    // Who only asks for the head gets no copy made for it, nor a length.
    let mut response = Response::new(Body::from_stream(futures_util::stream::empty::<std::io::Result<Bytes>>()));
    if call.parts.method != Method::HEAD {
        let mut copy = call.app.long(|db| db.backup_reader(|_| true)).await?;
        let length = copy.len();
        let send = move |out: &mut stream::Out| {
            std::io::copy(&mut copy, out).map_err(|e| Error::new(ErrorKind::Io, e.to_string()))?;
            Ok(())
        };
        response = Response::new(stream::body(&call.app, Some(length), send).await?);
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/vnd.sqlite3"));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"beaver.db\""));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn names(call: Call, kind: Kind) -> Answer {
    call.query::<Nothing>()?;
    let names = call.app.run(move |db| db.names(kind)).await?;
    reply::json(&call.app, wire::strings(names))
}
