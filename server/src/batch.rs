//! `/batch`: changes of any structures in one commit.

use beaver_core::{Json, wire};

use crate::parts::Parts;
use crate::problem::{Answer, Problem};
use crate::query::Nothing;
use crate::reply;
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::BatchBody;

/// Enters the route.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        "/batch",
        doc("batch", "Makes changes of any structures in one commit, or none of them")
            .body::<BatchBody>("The changes")
            .answer::<Any>("For each what it did: true, false, a count, or times")
            .fails(axum::http::StatusCode::CONFLICT, "A condition is not met; `operation` says whose"),
        batch,
    );
}

async fn batch(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let mut body = Parts::of(&call.json().await?)?;
    let operations: Json = body.take("operations")?.ok_or_else(|| Problem::invalid("the body has no operations"))?;
    let durable = wire::commit(&body.rest())?;
    let outcomes = call.app.run(move |db| wire::batch(db, "operations", &operations)?.commit(durable));
    reply::json(&call.app, wire::outcomes(&outcomes.await?))
}
