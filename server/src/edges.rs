//! The graph over the documents of a collection.

use beaver_core::{Collection, Json, NeighborOptions, PathOptions, WalkOptions, wire};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::parts::Parts;
use crate::problem::{Answer, Problem};
use crate::query::Nothing;
use crate::reply;
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::{
    Count, DegreeBody, Disconnect, EdgeBody, NeighborsBody, PathBody, Status, WalkBody, WalkOptionsBody, WayBody,
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct Along {
    /// Only edges of that label.
    label: Option<String>,
}

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        "/collections/{name}/connect",
        doc("collection_connect", "Connects two documents")
            .about("`source_id` and `target_id` stand for `source` and `target`, as in BeaverDB 1.x.")
            .body::<EdgeBody>("The edge")
            .answer::<Status>("Connected"),
        connect,
    );
    routes.post(
        "/collections/{name}/connect_many",
        doc("collection_connect_many", "Connects many documents in one commit")
            .body::<Vec<EdgeBody>>("The edges")
            .answer::<Count>("How many"),
        connect_many,
    );
    routes.post(
        "/collections/{name}/disconnect",
        doc("collection_disconnect", "Removes edges between two documents")
            .body::<Disconnect>("Which")
            .answer::<Count>("How many there were"),
        disconnect,
    );
    routes.post(
        "/collections/{name}/neighbors",
        doc("collection_neighbors", "The documents one edge away")
            .reads()
            .body::<NeighborsBody>("Of which document, and the options")
            .answer::<Any>("The documents, each with its edge"),
        neighbors,
    );
    routes.get(
        "/collections/{name}/{id}/neighbors",
        doc("collection_neighbors_short", "The documents one edge away")
            .query::<Along>()
            .answer::<Any>("The documents, each with its edge"),
        neighbors_short,
    );
    routes.post(
        "/collections/{name}/walk",
        doc("collection_walk", "The documents within some edges")
            .reads()
            .body::<WalkBody>("From which document, and the options")
            .answer::<Any>("The documents, nearest first"),
        walk,
    );
    routes.post(
        "/collections/{name}/{id}/walk",
        doc("collection_walk_short", "The documents within some edges")
            .reads()
            .body::<WalkOptionsBody>("The options")
            .answer::<Any>("The documents, nearest first"),
        walk_short,
    );
    routes.post(
        "/collections/{name}/path",
        doc("collection_shortest_path", "A shortest way between two documents")
            .reads()
            .body::<PathBody>("Between which, and the options")
            .answer::<WayBody>("The way"),
        path,
    );
    routes.post(
        "/collections/{name}/degree",
        doc("collection_degree", "How many edges a document has")
            .reads()
            .body::<DegreeBody>("Of which, and the options")
            .answer::<Count>("How many"),
        degree,
    );
}

/// An edge in the names of today.
fn edge(json: &Json) -> Result<Json, Problem> {
    let mut parts = Parts::of(json)?;
    parts.rename("source_id", "source");
    parts.rename("target_id", "target");
    Ok(Json::parse_envelope(format!("[{}]", parts.rest()).as_bytes())?)
}

async fn connect(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let mut edges = wire::edges("the body", &edge(&call.json().await?)?)?;
    let Some(edge) = edges.pop() else { return Err(Problem::invalid("the body is no edge")) };
    let options = beaver_core::EdgeOptions { weight: edge.weight, metadata: edge.metadata };
    call.run(move || collection.connect(&edge.source, &edge.target, &edge.label, options)).await?;
    reply::ok()
}

async fn connect_many(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let edges = wire::edges("the body", &call.json().await?)?;
    reply::count(call.run(move || collection.connect_many(edges, |_| true)).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Between {
    source: String,
    target: String,
    label: Option<String>,
}

async fn disconnect(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let Between { source, target, label } = call.members().await?;
    reply::count(call.run(move || collection.disconnect(&source, &target, label.as_deref())).await?)
}

async fn neighbors(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let mut parts = Parts::of(&call.json().await?)?;
    let id: String = parts.need("id")?;
    around(&call, id, NeighborOptions::from_json(&parts.rest())?).await
}

async fn neighbors_short(call: Call) -> Answer {
    let Along { label } = call.query()?;
    let options = NeighborOptions { labels: label.into_iter().collect(), ..NeighborOptions::default() };
    around(&call, call.param("id").to_owned(), options).await
}

async fn around(call: &Call, id: String, options: NeighborOptions) -> Answer {
    let collection: Collection = call.structure()?;
    let text = call.run(move || Ok(wire::neighbors(&collection.neighbors(&id, &options)?))).await?;
    reply::json(&call.app, text)
}

async fn walk(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let mut parts = Parts::of(&call.json().await?)?;
    let id: String = parts.need("id")?;
    from(&call, id, WalkOptions::from_json(&parts.rest())?).await
}

async fn walk_short(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let options = WalkOptions::from_json(&Parts::of(&call.json().await?)?.rest())?;
    from(&call, call.param("id").to_owned(), options).await
}

async fn from(call: &Call, id: String, options: WalkOptions) -> Answer {
    let collection: Collection = call.structure()?;
    let text = call.run(move || Ok(wire::visits(&collection.walk(&id, &options)?, options.paths))).await?;
    reply::json(&call.app, text)
}

async fn path(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let mut parts = Parts::of(&call.json().await?)?;
    let (source, target): (String, String) = (parts.need("source")?, parts.need("target")?);
    let options = PathOptions::from_json(&parts.rest())?;
    let way = call.run(move || collection.shortest_path(&source, &target, &options)).await?;
    let way = way.ok_or_else(|| Problem::not_found("there is no way from the one to the other"))?;
    reply::json(&call.app, wire::path(&way))
}

async fn degree(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let mut parts = Parts::of(&call.json().await?)?;
    let id: String = parts.need("id")?;
    let (labels, direction) = wire::degree(&parts.rest())?;
    let count = call.run(move || {
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        collection.degree(&id, &labels, direction)
    });
    reply::count(count.await?)
}
