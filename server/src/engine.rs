//! `/engine`: what other programs' `Beaver::open("http://…")` asks. The core knows what a request means; this knows who
//! may ask, and for how long.

use axum::http::StatusCode;
use beaver_core::remote::{self, Manner, PATH};

use crate::body;
use crate::handed::{Given, Handed};
use crate::keys::Rights;
use crate::problem::Answer;
use crate::query::Nothing;
use crate::routes::{Any, Call, Routes, doc};

/// The media type of requests and answers. No form of a web page can have it.
const MEDIA: &str = "application/octet-stream";

/// Enters the route.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        PATH,
        doc("engine", "Carries the calls of programs that open the database by the URL of this server")
            .about("The bodies are those of `Beaver::open(\"http://…\")`, whose form may change with every version. A key that may only read gets an error, in such a body, for every call that writes.")
            // What writes is told from what reads by the request itself.
            .reads()
            .body_as::<Any>(&[MEDIA], "A call")
            .answer_as::<Any>(StatusCode::OK, MEDIA, "What it gave, or its error"),
        engine,
    );
}

async fn engine(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    body::check_type(call.headers(), MEDIA)?;
    let read_only = call.parts.extensions.get() == Some(&Rights::Read);
    // As large as memory allows: programs send thousands of documents at a time.
    let most = call.app.limits.memory_bytes / 2;
    let asked = call.whole_within(most).await?;
    let service = call.app.service.clone();
    let manner = remote::manner(&asked.bytes);
    let work = move || {
        let answer = service.answer(&asked.bytes, read_only)?;
        Ok((answer.body, Given::new(answer.taken, move |taken| service.give_back(taken))))
    };
    let (bytes, taken) = match manner {
        Manner::Lasting => call.app.long(move |_| work()).await?,
        Manner::Writing => call.app.run_writing(work).await?,
        Manner::Reading => call.app.run(move |_| work()).await?,
    };
    Ok(Handed::response(&call, bytes.into(), MEDIA, taken))
}
