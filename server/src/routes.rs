//! The table of routes: each is entered once, with its handler and its description, so that the OpenAPI document has
//! exactly what the server answers.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use beaver_core::{ErrorKind, Json};
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, Paths, RefOr, Required};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::app::App;
use crate::body::{self, Whole};
use crate::grant::Ongoing;
use crate::keys::Rights;
use crate::problem::{Answer, PROBLEM_JSON, Problem};
use crate::query;

/// A route, as it is counted and guarded.
pub(crate) struct Info {
    pub id: usize,
    pub method: Method,
    pub path: &'static str,
    /// Whether a key that may only read is enough.
    pub reads: bool,
}

/// The routes that were entered.
#[derive(Default)]
pub(crate) struct Routes {
    pub router: Router<Arc<App>>,
    pub infos: Vec<Arc<Info>>,
    pub paths: Paths,
    pub schemas: BTreeMap<String, RefOr<Schema>>,
}

/// What the OpenAPI document says of a route.
pub(crate) struct Doc {
    operation: OperationBuilder,
    reads: Option<bool>,
    answered: bool,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// Begins the description of a route: its id, which is unique, and one line.
pub(crate) fn doc(id: &str, summary: &str) -> Doc {
    Doc {
        operation: OperationBuilder::new().operation_id(Some(id)).summary(Some(summary)),
        reads: None,
        answered: false,
        schemas: Vec::new(),
    }
}

impl Doc {
    /// More about it.
    pub fn about(mut self, description: &str) -> Doc {
        self.operation = self.operation.description(Some(description));
        self
    }

    /// What may stand in the query.
    pub fn query<Q: IntoParams>(mut self) -> Doc {
        for parameter in Q::into_params(|| Some(ParameterIn::Query)) {
            self.operation = self.operation.parameter(parameter);
        }
        self
    }

    /// A header that is looked at.
    pub fn header(mut self, name: &str, description: &str) -> Doc {
        let header = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(description))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        self.operation = self.operation.parameter(header);
        self
    }

    /// The body, in one or more media types.
    pub fn body_as<B: ToSchema>(mut self, types: &[&str], description: &str) -> Doc {
        let schema = self.schema::<B>();
        let mut body = RequestBodyBuilder::new().description(Some(description)).required(Some(Required::True));
        for media in types {
            body = body.content(*media, ContentBuilder::new().schema(Some(schema.clone())).build());
        }
        self.operation = self.operation.request_body(Some(body.build()));
        self
    }

    /// A JSON body.
    pub fn body<B: ToSchema>(self, description: &str) -> Doc {
        self.body_as::<B>(&["application/json"], description)
    }

    /// The status and the body of success.
    pub fn answer<A: ToSchema>(self, description: &str) -> Doc {
        self.answer_as::<A>(StatusCode::OK, "application/json", description)
    }

    /// As [`Doc::answer`], with another status or media type.
    pub fn answer_as<A: ToSchema>(mut self, status: StatusCode, media: &str, description: &str) -> Doc {
        let schema = self.schema::<A>();
        // Media types that are chosen between stand with commas between them.
        let response = media.split(", ").fold(ResponseBuilder::new().description(description), |response, media| {
            response.content(media, ContentBuilder::new().schema(Some(schema.clone())).build())
        });
        let response = response.build();
        self.operation = self.operation.response(status.as_u16().to_string(), response);
        self.answered = true;
        self
    }

    /// A status that has no body.
    pub fn empty(mut self, status: StatusCode, description: &str) -> Doc {
        let response = ResponseBuilder::new().description(description).build();
        self.operation = self.operation.response(status.as_u16().to_string(), response);
        self.answered = true;
        self
    }

    /// A failure that is particular to this route.
    pub fn fails(mut self, status: StatusCode, description: &str) -> Doc {
        self.operation = self.operation.response(status.as_u16().to_string(), problem(description));
        self
    }

    /// It does not write, whatever its method says.
    pub fn reads(mut self) -> Doc {
        self.reads = Some(true);
        self
    }

    /// It needs a key that may do everything, whatever its method says.
    pub fn needs_full(mut self) -> Doc {
        self.reads = Some(false);
        self
    }

    fn schema<S: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = S::name();
        S::schemas(&mut self.schemas);
        // Types of the language have no name of their own that would be worth a component.
        if matches!(S::schema(), RefOr::T(Schema::Object(object)) if !object.properties.is_empty()) {
            self.schemas.push((name.to_string(), S::schema()));
            return utoipa::openapi::Ref::from_schema_name(name).into();
        }
        S::schema()
    }
}

fn problem(description: &str) -> utoipa::openapi::Response {
    let schema: RefOr<Schema> = utoipa::openapi::Ref::from_schema_name(crate::schema::ProblemBody::name()).into();
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build()
}

impl Routes {
    pub fn get<F, A>(&mut self, path: &'static str, doc: Doc, handler: F)
    where
        F: Fn(Call) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send,
    {
        self.add(&Method::GET, path, doc, handler);
    }

    pub fn put<F, A>(&mut self, path: &'static str, doc: Doc, handler: F)
    where
        F: Fn(Call) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send,
    {
        self.add(&Method::PUT, path, doc, handler);
    }

    pub fn post<F, A>(&mut self, path: &'static str, doc: Doc, handler: F)
    where
        F: Fn(Call) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send,
    {
        self.add(&Method::POST, path, doc, handler);
    }

    pub fn delete<F, A>(&mut self, path: &'static str, doc: Doc, handler: F)
    where
        F: Fn(Call) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send,
    {
        self.add(&Method::DELETE, path, doc, handler);
    }

    fn add<F, A>(&mut self, method: &Method, path: &'static str, doc: Doc, handler: F)
    where
        F: Fn(Call) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send,
    {
        let reads = doc.reads.unwrap_or(*method == Method::GET);
        let info = Arc::new(Info { id: self.infos.len(), method: method.clone(), path, reads });
        self.infos.push(info.clone());
        self.describe(method, path, doc);
        self.enter(path, info, handler);
    }

    /// Another way to write the path of the route that was entered last, which the document does not repeat.
    pub fn also<F, A>(&mut self, path: &'static str, handler: F)
    where
        F: Fn(Call) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send,
    {
        if let Some(info) = self.infos.last().cloned() {
            self.enter(path, info, handler);
        }
    }

    fn enter<F, A>(&mut self, path: &str, info: Arc<Info>, handler: F)
    where
        F: Fn(Call) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Answer> + Send,
    {
        let filter = MethodFilter::try_from(info.method.clone()).unwrap_or(MethodFilter::GET);
        let service = move |State(app): State<Arc<App>>,
                            params: Result<RawPathParams, RawPathParamsRejection>,
                            request: Request| {
            let (handler, info) = (handler.clone(), info.clone());
            async move {
                let begun = Instant::now();
                let call = Call::new(app.clone(), &info, params, request);
                let answer = match call {
                    Ok(call) => handler(call).await,
                    Err(problem) => Err(problem),
                };
                let response = answer.unwrap_or_else(|problem| app.problem(&info, problem));
                let (status, took) = (response.status(), begun.elapsed());
                app.metrics.request(info.id, status, took);
                let (method, route, status, micros) = (&info.method, info.path, status.as_u16(), took.as_micros());
                tracing::debug!(%method, route, status, micros, "a request was answered");
                response
            }
        };
        self.router = std::mem::take(&mut self.router).route(path, on(filter, service));
    }

    fn describe(&mut self, method: &Method, path: &'static str, doc: Doc) {
        let mut operation = doc.operation.tag(path.split('/').nth(1).unwrap_or_default());
        for name in path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')) {
            operation = operation.parameter(path_parameter(name.trim_start_matches('*'), path));
        }
        if !doc.answered {
            let response = ResponseBuilder::new().description("Done").build();
            operation = operation.response("200", response);
        }
        operation = operation.response("default", problem("What went wrong"));
        let method = match *method {
            Method::PUT => HttpMethod::Put,
            Method::POST => HttpMethod::Post,
            Method::DELETE => HttpMethod::Delete,
            _ => HttpMethod::Get,
        };
        self.paths.add_path_operation(path.replace("{*", "{"), vec![method], operation.build());
        self.schemas.extend(doc.schemas);
    }
}

fn path_parameter(name: &str, path: &str) -> ParameterBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1));
    let whole = |minimum: i64| {
        let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
        let whole = ObjectBuilder::new().schema_type(Type::Integer).format(Some(format));
        if minimum == 0 { whole.minimum(Some(0)) } else { whole }
    };
    let (schema, description) = match name {
        "name" => (
            text.max_length(Some(beaver_core::MAX_NAME_BYTES)).pattern(Some("^(?!__)[^\\x00/]+$")),
            "The name of the structure",
        ),
        "index" => (whole(-1), "An index; negative ones count from the end"),
        "lease" => (whole(0), "The id of the lease"),
        "key" => (text.max_length(Some(beaver_core::MAX_KEY_BYTES)), "The key; slashes may stand in it"),
        "topic" => {
            (text.max_length(Some(beaver_core::MAX_NAME_BYTES)).pattern(Some("^(?!__)[^\\x00/]+$")), "The topic")
        }
        "event" => {
            (text.max_length(Some(beaver_core::MAX_NAME_BYTES)).pattern(Some("^(?!__)[^\\x00/*]+$")), "The event")
        }
        _ if path.ends_with("indexes/{*path}") => (text, "The path of a field in the bodies"),
        _ => (text.max_length(Some(beaver_core::MAX_KEY_BYTES)), "The id of a document"),
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
}

impl App {
    /// Counts and logs a problem on its way out.
    pub fn problem(&self, info: &Info, problem: Problem) -> Response {
        self.metrics.problem(&problem);
        let (method, route, kind) = (&info.method, info.path, problem.kind().name());
        // That others hold it, or that the server stops, is no fault of anybody.
        let ordinary = matches!(problem.kind(), ErrorKind::Busy | ErrorKind::Unavailable);
        if problem.status().is_server_error() && problem.exceeded().is_none() && !ordinary {
            tracing::error!(%method, route, kind, detail = problem.message(), "a request failed");
        } else {
            tracing::debug!(%method, route, kind, "a request was refused");
        }
        problem.into_response()
    }
}

/// A request at its route.
pub(crate) struct Call {
    pub app: Arc<App>,
    pub parts: Parts,
    params: RawPathParams,
    reads: bool,
    /// In a lock, so that handlers may share the call between threads; nobody ever waits for it.
    body: Mutex<Body>,
}

impl Call {
    fn new(
        app: Arc<App>,
        info: &Info,
        params: Result<RawPathParams, RawPathParamsRejection>,
        request: Request,
    ) -> Result<Call, Problem> {
        if !info.reads && request.extensions().get() == Some(&Rights::Read) {
            return Err(Problem::new(ErrorKind::Denied, "the key may only read: ask for one that may write"));
        }
        let params = params
            .map_err(|_| Problem::new(ErrorKind::InvalidUtf8, "the path is not UTF-8 where its escapes are undone"))?;
        let (parts, body) = request.into_parts();
        Ok(Call { app, parts, params, reads: info.reads, body: Mutex::new(body) })
    }

    /// A part of the path, its escapes undone; empty if the route has none of that name.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(param, _)| *param == name).map_or("", |(_, value)| value)
    }

    /// The name of the structure.
    pub fn name(&self) -> &str {
        self.param("name")
    }

    /// A whole number in the path.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Result<N, Problem> {
        let wrong = |_| Problem::invalid(format!("the {name} in the path is not a whole number of 64 bits"));
        self.param(name).parse().map_err(wrong)
    }

    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Something that goes on by the key of this call.
    pub fn ongoing(&self) -> Ongoing {
        Ongoing::new(&self.app, self.parts.extensions.get().copied().unwrap_or_default())
    }

    /// What stands in the query.
    pub fn query<Q: DeserializeOwned>(&self) -> Result<Q, Problem> {
        query::parse(&self.parts.uri)
    }

    /// The body, not yet read.
    pub fn take_body(&mut self) -> Body {
        std::mem::take(self.body.get_mut())
    }

    /// The whole body.
    pub async fn whole(&mut self) -> Result<Whole, Problem> {
        self.whole_within(self.app.limits.body_bytes).await
    }

    /// The whole body, of at most so many bytes.
    pub async fn whole_within(&mut self, most: usize) -> Result<Whole, Problem> {
        let body = self.take_body();
        body::whole(&self.app, &self.parts.headers, body, most).await
    }

    /// The body as a value to be stored.
    pub async fn value(&mut self) -> Result<Json, Problem> {
        let whole = self.whole().await?;
        body::value(self.headers(), &whole.bytes)
    }

    /// The body as JSON.
    pub async fn json(&mut self) -> Result<Json, Problem> {
        let whole = self.whole().await?;
        body::json(self.headers(), &whole.bytes)
    }

    /// The body as an object whose members are known.
    pub async fn members<T: DeserializeOwned>(&mut self) -> Result<T, Problem> {
        body::members(&self.json().await?)
    }

    /// Makes a call to the database.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> beaver_core::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.reads { self.app.run(move |_| work()).await } else { self.app.run_writing(work).await }
    }
}

/// The schema of any JSON.
pub(crate) struct Any;

impl PartialSchema for Any {
    fn schema() -> RefOr<Schema> {
        utoipa::openapi::schema::empty().into()
    }
}

impl ToSchema for Any {}

/// The schema of an array of anything.
pub(crate) struct AnyList;

impl PartialSchema for AnyList {
    fn schema() -> RefOr<Schema> {
        ArrayBuilder::new().items(Any::schema()).into()
    }
}

impl ToSchema for AnyList {}

/// The schema of an object of anything.
pub(crate) struct AnyMap;

impl PartialSchema for AnyMap {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().additional_properties(Some(Any::schema())).into()
    }
}

impl ToSchema for AnyMap {}
