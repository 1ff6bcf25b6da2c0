//! All routes.

use crate::routes::Routes;
use crate::{
    batch, blobs, channels, collections, database, dicts, docs, edges, engine, events, lists, locks, logs, queues,
    searches,
};

/// Enters every route.
pub(crate) fn routes() -> Routes {
    let mut routes = Routes::default();
    database::enter(&mut routes);
    docs::enter(&mut routes);
    batch::enter(&mut routes);
    dicts::enter(&mut routes);
    lists::enter(&mut routes);
    queues::enter(&mut routes);
    blobs::enter(&mut routes);
    logs::enter(&mut routes);
    channels::enter(&mut routes);
    collections::enter(&mut routes);
    searches::enter(&mut routes);
    edges::enter(&mut routes);
    locks::enter(&mut routes);
    events::enter(&mut routes);
    engine::enter(&mut routes);
    routes
}
