//! What one client, and all of them together, may ask of the server.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The limits, each documented with its status in [`crate::problem::Exceeded`].
#[derive(Debug, Clone)]
pub struct Limits {
    /// The bytes of a body that is read as a whole: JSON. Blobs are streams and have the limit of the core. 413.
    pub body_bytes: usize,
    /// The bytes of all bodies together that are being read. 503.
    pub memory_bytes: usize,
    /// The bytes of the path and the query. 414.
    pub url_bytes: usize,
    /// The bytes of all headers. 431.
    pub header_bytes: usize,
    /// How many headers. 431.
    pub headers: usize,
    /// The bytes of an answer that is not a stream. 507.
    pub result_bytes: usize,
    /// How long a call may take, waiting for its turn included. 504.
    pub query_time: Duration,
    /// How long a blocked call may wait; who asks for more gets this.
    pub wait_time: Duration,
    /// How long a client may take to send a body, and between two pieces of a blob. 408.
    pub body_time: Duration,
    /// How long a client may take to send the head of a request, and may keep a connection idle. The connection ends.
    pub head_time: Duration,
    /// How long a client may take to read what it was sent. The connection ends.
    pub write_time: Duration,
    /// Threads for calls that read and write; more stand in line.
    pub threads: usize,
    /// Calls that run or stand in line. 503.
    pub calls: usize,
    /// Blocked calls at a time: each has a thread. 503.
    pub waits: usize,
    /// WebSockets at a time. 503.
    pub subscribers: usize,
    /// Locks and acquired structures that are held through the server. 503.
    pub locks: usize,
    /// Connections at a time. 503.
    pub connections: usize,
    /// Requests of one address in a second; a burst of as many may come at once. 0 for no limit. 429.
    pub rate: u32,
    /// How long a graceful stop waits for what is running.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            body_bytes: 16 << 20,
            memory_bytes: 256 << 20,
            url_bytes: 16 << 10,
            header_bytes: 32 << 10,
            headers: 100,
            result_bytes: 64 << 20,
            query_time: Duration::from_secs(30),
            wait_time: Duration::from_secs(300),
            body_time: Duration::from_secs(30),
            head_time: Duration::from_secs(30),
            write_time: Duration::from_secs(60),
            threads: 32,
            calls: 1_024,
            waits: 256,
            subscribers: 4_096,
            locks: 4_096,
            connections: 8_192,
            rate: 0,
            grace: Duration::from_secs(10),
        }
    }
}

/// How many addresses are kept apart; beyond, those with a full bucket are forgotten.
const MAX_ADDRESSES: usize = 16_384;

/// A bucket of tokens for each address (an IPv6 network of 64 bits counts as one).
pub(crate) struct Rate {
    per_second: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Rate {
    pub fn new(per_second: u32) -> Option<Rate> {
        (per_second > 0).then(|| Rate { per_second: per_second.into(), buckets: Mutex::default() })
    }

    /// Takes a token of the address; false if there is none.
    pub fn take(&self, address: IpAddr, now: Instant) -> bool {
        let mut buckets = self.buckets.lock();
        if buckets.len() >= MAX_ADDRESSES {
            let filled = |bucket: &Bucket| now.duration_since(bucket.at) >= Duration::from_secs(1);
            buckets.retain(|_, bucket| !filled(bucket));
            if buckets.len() >= MAX_ADDRESSES {
                return false;
            }
        }
        let bucket = buckets.entry(network(address)).or_insert(Bucket { tokens: self.per_second, at: now });
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * self.per_second;
        bucket.tokens = (bucket.tokens + gained).min(self.per_second);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return false;
        }
        bucket.tokens -= 1.0;
        true
    }
}

/// What counts as one client.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_a_burst_and_then_its_rate() {
        let rate = Rate::new(10).expect("a rate above zero");
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let start = Instant::now();
        assert_eq!((0..20).filter(|_| rate.take(one, start)).count(), 10);
        assert!(rate.take(other, start), "another client has its own");
        let later = start + Duration::from_millis(500);
        assert_eq!((0..20).filter(|_| rate.take(one, later)).count(), 5);
    }

    #[test]
    fn an_ipv6_network_counts_as_one_client() {
        let rate = Rate::new(1).expect("a rate above zero");
        let now = Instant::now();
        assert!(rate.take("2001:db8::1".parse().expect("an address"), now));
        assert!(!rate.take("2001:db8::2".parse().expect("an address"), now));
        assert!(rate.take("2001:db8:0:1::1".parse().expect("an address"), now));
    }

    #[test]
    fn no_rate_is_no_limit() {
        assert!(Rate::new(0).is_none());
    }
}
