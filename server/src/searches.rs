//! Searching collections: by vector, by text, by fields, and by all at once.

use beaver_core::{Collection, Filter, Find, HybridQuery, MatchOptions, SearchOptions, wire};

use crate::parts::Parts;
use crate::problem::Answer;
use crate::query::Nothing;
use crate::reply;
use crate::routes::{Any, Call, Routes, doc};
use crate::schema::{
    Count, FindBody, FoundPage, Hit, HybridBody, MatchBody, Ranked, RecallBody, RerankBody, SearchBody, WhereBody,
};

/// Enters the routes.
pub(crate) fn enter(routes: &mut Routes) {
    routes.post(
        "/collections/{name}/search",
        doc("collection_search", "The documents nearest to a vector")
            .about("`top_k` stands for `k`, as in BeaverDB 1.x.")
            .reads()
            .body::<SearchBody>("The vector and the options")
            .answer::<Vec<Hit>>("The documents, nearest first"),
        search,
    );
    routes.post(
        "/collections/{name}/explain_search",
        doc("collection_explain_search", "How a vector search goes about it")
            .reads()
            .body::<SearchBody>("The vector and the options")
            .answer::<Any>("The plan"),
        explain_search,
    );
    routes.post(
        "/collections/{name}/recall_check",
        doc("collection_recall_check", "How well searches find what an exact search finds")
            .reads()
            .body::<RecallBody>("How many vectors are searched for, and the options")
            .answer::<Any>("The recall"),
        recall_check,
    );
    routes.post(
        "/collections/{name}/match",
        doc("collection_match", "The documents whose text matches")
            .about("`top_k` stands for `k`, as in BeaverDB 1.x.")
            .reads()
            .body::<MatchBody>("The query and the options")
            .answer::<Vec<Hit>>("The documents, best first"),
        match_text,
    );
    routes.post(
        "/collections/{name}/find",
        doc("collection_find", "The documents that match a filter, in an order")
            .reads()
            .body::<FindBody>("The query")
            .answer::<FoundPage>("A page"),
        find,
    );
    routes.post(
        "/collections/{name}/explain_find",
        doc("collection_explain_find", "How a query goes about it")
            .reads()
            .body::<FindBody>("The query")
            .answer::<Any>("The plan"),
        explain_find,
    );
    routes.post(
        "/collections/{name}/count",
        doc("collection_count_where", "How many documents match a filter")
            .reads()
            .body::<WhereBody>("The filter")
            .answer::<Count>("How many"),
        count_where,
    );
    routes.post(
        "/collections/{name}/hybrid",
        doc("collection_hybrid", "Text, vector and graph at once")
            .reads()
            .body::<HybridBody>("The query")
            .answer::<Vec<Hit>>("The documents, best first, with `legs`"),
        hybrid,
    );
    routes.post(
        "/rerank",
        doc("rerank", "Makes one ranking of several")
            .reads()
            .body::<RerankBody>("The rankings")
            .answer::<Vec<Ranked>>("The one"),
        rerank,
    );
}

/// The parts of a body, in the names of today.
async fn parts(call: &mut Call) -> Result<Parts, crate::problem::Problem> {
    call.query::<Nothing>()?;
    let mut parts = Parts::of(&call.json().await?)?;
    parts.rename("top_k", "k");
    Ok(parts)
}

async fn search(mut call: Call) -> Answer {
    let collection: Collection = call.structure()?;
    let mut parts = parts(&mut call).await?;
    let vector = parts.need_vector("vector")?;
    let options = SearchOptions::from_json(&parts.rest())?;
    let text = call.run(move || Ok(wire::hits(&collection.search(&vector, &options)?, false))).await?;
    reply::json(&call.app, text)
}

async fn explain_search(mut call: Call) -> Answer {
    let collection: Collection = call.structure()?;
    let mut parts = parts(&mut call).await?;
    let vector = parts.need_vector("vector")?;
    let options = SearchOptions::from_json(&parts.rest())?;
    let plan = call.run(move || collection.explain_search(&vector, &options)).await?;
    reply::json(&call.app, wire::search_plan(&plan))
}

async fn recall_check(mut call: Call) -> Answer {
    let collection: Collection = call.structure()?;
    let mut parts = parts(&mut call).await?;
    let sample: usize = parts.need("sample")?;
    let options = SearchOptions::from_json(&parts.rest())?;
    let report = call.run(move || collection.recall_check(sample, &options)).await?;
    reply::json(&call.app, wire::recall(&report))
}

async fn match_text(mut call: Call) -> Answer {
    let collection: Collection = call.structure()?;
    let mut parts = parts(&mut call).await?;
    let query: String = parts.need("query")?;
    let fragments = parts.has("highlight") || parts.has("snippet");
    let options = MatchOptions::from_json(&parts.rest())?;
    let text = call.run(move || Ok(wire::hits(&collection.match_text(&query, &options)?, fragments))).await?;
    reply::json(&call.app, text)
}

async fn find(mut call: Call) -> Answer {
    let collection: Collection = call.structure()?;
    let find = Find::from_json(&parts(&mut call).await?.rest())?;
    let text = call.run(move || Ok(wire::found(&collection.find(&find)?))).await?;
    reply::json(&call.app, text)
}

async fn explain_find(mut call: Call) -> Answer {
    let collection: Collection = call.structure()?;
    let find = Find::from_json(&parts(&mut call).await?.rest())?;
    let plan = call.run(move || collection.explain_find(&find)).await?;
    reply::json(&call.app, wire::find_plan(&plan))
}

async fn count_where(mut call: Call) -> Answer {
    let collection: Collection = call.structure()?;
    let mut parts = parts(&mut call).await?;
    let filter = parts.take("where")?;
    let filter = Filter::parse(filter.as_ref().map_or("{}", |filter| filter.as_str()))?;
    reply::count(call.run(move || collection.count(&filter)).await?)
}

async fn hybrid(mut call: Call) -> Answer {
    let collection: Collection = call.structure()?;
    let mut parts = parts(&mut call).await?;
    let vector = parts.vector("vector")?;
    let query = HybridQuery::from_json(&parts.rest(), vector.as_deref())?;
    let text = call.run(move || Ok(wire::hybrid_hits(&collection.hybrid(&query)?))).await?;
    reply::json(&call.app, text)
}

async fn rerank(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let mut parts = Parts::of(&call.json().await?)?;
    let lists: Vec<Vec<String>> = parts.need("lists")?;
    let (weights, k) = wire::rerank(&parts.rest())?;
    let ranked = call
        .run(move || {
            let lists: Vec<&[String]> = lists.iter().map(Vec::as_slice).collect();
            beaver_core::rerank(&lists, weights.as_deref(), k)
        })
        .await?;
    reply::json(&call.app, wire::ranked(&ranked))
}
