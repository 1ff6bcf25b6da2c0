//! Requests over many connections, one at a time on each: the next is sent when the reply has come. One thread, which
//! waits for all of them at once, so that the client takes as little of the processor as it can.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::random::Random;
use crate::speech::{Reply, Speech, What};

/// So long no server may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
pub struct Load {
    speech: Speech,
    port: u16,
    what: What,
    connections: usize,
    keys: u32,
    /// For so long keys by chance; if nothing is said, each key once.
    seconds: Option<f64>,
    seed: u64,
}

struct Connection {
    stream: TcpStream,
    heard: Vec<u8>,
    asked: Instant,
}

/// What came of a request.
#[derive(PartialEq)]
enum Heard {
    Good,
    /// It failed, or the connection was closed before all of the reply had come.
    Bad,
}

/// Which keys are asked for, and when there are no more.
enum Keys {
    Each(std::ops::Range<u32>),
    Random { random: Random, below: u32, until: Instant },
}

impl Keys {
    fn next(&mut self) -> Option<u32> {
        match self {
            Keys::Each(rest) => rest.next(),
            Keys::Random { random, below, until } => (Instant::now() < *until).then(|| random.below(*below)),
        }
    }
}

impl Load {
    pub fn run(self) -> Result<Value> {
        let mut poll = Poll::new()?;
        let mut connections = HashMap::new();
        for number in 0..self.connections {
            let mut stream = connect(self.port)?;
            poll.registry().register(&mut stream, Token(number), Interest::READABLE)?;
            let connection = Connection { stream, heard: Vec::with_capacity(4 << 10), asked: Instant::now() };
            connections.insert(Token(number), connection);
        }
        let start = Instant::now();
        let mut keys = match self.seconds {
            None => Keys::Each(0..self.keys),
            Some(seconds) => {
                let until = start + Duration::from_secs_f64(seconds);
                Keys::Random { random: Random::new(self.seed), below: self.keys, until }
            }
        };
        let (mut micros, mut failed, mut waiting) = (Vec::new(), 0, 0);
        for connection in connections.values_mut() {
            if let Some(key) = keys.next() {
                self.ask(connection, key)?;
                waiting += 1;
            }
        }
        let mut events = Events::with_capacity(self.connections);
        while waiting > 0 {
            poll.poll(&mut events, Some(PATIENCE))?;
            ensure!(!events.is_empty(), "the server has fallen silent");
            for event in &events {
                let connection = connections.get_mut(&event.token()).context("an event of nobody's")?;
                let Some(heard) = self.hear(connection)? else { continue };
                if heard == Heard::Good {
                    micros.push(connection.asked.elapsed().as_secs_f32() * 1e6);
                } else {
                    failed += 1;
                    // A server may end the connection on which something went wrong.
                    connection.stream = connect(self.port)?;
                    connection.heard.clear();
                    poll.registry().register(&mut connection.stream, event.token(), Interest::READABLE)?;
                }
                match keys.next() {
                    Some(key) => self.ask(connection, key)?,
                    None => waiting -= 1,
                }
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        micros.sort_by(f32::total_cmp);
        let percentile =
            |percent: usize| micros.get((micros.len() * percent / 100).min(micros.len().saturating_sub(1)));
        Ok(json!({
            "requests": micros.len(), "failed": failed, "seconds": seconds, "p50": percentile(50), "p99": percentile(99),
        }))
    }

    fn ask(&self, connection: &mut Connection, key: u32) -> Result<()> {
        let mut request = Vec::with_capacity(512);
        self.speech.ask(&mut request, self.what, key)?;
        connection.asked = Instant::now();
        // It is much smaller than what a socket takes at once.
        let written = connection.stream.write(&request)?;
        ensure!(written == request.len(), "a socket took a part of a request only");
        Ok(())
    }

    /// Reads what has come; none as long as a part of the reply is missing.
    fn hear(&self, connection: &mut Connection) -> Result<Option<Heard>> {
        let mut piece = [0; 4 << 10];
        match connection.stream.read(&mut piece) {
            Ok(0) => return Ok(Some(Heard::Bad)),
            Ok(count) => connection.heard.extend_from_slice(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(Some(Heard::Bad)),
            Err(error) => return Err(error.into()),
        }
        let Some(Reply { good, length }) = self.speech.reply(&connection.heard)? else { return Ok(None) };
        ensure!(length == connection.heard.len(), "more than one reply to one request");
        connection.heard.clear();
        Ok(Some(if good { Heard::Good } else { Heard::Bad }))
    }
}

fn connect(port: u16) -> Result<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    // Blocking, so that the connection is there.
    let stream = std::net::TcpStream::connect(address).context("nobody listens")?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(TcpStream::from_std(stream))
}
