//! The OpenAPI document, made of the table of routes.

use std::collections::BTreeMap;

use beaver_core::{Error, ErrorKind, Result};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApiBuilder, Paths, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::schema::ProblemBody;

const ABOUT: &str = "The structures and searches of a beaver database.\n\n\
    Values are any JSON and come back as they were written; a body that does not begin as JSON does is stored as a \
    string. `/dict/…` is `/dicts/…`, and so on for every structure. Errors are `application/problem+json` with the \
    member `kind`. With a key: `Authorization: Bearer …`, or for a browser's WebSocket the subprotocol \
    `beaver.key.…` beside `beaver`. What was acquired is used with its token in the header `Beaver-Lock`.";

/// Writes the document.
pub(crate) fn document(paths: Paths, schemas: BTreeMap<String, RefOr<Schema>>) -> Result<String> {
    let license = LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build();
    let info = InfoBuilder::new()
        .title("beaver")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(license))
        .build();
    let key = SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A key of `beaver key create`; needed if the database has any."))
            .build(),
    );
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .schema(ProblemBody::name(), ProblemBody::schema())
        .security_scheme("key", key)
        .build();
    let document = OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components))
        // A key, or none where the server asks for none.
        .security(Some([SecurityRequirement::new::<_, [&str; 0], &str>("key", []), SecurityRequirement::default()]))
        .build();
    document.to_json().map_err(|e| Error::new(ErrorKind::Internal, format!("the OpenAPI document: {e}")))
}
