//! `/collections`: documents, their settings and indexes.

use axum::http::StatusCode;
use beaver_core::{Collection, CollectionSettings, Document, ErrorKind, IndexOptions, Transaction, wire};

use crate::common::{self, Paths};
use crate::database::{LONG, TO_ITS_END};
use crate::parts::{self, Parts};
use crate::problem::{Answer, Problem};
use crate::query::{self, Nothing, Page};
use crate::reply::{self, Condition, Gather};
use crate::routes::{Call, Routes, doc};
use crate::schema::{
    Applied, CollectionStatsAnswer, Count, FoundPage, FullDocument, IndexBody, IndexMany, Indexed, SettingsAnswer,
    SettingsBody, Status,
};

const CHANGED: &str = "What is there is not what the condition asks for";

/// Enters the routes.
#[allow(clippy::too_many_lines)] // a table
pub(crate) fn enter(routes: &mut Routes) {
    routes.get(
        "/collections/{name}",
        doc("collection_all", "The documents, in the order of their ids")
            .query::<Page>()
            .answer::<Vec<crate::schema::Document>>("The documents"),
        all,
    );
    routes.get(
        "/collections/{name}/documents",
        doc("collection_documents", "The documents, a page at a time").query::<Page>().answer::<FoundPage>("A page"),
        documents,
    );
    routes.get(
        "/collections/{name}/count",
        doc("collection_count", "How many documents there are").answer::<Count>("How many"),
        count,
    );
    routes.delete(
        "/collections/{name}",
        doc("collection_clear", "Removes every document").answer::<Count>("How many there were"),
        clear,
    );
    routes.post(
        "/collections/{name}/index",
        doc("collection_index", "Stores a document, under its id or a new one")
            .body::<IndexBody>("The document")
            .answer::<Indexed>("Its id"),
        index,
    );
    routes.post(
        "/collections/{name}/index_many",
        doc("collection_index_many", "Stores many documents in one commit")
            .body::<IndexMany>("The documents")
            .answer::<Count>("How many"),
        index_many,
    );
    routes.get(
        "/collections/{name}/documents/{*id}",
        doc("collection_get", "A document")
            .header("If-None-Match", "Tags that the client has")
            .answer::<FullDocument>("The document; its tag in ETag")
            .empty(StatusCode::NOT_MODIFIED, "The client has it"),
        get,
    );
    routes.put(
        "/collections/{name}/documents/{*id}",
        doc("collection_put", "Stores a document under an id")
            .header("If-Match", "Only if this is its tag, or `*`: if it is there")
            .header("If-None-Match", "`*`: only if it is not there")
            .body::<IndexBody>("The document")
            .answer::<Indexed>("Stored; its tag in ETag")
            .fails(StatusCode::PRECONDITION_FAILED, CHANGED),
        put,
    );
    routes.delete(
        "/collections/{name}/documents/{*id}",
        doc("collection_drop", "Removes a document with its edges")
            .header("If-Match", "Only if this is its tag")
            .answer::<Status>("Removed")
            .fails(StatusCode::PRECONDITION_FAILED, CHANGED),
        drop_one,
    );
    routes.get(
        "/collections/{name}/settings",
        doc("collection_settings", "The metric, the tokenizer, the dimension").answer::<SettingsAnswer>("The settings"),
        settings,
    );
    routes.put(
        "/collections/{name}/settings",
        doc("collection_configure", "Chooses the metric and the tokenizer, while it is empty")
            .body::<SettingsBody>("The settings")
            .answer::<Status>("Chosen"),
        configure,
    );
    routes.get(
        "/collections/{name}/stats",
        doc("collection_stats", "How many documents there are, and how their vectors are indexed")
            .answer::<CollectionStatsAnswer>("The numbers"),
        stats,
    );
    routes.get(
        "/collections/{name}/indexes",
        doc("collection_indexes", "The paths of the indexed fields").answer::<Vec<String>>("The paths"),
        indexes,
    );
    routes.put(
        "/collections/{name}/indexes/{*path}",
        doc("collection_create_index", "Indexes a field")
            .about(LONG)
            .answer::<Applied>("False if it is indexed already"),
        create_index,
    );
    routes.delete(
        "/collections/{name}/indexes/{*path}",
        doc("collection_drop_index", "Removes the index of a field").answer::<Applied>("False if there is none"),
        drop_index,
    );
    routes.post(
        "/collections/{name}/compact",
        doc("collection_compact", "Brings the vector codes to the state of a fresh build")
            .about(LONG)
            .answer::<Status>("Done"),
        compact,
    );
    routes.post(
        "/collections/{name}/rebuild",
        doc("collection_rebuild", "Makes everything anew that is derived from the documents")
            .about(TO_ITS_END)
            .answer::<Status>("Done"),
        rebuild,
    );
    let paths = Paths {
        kind: "collection",
        dump: "/collections/{name}/dump",
        load: "/collections/{name}/load",
        events: "/collections/{name}/events",
        acquire: "/collections/{name}/acquire",
        release: "/collections/{name}/release",
        renew: "/collections/{name}/renew",
        locked: "/collections/{name}/locked",
    };
    common::enter::<Collection>(routes, &paths);
}

fn missing() -> Problem {
    Problem::not_found("there is no such document")
}

/// Gathers a page of documents; the cursor is there if there are more.
async fn page(call: &Call, limit: usize, after: Option<String>) -> Result<(Vec<String>, Option<String>), Problem> {
    let collection: Collection = call.structure()?;
    let mut gather = Gather::new(&call.app);
    call.run(move || {
        let documents = match after {
            Some(after) => collection.documents_after(&after)?,
            None => collection.documents(),
        };
        let mut last = None;
        for (index, document) in documents.take(limit.saturating_add(1)).enumerate() {
            let document = document?;
            if index == limit {
                return Ok((gather.rows, last));
            }
            let room = gather.add(wire::document(&document));
            last = Some(document.id);
            if !room {
                break;
            }
        }
        Ok((gather.rows, None))
    })
    .await
}

async fn all(call: Call) -> Answer {
    let Page { limit, after } = call.query()?;
    // As BeaverDB 1.x has it: all, unless a limit is given.
    let limit = limit.map_or(Ok(usize::MAX), |limit| query::limit(Some(limit)))?;
    let (rows, _) = page(&call, limit, after).await?;
    reply::json(&call.app, wire::array(rows))
}

async fn documents(call: Call) -> Answer {
    let Page { limit, after } = call.query()?;
    let (rows, cursor) = page(&call, query::limit(limit)?, after).await?;
    reply::page(&call.app, "documents", &rows, cursor.as_deref())
}

async fn count(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    reply::count(call.run(move || collection.len()).await?)
}

async fn clear(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    reply::count(call.run(move || collection.clear()).await?)
}

fn indexed(call: &Call, id: &str, written: bool) -> Answer {
    let id = wire::string(id);
    reply::json(&call.app, format!(r#"{{"status":"ok","id":{id},"written":{written}}}"#))
}

async fn index(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let (document, options) = parts::document(&call.json().await?, None)?;
    let id = document.id.clone();
    let written = call.run(move || collection.index(document, &options)).await?;
    indexed(&call, &id, written)
}

async fn index_many(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let mut body = Parts::of(&call.json().await?)?;
    let given = body.take("documents")?.ok_or_else(|| Problem::invalid("the body has no documents"))?;
    let options = IndexOptions::from_json(&body.rest())?;
    let mut documents = Vec::new();
    for (place, json) in wire::elements("documents", &given)?.iter().enumerate() {
        let at = |message: &str| {
            Problem::from(beaver_core::Error::new(ErrorKind::InvalidArgument, message).at_operation(place))
        };
        let (document, own) = parts::document(json, None).map_err(|problem| at(problem.message()))?;
        if own != IndexOptions::default() {
            return Err(at("fts and fuzzy are said once, for all documents, beside `documents`"));
        }
        documents.push(document);
    }
    reply::count(call.run(move || collection.index_many(documents, &options, |_| true)).await?)
}

/// The tag of a document: of its body and its embedding.
fn tag(document: &Document) -> String {
    let embedding: Vec<u8> =
        document.embedding.iter().flatten().flat_map(|component| component.to_le_bytes()).collect();
    reply::tag(&[document.body.as_str().as_bytes(), &[0], &embedding])
}

async fn get(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    // In place: one row by its id, which waits for nobody.
    let document = collection.get(call.param("id"))?.ok_or_else(missing)?;
    let tag = tag(&document);
    let embedding = match &document.embedding {
        None => "null".to_owned(),
        Some(embedding) => wire::array(embedding.iter().map(|component| format!("{component:?}"))),
    };
    let row = wire::document(&document);
    let row = format!(r#"{},"embedding":{embedding}}}"#, row.strip_suffix('}').unwrap_or(&row));
    reply::tagged_text(&call.app, call.headers(), row, &tag)
}

async fn put(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let condition = reply::condition(call.headers())?;
    let collection: Collection = call.structure()?;
    let id = call.param("id").to_owned();
    let (document, options) = parts::document(&call.json().await?, Some(id.clone()))?;
    let tag_after = tag(&document);
    let name = call.name().to_owned();
    let written = call
        .app
        .run(move |db| {
            if condition == Condition::Always {
                return collection.index(document, &options).map(Some);
            }
            db.transaction(|tx| {
                if !meets(tx, &name, &document.id, &condition)? {
                    return Ok(None);
                }
                tx.collection(&name)?.index(document, &options).map(Some)
            })
        })
        .await?;
    let mut response = indexed(&call, &id, written.ok_or_else(reply::unmet)?)?;
    reply::set_tag(&mut response, &tag_after);
    Ok(response)
}

/// Whether a document is what a condition asks for, as the transaction sees it.
fn meets(tx: &Transaction, name: &str, id: &str, condition: &Condition) -> beaver_core::Result<bool> {
    let current = tx.collection(name)?.get(id)?;
    Ok(condition.holds(current.as_ref().map(tag).as_deref()))
}

async fn drop_one(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let condition = reply::condition(call.headers())?;
    let collection: Collection = call.structure()?;
    let (name, id) = (call.name().to_owned(), call.param("id").to_owned());
    let there = call
        .app
        .run(move |db| {
            if condition == Condition::Always {
                return collection.drop(&id).map(Some);
            }
            db.transaction(|tx| {
                if !meets(tx, &name, &id, &condition)? {
                    return Ok(None);
                }
                tx.collection(&name)?.drop(&id).map(Some)
            })
        })
        .await?;
    reply::done(there.ok_or_else(reply::unmet)?, "document")
}

async fn settings(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    reply::json(&call.app, wire::settings(&call.run(move || collection.settings()).await?))
}

async fn stats(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    reply::json(&call.app, wire::collection_stats(&call.run(move || collection.stats()).await?))
}

async fn configure(mut call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let settings = CollectionSettings::from_json(&Parts::of(&call.json().await?)?.rest())?;
    call.run(move || collection.configure(settings)).await?;
    reply::ok()
}

async fn indexes(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    reply::json(&call.app, wire::strings(call.run(move || collection.indexes()).await?))
}

async fn create_index(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let path = call.param("path").to_owned();
    reply::flag("applied", call.app.long(move |_| collection.create_index(&path, |_| true)).await?)
}

async fn drop_index(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    let path = call.param("path").to_owned();
    reply::flag("applied", call.run(move || collection.drop_index(&path)).await?)
}

async fn compact(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    call.app.long(move |_| collection.compact(|_| true)).await?;
    reply::ok()
}

async fn rebuild(call: Call) -> Answer {
    call.query::<Nothing>()?;
    let collection: Collection = call.structure()?;
    call.app.long(move |_| collection.rebuild(|_| true)).await?;
    reply::ok()
}
