//! What a client asks and a server answers: the calls of the engine traits as data, in the binary form of postcard.
//!
//! A request is the version and a [`Call`], in the body of a POST. The answer begins with a byte: [`DONE`], and the value
//! that the call gives behind it, or [`FAILED`], and the error.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::forms::Failed;
use crate::clock::Micros;
use crate::collection::{
    Direction, Edge, Filter, Find, MatchOptions, NeighborOptions, PathOptions, SearchOptions, WalkOptions,
};
use crate::engine::{Kind, LogMark, LogRange, Op, QueueCursor};
use crate::error::{Error, ErrorKind, Result};
use crate::options::Durability;
use crate::subscription::Start;
use crate::value::Json;

/// The version of all this, the first byte of a request. A server answers its own only.
const VERSION: u8 = 1;
/// The path under which a server takes requests.
pub const PATH: &str = "/engine";

/// How long a server lets a request wait: the client asks again.
pub(super) const LONGEST_WAIT_MS: u32 = 25_000;
/// What a client holds at a server is forgotten when it was not heard of for so long.
pub(super) const SILENCE_SECONDS: u64 = 60;
/// An open transaction keeps others from writing: it is undone when the client says nothing for so long.
pub(super) const TRANSACTION_SILENCE_SECONDS: u64 = 10;

pub(super) const DONE: u8 = 0;
pub(super) const FAILED: u8 = 1;

/// A request: who asks, of what, and what.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Call<'c> {
    /// A random name of the open database at the client.
    pub client: &'c str,
    /// A snapshot or transaction that the client holds; none: the database.
    pub view: Option<u64>,
    #[serde(borrow)]
    pub request: Request<'c>,
}

/// A wait of a client: its number, by which it can be ended, and how long it may be.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Wait {
    pub number: u64,
    pub milliseconds: u32,
}

/// The methods of the engine traits, name for name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Request<'c> {
    DictGet(&'c str, &'c str),
    DictGetMany(&'c str, #[serde(borrow)] Vec<&'c str>),
    DictContains(&'c str, &'c str),
    DictLen(&'c str),
    DictPage(&'c str, Option<&'c str>, usize),

    ListLen(&'c str),
    ListGet(&'c str, i64),
    ListSlice(&'c str, Option<i64>, Option<i64>),
    ListPage(&'c str, Option<f64>, usize),
    ListFind(&'c str, Cow<'c, Json>, Option<i64>, Option<i64>),
    ListCount(&'c str, Cow<'c, Json>),

    QueuePeek(&'c str),
    QueueLen(&'c str),
    QueueLeased(&'c str),
    QueueTotal(&'c str),
    QueuePage(&'c str, bool, Option<QueueCursor>, usize),

    BlobGet(&'c str, &'c str),
    BlobStat(&'c str, &'c str),
    BlobContains(&'c str, &'c str),
    BlobLen(&'c str),
    BlobPage(&'c str, Option<&'c str>, usize),
    /// Gives the number under which it is held, and its length.
    BlobOpen(&'c str, &'c str),
    /// Of what is held under the number: from there on, so many bytes at most.
    StreamRead(u64, u64, usize),

    LogLen(&'c str),
    LogPage(&'c str, LogRange, Option<f64>, usize),
    LogNews(&'c str, Micros, Option<LogMark>),

    CollectionInfo(&'c str),
    DocumentGet(&'c str, &'c str),
    DocumentContains(&'c str, &'c str),
    DocumentLen(&'c str),
    DocumentPage(&'c str, Option<&'c str>, usize),
    VectorSearch(&'c str, Cow<'c, [f32]>, Cow<'c, SearchOptions>),
    VectorSample(&'c str, usize),
    TextMatch(&'c str, &'c str, Cow<'c, MatchOptions>),
    Find(&'c str, Cow<'c, Find>),
    Count(&'c str, Cow<'c, Filter>),
    Indexes(&'c str),
    Neighbors(&'c str, &'c str, Cow<'c, NeighborOptions>),
    Walk(&'c str, Vec<&'c str>, Cow<'c, WalkOptions>),
    ShortestPath(&'c str, &'c str, &'c str, Cow<'c, PathOptions>),
    Degree(&'c str, &'c str, Vec<&'c str>, Direction),
    EdgePage(&'c str, Option<Cow<'c, Edge>>, usize),

    ChannelLen(&'c str),
    ChannelPage(&'c str, Option<Micros>, usize),
    ChannelRetention(&'c str),
    EventListened(&'c str, &'c str),
    LockHolder(&'c str),
    Names(Kind),
    NowUs,

    Write(Cow<'c, Op>),
    WriteUntil(Cow<'c, Op>, Wait),
    WriteBatch(Vec<Op>, Option<Durability>),

    /// Gives the number under which it is held, and from where on to subscribe again if it is lost.
    Subscribe(&'c str, Start),
    /// Of what is held under the number: so many messages at most.
    FeedNext(u64, usize, Wait),
    Listen(&'c str, &'c str),
    Unlisten(&'c str, &'c str),

    /// Gives the number under which it is held.
    Snapshot,
    /// Gives the number under which it is held.
    Begin(Option<Durability>),
    /// Of the view that is asked.
    Commit,
    /// What is held under the number is needed no more.
    Release(u64),
    /// Ends a wait.
    End(u64),
    /// The client is still there, and listens to these events of topics: a server that was started anew hears of it.
    Here(Vec<(&'c str, &'c str)>),
    /// The client goes.
    Bye,

    Info,
    Verify,
    Stats,
    Vacuum,
    Checkpoint,
    /// Gives the number under which the copy is held, and its length.
    Backup,

    // Here, so that those above keep their numbers.
    CollectionStats(&'c str),
}

impl Request<'_> {
    /// Whether it only reads, so that it may be asked again if nobody knows whether it was answered.
    pub fn only_reads(&self) -> bool {
        !matches!(
            self,
            Request::Write(_)
                | Request::WriteUntil(..)
                | Request::WriteBatch(..)
                | Request::FeedNext(..)
                | Request::Listen(..)
                | Request::Unlisten(..)
                | Request::Begin(_)
                | Request::Commit
                | Request::Vacuum
                | Request::Checkpoint
        )
    }
}

/// A request as it travels.
pub(super) fn encode(call: &Call<'_>) -> Result<Vec<u8>> {
    postcard::to_extend(call, vec![VERSION]).map_err(|e| Error::internal(format!("a request cannot travel: {e}")))
}

/// Reads a request.
pub(super) fn decode(body: &[u8]) -> Result<Call<'_>> {
    match body.split_first() {
        Some((&VERSION, call)) => {
            postcard::from_bytes(call).map_err(|e| Error::invalid(format!("the request cannot be read: {e}")))
        }
        _ => {
            let text = "the server is of another version than this program: use the same version of beaver for both";
            Err(Error::new(ErrorKind::Unsupported, text))
        }
    }
}

/// Whether a request asks a snapshot or transaction, without a look at what it asks.
pub(super) fn has_view(body: &[u8]) -> bool {
    // The members of a `Call` before the request, which stand there as those of a tuple do.
    let begin = body.split_first().map(|(_, call)| postcard::take_from_bytes::<(&str, Option<u64>)>(call));
    matches!(begin, Some(Ok(((_, Some(_)), _))))
}

/// The answer to a request.
pub(super) fn answer<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    postcard::to_extend(value, vec![DONE]).map_err(|e| Error::internal(format!("an answer cannot travel: {e}")))
}

/// The answer that tells of an error.
pub(super) fn failure(error: &Error) -> Vec<u8> {
    postcard::to_extend(&Failed::from(error), vec![FAILED]).unwrap_or_else(|_| vec![FAILED])
}

/// Reads an answer.
pub(super) fn read_answer<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let strange =
        || Error::new(ErrorKind::Unavailable, "what answered is no server of beaver, or one of another version");
    match body.split_first() {
        Some((&DONE, value)) => postcard::from_bytes(value).map_err(|_| strange()),
        Some((&FAILED, error)) => Err(postcard::from_bytes::<Failed>(error).map_or_else(|_| strange(), Error::from)),
        _ => Err(strange()),
    }
}
