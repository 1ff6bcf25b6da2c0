//! A Redis of our own, on a port of the loopback, where it is installed.

use crate::sh;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = "redis-server";
const PATIENCE: Duration = Duration::from_secs(10);

/// What it keeps on disk.
#[derive(Clone, Copy, PartialEq)]
pub enum Keeps {
    Nothing,
    /// Each change is appended to a file, which is flushed to the disk every second.
    Changes,
}

/// Killed when dropped.
pub struct Redis {
    child: Child,
    port: u16,
    version: String,
}

impl Redis {
    /// None where it is not installed.
    pub fn start(folder: &Path, keeps: Keeps) -> Result<Option<Redis>> {
        if sh::which(PROGRAM).is_none() {
            return Ok(None);
        }
        let version = sh::quiet_output(sh::command(PROGRAM).arg("--version"))?;
        let version = version.split_whitespace().find_map(|word| word.strip_prefix("v=")).unwrap_or("unknown");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = sh::command(PROGRAM);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--dir"]);
        command.arg(folder);
        match keeps {
            Keeps::Nothing => command.args(["--appendonly", "no"]),
            Keeps::Changes => command.args(["--appendonly", "yes", "--appendfsync", "everysec"]),
        };
        // A subscriber that lags is waited for, as it is by us.
        command.args(["--client-output-buffer-limit", "pubsub 0 0 0"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().context("cannot start Redis")?;
        let redis = Redis { child, port, version: format!("Redis {version}") };
        let start = Instant::now();
        while redis.clear().is_err() {
            if start.elapsed() > PATIENCE {
                bail!("Redis does not answer");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Some(redis))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn version(&self) -> &str {
        &self.version
    }

    /// Removes everything.
    pub fn clear(&self) -> Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.write_all(b"FLUSHALL\r\n")?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line)?;
        if line.trim_end() != "+OK" {
            bail!("Redis says {line:?}");
        }
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It fails only where it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
