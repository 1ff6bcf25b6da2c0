//! Counts of what the server does, for Prometheus.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use beaver_core::Stats;

use crate::problem::{Exceeded, Problem};
use crate::routes::Info;

/// The upper ends of the buckets of durations, in microseconds.
const BUCKETS: [u64; 12] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 10_000_000];

pub(crate) struct Metrics {
    infos: Vec<Arc<Info>>,
    routes: Vec<Route>,
    buckets: [AtomicU64; BUCKETS.len()],
    total_us: AtomicU64,
    count: AtomicU64,
    exceeded: [AtomicU64; Exceeded::ALL.len()],
    /// Requests that found no route, or were refused before they came to one.
    pub unrouted: AtomicU64,
    pub connections: AtomicU64,
    pub accepted: AtomicU64,
}

/// Answers by the first digit of their status, from 1xx on.
#[derive(Default)]
struct Route([AtomicU64; 5]);

impl Metrics {
    pub fn new(infos: Vec<Arc<Info>>) -> Metrics {
        Metrics {
            routes: infos.iter().map(|_| Route::default()).collect(),
            infos,
            buckets: Default::default(),
            total_us: AtomicU64::default(),
            count: AtomicU64::default(),
            exceeded: Default::default(),
            unrouted: AtomicU64::default(),
            connections: AtomicU64::default(),
            accepted: AtomicU64::default(),
        }
    }

    /// Counts an answer.
    pub fn request(&self, route: usize, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(count) = self.routes.get(route).and_then(|route| route.0.get(class)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.count.fetch_add(1, Ordering::Relaxed);
        self.total_us.fetch_add(took, Ordering::Relaxed);
        if let Some(bucket) = BUCKETS.iter().position(|end| took <= *end).and_then(|place| self.buckets.get(place)) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a limit that was met.
    pub fn problem(&self, problem: &Problem) {
        if let Some(limit) = problem.exceeded() {
            self.exceeded(limit);
        }
    }

    pub fn exceeded(&self, limit: Exceeded) {
        if let Some(count) =
            Exceeded::ALL.iter().position(|other| *other == limit).and_then(|place| self.exceeded.get(place))
        {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The text of Prometheus' format 0.0.4.
    pub fn text(&self, stats: &Stats, [running, waits, subscribers]: [usize; 3]) -> String {
        let mut text = String::with_capacity(8 << 10);
        head(&mut text, "beaver_http_requests_total", "counter", "Answers by route and class of status.");
        for (info, route) in self.infos.iter().zip(&self.routes) {
            for (class, count) in (1..).zip(&route.0) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 {
                    let (method, path) = (&info.method, info.path.replace("{*", "{"));
                    // Writing to a String does not fail.
                    let _ = writeln!(
                        text,
                        r#"beaver_http_requests_total{{method="{method}",route="{path}",status="{class}xx"}} {count}"#
                    );
                }
            }
        }
        self.durations(&mut text);
        head(&mut text, "beaver_http_limits_total", "counter", "Requests refused by a limit of the server.");
        for (limit, count) in Exceeded::ALL.iter().zip(&self.exceeded) {
            let (name, count) = (limit.name(), count.load(Ordering::Relaxed));
            let _ = writeln!(text, r#"beaver_http_limits_total{{limit="{name}"}} {count}"#);
        }
        let now = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let wide = |count: usize| count as u64;
        let single = [
            (
                "beaver_http_unrouted_total",
                "counter",
                "Requests refused before they came to a route.",
                now(&self.unrouted),
            ),
            ("beaver_http_connections_total", "counter", "Connections that were accepted.", now(&self.accepted)),
            ("beaver_http_connections", "gauge", "Open connections.", now(&self.connections)),
            ("beaver_calls_running", "gauge", "Threads that run a call.", wide(running)),
            ("beaver_calls_blocked", "gauge", "Calls that wait for something.", wide(waits)),
            ("beaver_subscribers", "gauge", "Open WebSockets.", wide(subscribers)),
            ("beaver_file_bytes", "gauge", "The size of the database.", stats.file_bytes),
            ("beaver_free_bytes", "gauge", "How much of it is free.", stats.free_bytes),
            ("beaver_wal_bytes", "gauge", "The size of the write-ahead log.", stats.wal_bytes),
            ("beaver_readers", "gauge", "Open reading connections.", stats.readers),
            ("beaver_waiters", "gauge", "Who waits for a change in the database.", stats.waiters),
            ("beaver_writers_waiting", "gauge", "Threads in the line of the writer.", stats.writers_waiting),
            ("beaver_cache_hits_total", "counter", "Reads that the read cache answered.", stats.cache_hits),
            ("beaver_cache_misses_total", "counter", "Reads that it passed on.", stats.cache_misses),
        ];
        for (name, kind, help, value) in single {
            head(&mut text, name, kind, help);
            let _ = writeln!(text, "{name} {value}");
        }
        text
    }

    fn durations(&self, text: &mut String) {
        const NAME: &str = "beaver_http_request_seconds";
        head(text, NAME, "histogram", "How long requests took at their route.");
        let mut sum = 0;
        for (end, count) in BUCKETS.iter().zip(&self.buckets) {
            sum += count.load(Ordering::Relaxed);
            let end = Duration::from_micros(*end).as_secs_f64();
            let _ = writeln!(text, r#"{NAME}_bucket{{le="{end}"}} {sum}"#);
        }
        let count = self.count.load(Ordering::Relaxed).max(sum);
        let total = Duration::from_micros(self.total_us.load(Ordering::Relaxed)).as_secs_f64();
        let _ = writeln!(text, r#"{NAME}_bucket{{le="+Inf"}} {count}"#);
        let _ = writeln!(text, "{NAME}_sum {total}\n{NAME}_count {count}");
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}
