//! The way to a server: requests over HTTP, what may be asked again, and how waits are ended.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, RwLock};
use serde::de::DeserializeOwned;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::protocol::{Call, LONGEST_WAIT_MS, PATH, Request, SILENCE_SECONDS, Wait, encode, read_answer};
use crate::cancel::{self, Waiting};
use crate::error::{Error, ErrorKind, Result};
use crate::fork;
use crate::gate::{Gate, State};
use crate::options::{LogLevel, LogSink, Options};

/// How long it may take until the server takes the connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take beyond what the request itself may.
const GRACE: Duration = Duration::from_secs(15);
/// For how long a connection is kept that nobody uses: for less than servers keep it, so that no request meets its end.
const IDLE: Duration = Duration::from_secs(15);
/// How long a request may take that goes through the whole file.
const LONG: Duration = Duration::from_secs(3_600);
/// How long to wait before asking again, each time that it is.
const PAUSES: [Duration; 3] = [Duration::from_millis(20), Duration::from_millis(200), Duration::from_secs(1)];
/// The largest answer: as large as the largest blob, and its metadata.
const MAX_ANSWER: u64 = 3 << 30;

/// A connection to a server, of one open database.
pub(super) struct Link {
    agent: ureq::Agent,
    url: String,
    key: Option<String>,
    /// The name under which the server knows this open database.
    client: String,
    busy_timeout: Duration,
    pub read_only: bool,
    pub gate: Gate,
    sink: RwLock<Option<LogSink>>,
    waits: Mutex<HashMap<u64, Arc<Mutex<bool>>>>,
    numbers: AtomicU64,
    /// Topics and events that are listened to.
    listens: Mutex<Vec<(Arc<str>, Arc<str>)>>,
    /// Tells the server now and then that this client is there, once it holds something.
    keeper: Mutex<Option<Keeper>>,
    sleep: Mutex<()>,
    wake: Condvar,
    this: Weak<Link>,
}

struct Keeper {
    thread: JoinHandle<()>,
    stop: Arc<(Mutex<bool>, Condvar)>,
}

/// What became of a request that was not answered.
struct Lost {
    error: Error,
    /// Whether the server cannot have seen it.
    unseen: bool,
}

impl Link {
    pub fn open(url: &str, options: &Options) -> Result<Arc<Link>> {
        let url = checked(url)?;
        let mut tls = TlsConfig::builder();
        if let Some(path) = &options.ca_file {
            let read = |e: std::io::Error| Error::new(ErrorKind::Io, format!("the certificates in ca_file: {e}"));
            let pem = std::fs::read(path).map_err(read)?;
            let certificates: Vec<Certificate<'static>> = ureq::tls::parse_pem(&pem)
                .filter_map(|item| match item {
                    Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err(Error::invalid("ca_file holds no certificate in PEM form"));
            }
            tls = tls.root_certs(RootCerts::new_with_certs(&certificates));
        }
        let agent = ureq::Agent::config_builder()
            .tls_config(tls.build())
            .timeout_connect(Some(CONNECT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_age(IDLE)
            .build()
            .new_agent();
        fork::watch();
        let key = options.key.clone().or_else(|| std::env::var("BEAVER_KEY").ok()).filter(|key| !key.is_empty());
        if key.as_ref().is_some_and(|key| key.bytes().any(|byte| !byte.is_ascii_graphic())) {
            return Err(Error::invalid("the key holds what no key has: white space, or what is not ASCII"));
        }
        let link = Arc::new_cyclic(|this| Link {
            agent,
            url,
            key,
            client: uuid::Uuid::new_v4().simple().to_string(),
            busy_timeout: options.busy_timeout,
            read_only: options.read_only,
            gate: Gate::new(),
            sink: RwLock::new(options.log.clone()),
            waits: Mutex::default(),
            numbers: AtomicU64::new(1),
            listens: Mutex::default(),
            keeper: Mutex::new(None),
            sleep: Mutex::new(()),
            wake: Condvar::new(),
            this: this.clone(),
        });
        // So that a wrong URL or key is told here, and not by some later call.
        link.ask::<()>(None, &Request::Here(Vec::new()))?;
        Ok(link)
    }

    /// Asks, and asks again where that does no harm.
    pub fn ask<T: DeserializeOwned>(&self, view: Option<u64>, request: &Request<'_>) -> Result<T> {
        self.ask_within(view, request, self.patience(request))
    }

    fn patience(&self, request: &Request<'_>) -> Duration {
        match request {
            Request::Verify | Request::Vacuum | Request::Backup | Request::Checkpoint | Request::Info => LONG,
            Request::Bye => Duration::from_secs(2),
            _ => self.busy_timeout + GRACE + GRACE,
        }
    }

    fn ask_within<T: DeserializeOwned>(&self, view: Option<u64>, request: &Request<'_>, within: Duration) -> Result<T> {
        self.gate.check()?;
        let body = encode(&Call { client: &self.client, view, request: request.clone() })?;
        let mut pauses = PAUSES.iter();
        loop {
            let lost = match self.post(&body, within) {
                Ok(answer) => return read_answer(&answer).map_err(|error| self.gate.explain(error)),
                Err(lost) => lost,
            };
            let again = lost.error.kind() == ErrorKind::Unavailable && (lost.unseen || request.only_reads());
            match pauses.next().filter(|_| again && !matches!(request, Request::Bye)) {
                Some(pause) => {
                    self.log(LogLevel::Warn, lost.error.message());
                    self.rest(*pause)?;
                }
                None if lost.error.kind() != ErrorKind::Unavailable => return Err(lost.error),
                None => {
                    let done =
                        if lost.unseen || request.only_reads() { "nothing was done" } else { "it may have been done" };
                    let text = format!("{}; {done}", lost.error.message());
                    return Err(Error::new(ErrorKind::Unavailable, text));
                }
            }
        }
    }

    fn post(&self, body: &[u8], within: Duration) -> Result<Vec<u8>, Lost> {
        let mut request = self
            .agent
            .post(&self.url)
            .config()
            .timeout_global(Some(within))
            .build()
            .header("content-type", "application/octet-stream");
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut response = request.send(body).map_err(|e| self.lost(&e))?;
        let refused =
            |kind, text: &str| Lost { error: Error::new(kind, format!("{}: {text}", self.url)), unseen: true };
        match response.status().as_u16() {
            200 => response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec().map_err(|e| self.lost(&e)),
            401 => Err(refused(ErrorKind::Denied, "the server wants a key: give the option `key`, or set BEAVER_KEY")),
            403 => {
                Err(refused(ErrorKind::Denied, "the server refused: the key, or the name in the URL, is not for it"))
            }
            404 | 405 => {
                Err(refused(ErrorKind::Unsupported, "no server of beaver is there, or it does not serve programs"))
            }
            413 => Err(refused(ErrorKind::Limit, "the server takes no request of that size: send less at a time")),
            429 | 503 => Err(refused(ErrorKind::Unavailable, "the server is too busy")),
            status => {
                let error = Error::new(ErrorKind::Unavailable, format!("{}: the server answered {status}", self.url));
                Err(Lost { error, unseen: false })
            }
        }
    }

    fn lost(&self, error: &ureq::Error) -> Lost {
        use ureq::{Error as E, Timeout};
        let unseen = match error {
            E::HostNotFound | E::ConnectionFailed | E::Tls(_) | E::Rustls(_) | E::BadUri(_) => true,
            E::Timeout(at) => matches!(at, Timeout::Resolve | Timeout::Connect),
            E::Io(e) => e.kind() == std::io::ErrorKind::ConnectionRefused,
            _ => false,
        };
        Lost { error: Error::new(ErrorKind::Unavailable, format!("{}: {error}", self.url)), unseen }
    }

    /// Rests before it asks again; ends early, as an error, with a close.
    fn rest(&self, pause: Duration) -> Result<()> {
        let mut sleep = self.sleep.lock();
        self.wake.wait_for(&mut sleep, pause);
        drop(sleep);
        self.gate.check()?;
        cancel::check()
    }

    /// Asks for something that may have to be waited for, until `found` says that it is there, or the deadline is past.
    pub fn wait<T: DeserializeOwned>(
        &self,
        view: Option<u64>,
        deadline: Option<Instant>,
        request: impl Fn(Wait) -> Request<'static>,
        found: impl Fn(&T) -> bool,
    ) -> Result<T> {
        cancel::check()?;
        self.gate.check()?;
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let ended = Arc::new(Mutex::new(false));
        self.waits.lock().insert(number, ended.clone());
        let _forget = Forget { link: self, number };
        let this = self.this.clone();
        let waiting = Waiting::new(move || {
            if let Some(link) = this.upgrade() {
                link.end(number);
            }
        });
        loop {
            waiting.check()?;
            if *ended.lock() {
                return Err(self.gate.explain(Error::new(ErrorKind::Interrupted, "the call was interrupted")));
            }
            let left = deadline.map_or(Duration::MAX, |at| at.saturating_duration_since(Instant::now()));
            let milliseconds = u32::try_from(left.as_micros().div_ceil(1_000)).unwrap_or(u32::MAX).min(LONGEST_WAIT_MS);
            let asked = request(Wait { number, milliseconds });
            let within = Duration::from_millis(milliseconds.into()) + self.patience(&asked);
            let answer: T = self.ask_within(view, &asked, within)?;
            if found(&answer) || deadline.is_some_and(|at| at <= Instant::now()) {
                return Ok(answer);
            }
        }
    }

    /// Ends a wait, here and at the server. From a thread of its own: who cancels does not wait for the network.
    fn end(&self, number: u64) {
        if let Some(ended) = self.waits.lock().get(&number) {
            *ended.lock() = true;
        }
        let this = self.this.clone();
        let end = move || {
            if let Some(link) = this.upgrade() {
                let body = encode(&Call { client: &link.client, view: None, request: Request::End(number) });
                let _ = body.map(|body| link.post(&body, CONNECT).is_ok());
            }
        };
        // Where there is no thread, the wait ends by itself within half a minute.
        let _ = std::thread::Builder::new().name("beaver-end".into()).spawn(end);
    }

    /// Ends all waits.
    pub fn end_all(&self) {
        let numbers: Vec<u64> = self.waits.lock().keys().copied().collect();
        for number in numbers {
            self.end(number);
        }
        self.end_sleeps();
    }

    pub fn end_sleeps(&self) {
        drop(self.sleep.lock());
        self.wake.notify_all();
    }

    /// Sleeps until then, or until `ended` says so after [`Link::end_sleeps`].
    pub fn sleep(&self, until: Instant, ended: impl Fn() -> bool) -> Result<()> {
        let this = self.this.clone();
        let waiting = Waiting::new(move || {
            if let Some(link) = this.upgrade() {
                link.end_sleeps();
            }
        });
        let since = self.gate.interrupts();
        let mut sleep = self.sleep.lock();
        loop {
            self.gate.check_wait(since)?;
            waiting.check()?;
            if ended() || self.wake.wait_until(&mut sleep, until).timed_out() {
                return Ok(());
            }
        }
    }

    pub fn log(&self, level: LogLevel, message: &str) {
        let sink = self.sink.read().clone();
        if let Some(sink) = sink {
            sink(level, "beaver::remote", message);
        }
    }

    pub fn set_log(&self, log: Option<LogSink>) {
        let before = std::mem::replace(&mut *self.sink.write(), log);
        drop(before); // its destructor is foreign code: not under the lock
    }

    pub fn listen(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()> {
        self.ask::<()>(None, &Request::Listen(topic, event))?;
        self.listens.lock().push((topic.clone(), event.clone()));
        self.keep();
        Ok(())
    }

    pub fn unlisten(&self, topic: &Arc<str>, event: &Arc<str>) -> Result<()> {
        {
            let mut listens = self.listens.lock();
            if let Some(place) = listens.iter().position(|(t, e)| t == topic && e == event) {
                listens.swap_remove(place);
            }
        }
        self.ask(None, &Request::Unlisten(topic, event))
    }

    /// Sees to it that the server hears of this client as long as it is open: it holds something there.
    pub fn keep(&self) {
        let mut keeper = self.keeper.lock();
        if keeper.is_some() {
            return;
        }
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let (this, told) = (self.this.clone(), stop.clone());
        let every = Duration::from_secs(SILENCE_SECONDS / 3);
        let work = move || {
            let (stopped, wake) = &*told;
            let mut stopped = stopped.lock();
            while !*stopped {
                if wake.wait_for(&mut stopped, every).timed_out() {
                    let Some(link) = this.upgrade() else { return };
                    parking_lot::MutexGuard::unlocked(&mut stopped, || link.here());
                }
            }
        };
        // Without the thread, what is held is lost after a minute of silence, and got again by the next call.
        if let Ok(thread) = std::thread::Builder::new().name("beaver-here".into()).spawn(work) {
            *keeper = Some(Keeper { thread, stop });
        }
    }

    /// Tells the server that this client is there, and what it listens to.
    pub fn here(&self) {
        let listens = self.listens.lock().clone();
        let listens = listens.iter().map(|(topic, event)| (&**topic, &**event)).collect();
        // Best effort: who asks for something is told why it cannot be had.
        let _ = self.ask::<()>(None, &Request::Here(listens));
    }

    /// Ends what waits, and takes leave of the server.
    pub fn close(&self) {
        if self.gate.forked() {
            return;
        }
        let before = self.gate.set(State::Closed);
        if before == State::Closed {
            return;
        }
        self.end_all();
        if let Ok(body) = encode(&Call { client: &self.client, view: None, request: Request::Bye }) {
            let _ = self.post(&body, Duration::from_secs(2));
        }
        let keeper = self.keeper.lock().take();
        if let Some(Keeper { thread, stop }) = keeper {
            *stop.0.lock() = true;
            stop.1.notify_all();
            // The thread itself may hold the last reference.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.close();
    }
}

struct Forget<'l> {
    link: &'l Link,
    number: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.link.waits.lock().remove(&self.number);
    }
}

/// The place to ask, of the URL that was given.
fn checked(url: &str) -> Result<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() {
        return Err(Error::invalid("the URL names no host: give http://host:port"));
    }
    if host.contains('@') {
        return Err(Error::invalid(
            "the URL holds a name or a key: give the key as the option `key`, or in BEAVER_KEY",
        ));
    }
    if url.contains(['?', '#']) {
        return Err(Error::invalid("the URL ends with its path: it takes no `?` and no `#`"));
    }
    Ok(format!("{}{PATH}", url.trim_end_matches('/')))
}
