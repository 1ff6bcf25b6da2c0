//! Vector searches over HTTP, one after the other on one connection.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http;

#[derive(Deserialize)]
pub struct Search {
    port: u16,
    collection: String,
    /// The vectors that are searched for, as little-endian float32.
    queries: PathBuf,
    count: usize,
    dimension: usize,
    k: usize,
}

#[derive(Deserialize)]
struct Hit {
    id: String,
}

impl Search {
    pub fn run(self) -> Result<Value> {
        let bytes = std::fs::read(&self.queries).with_context(|| format!("no {}", self.queries.display()))?;
        let vectors: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).context("nobody listens")?;
        stream.set_nodelay(true)?;
        let (mut micros, mut answers) = (Vec::new(), Vec::new());
        for vector in vectors.chunks_exact(self.dimension).take(self.count) {
            let body = json!({ "vector": vector, "k": self.k }).to_string();
            let request = format!(
                "POST /collections/{}/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                self.collection,
                body.len()
            );
            let start = Instant::now();
            stream.write_all(request.as_bytes())?;
            let reply = receive(&mut stream)?;
            micros.push(start.elapsed().as_secs_f64() * 1e6);
            let reply = http::reply(&reply)?.context("it was there")?;
            http::good(&reply)?;
            let hits: Vec<Hit> = serde_json::from_slice(reply.body)?;
            answers.push(hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>());
        }
        micros.sort_by(f64::total_cmp);
        Ok(json!({ "p50": micros.get(micros.len() / 2), "answers": answers }))
    }
}

/// The bytes of one whole reply.
fn receive(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let (mut bytes, mut piece) = (Vec::new(), vec![0; 64 << 10]);
    while http::reply(&bytes)?.is_none() {
        match stream.read(&mut piece)? {
            0 => bail!("the server has closed the connection"),
            count => bytes.extend_from_slice(piece.get(..count).unwrap_or_default()),
        }
    }
    Ok(bytes)
}
