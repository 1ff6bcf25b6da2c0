//! Servers of HTTP as processes of their own: ours, and that of BeaverDB 1.3.0.

use super::Bench;
use crate::sh;
use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// Killed when dropped.
pub struct Serving {
    child: Child,
    pub port: u16,
}

/// Ours, on a file.
pub fn beaver(bench: &Bench, file: &Path) -> Result<Serving> {
    let mut command = sh::command(&bench.beaver);
    let port = free_port()?;
    command.arg("--database").arg(file).args(["serve", "--port", &port.to_string()]);
    Serving::start("beaver serve", &mut command, port)
}

/// That of 1.3.0, on a file of its own.
pub fn beaver_1x(python: &str, file: &Path) -> Result<Serving> {
    let mut command = sh::command(python);
    let port = free_port()?;
    command.arg("benches/python/serve_1x.py").arg(file).arg(port.to_string()).env("PYTHONDONTWRITEBYTECODE", "1");
    Serving::start("the server of BeaverDB 1.3.0", &mut command, port)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

impl Serving {
    /// Returns when it listens.
    fn start(name: &str, command: &mut Command, port: u16) -> Result<Serving> {
        let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let mut serving = Serving { child, port };
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if serving.child.try_wait()?.is_some() || start.elapsed() > PATIENCE {
                bail!("{name} does not listen");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(serving)
    }

    /// Resident memory in MiB, as Linux tells it; nothing elsewhere.
    pub fn resident_mib(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It fails only where it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
