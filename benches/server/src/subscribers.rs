//! WebSockets that listen to a channel in which nothing happens.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::http;

#[derive(Deserialize)]
pub struct Subscribe {
    port: u16,
    channel: String,
    count: usize,
}

/// A WebSocket; dropped, it is closed.
pub struct Open {
    _stream: TcpStream,
}

impl Subscribe {
    pub fn run(&self) -> Result<Vec<Open>> {
        (0..self.count).map(|_| self.open()).collect()
    }

    fn open(&self) -> Result<Open> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).context("nobody listens")?;
        // The key may be the same each time: it is there so that no proxy takes the request for another one.
        write!(
            stream,
            "GET /channels/{}/subscribe HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.channel
        )?;
        let (mut head, mut piece) = (Vec::new(), [0; 1 << 10]);
        loop {
            let count = stream.read(&mut piece)?;
            ensure!(count > 0, "the server has closed the connection");
            head.extend_from_slice(piece.get(..count).unwrap_or_default());
            if let Some(reply) = http::reply(&head)? {
                ensure!(reply.status == 101, "status {} instead of a WebSocket", reply.status);
                return Ok(Open { _stream: stream });
            }
        }
    }
}
