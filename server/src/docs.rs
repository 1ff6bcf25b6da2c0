//! `/openapi.json`, and `/docs`: Swagger UI, compiled in.

use std::future::{Ready, ready};

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use axum::response::Response;

use crate::problem::Answer;
use crate::reply;
use crate::routes::{Any, Call, Routes, doc};

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>beaver</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"#;

const START: &str = r##"window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  validatorUrl: null,
  tryItOutEnabled: true,
});
"##;

static BUNDLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui-bundle.js.gz"));
static STYLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/swagger-ui.css.gz"));

/// Nothing but what the server itself hands out.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    let html = |id, summary, media| doc(id, summary).answer_as::<String>(axum::http::StatusCode::OK, media, "The file");
    routes.get("/openapi.json", doc("openapi", "This document").answer::<Any>("OpenAPI 3.1"), openapi);
    routes.get("/docs", html("docs", "This document, to read and to try", "text/html"), |_| {
        page("text/html; charset=utf-8", PAGE)
    });
    routes.also("/docs/", |_| page("text/html; charset=utf-8", PAGE));
    routes.get("/docs/start.js", html("docs_start", "Starts the page", "text/javascript"), |_| {
        page("text/javascript; charset=utf-8", START)
    });
    routes.get("/docs/swagger-ui-bundle.js", html("docs_script", "Its script", "text/javascript"), |_| {
        packed("text/javascript; charset=utf-8", BUNDLE)
    });
    routes.get("/docs/swagger-ui.css", html("docs_style", "Its style", "text/css"), |_| {
        packed("text/css; charset=utf-8", STYLE)
    });
}

async fn openapi(call: Call) -> Answer {
    reply::json(&call.app, call.app.openapi.clone())
}

fn page(media: &'static str, text: &'static str) -> Ready<Answer> {
    ready(Ok(file(media, Body::from(text))))
}

/// Every browser unpacks gzip.
fn packed(media: &'static str, bytes: &'static [u8]) -> Ready<Answer> {
    let mut response = file(media, Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=86400"));
    ready(Ok(response))
}

fn file(media: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}
