//! A server for these tests: HTTP as simple as the client needs it, over a database in this process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use beaver_core::remote::{PATH, Service};
use beaver_core::{Beaver, Cancel, Options};

pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    service: Service,
    stop: AtomicBool,
    connections: Mutex<Vec<(TcpStream, JoinHandle<()>)>>,
    key: Option<(&'static str, bool)>,
    /// What was asked.
    asked: Mutex<Vec<Vec<u8>>>,
}

impl Server {
    /// Serves a file on a free port.
    pub fn start(path: &Path) -> Server {
        Server::start_at(path, "127.0.0.1:0".parse().unwrap(), None)
    }

    /// Serves it to who has the key, which may be one that only reads.
    pub fn with_key(path: &Path, key: &'static str, read_only: bool) -> Server {
        Server::start_at(path, "127.0.0.1:0".parse().unwrap(), Some((key, read_only)))
    }

    pub fn start_at(path: &Path, address: SocketAddr, key: Option<(&'static str, bool)>) -> Server {
        let db = Beaver::open(path, Options::default()).unwrap();
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Shared {
            service: Service::new(&db),
            stop: AtomicBool::new(false),
            connections: Mutex::default(),
            key,
            asked: Mutex::default(),
        };
        let shared = Arc::new(shared);
        let accepting = std::thread::spawn({
            let shared = shared.clone();
            move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if shared.stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let (serving, other) = (shared.clone(), stream.try_clone().unwrap());
                    let thread = std::thread::spawn(move || serve(&serving, &stream));
                    shared.connections.lock().unwrap().push((other, thread));
                }
            }
        });
        Server { address, shared, accepting: Some(accepting) }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that came, in their order.
    pub fn asked(&self) -> Vec<Vec<u8>> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Posts a body as it is, and gives the answer.
    pub fn post(&self, body: &[u8]) -> Vec<u8> {
        let gone = Cancel::new();
        // What waits does so for a moment only.
        std::thread::spawn({
            let gone = gone.clone();
            move || {
                std::thread::sleep(std::time::Duration::from_millis(50));
                gone.cancel();
            }
        });
        match gone.during(|| self.shared.service.answer(body, false)) {
            Ok(answer) => answer.body,
            // The moment was over: what waited, or took its time on a busy machine, has nobody to answer.
            Err(error) => error.kind().name().into(),
        }
    }
}

impl Drop for Server {
    /// As if the program was killed: connections are cut where they are.
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let _ = self.accepting.take().unwrap().join();
        for (stream, thread) in self.shared.connections.lock().unwrap().drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
            drop(thread); // a request that waits ends by itself
        }
    }
}

fn serve(shared: &Shared, stream: &TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        assert_eq!(head[0], format!("POST {PATH} HTTP/1.1"));
        let header = |name: &str| {
            let value = |line: &String| {
                let (found, value) = line.split_once(':')?;
                found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            };
            head.iter().find_map(value)
        };
        let length = header("content-length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        shared.asked.lock().unwrap().push(body.clone());
        let mut read_only = false;
        if let Some((key, only)) = shared.key {
            if header("authorization") != Some(format!("Bearer {key}")) {
                let _ = (&*stream).write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n");
                continue;
            }
            read_only = only;
        }
        let answer = shared.service.answer(&body, read_only).expect("nobody ends it");
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", answer.body.len());
        if shared.stop.load(Ordering::SeqCst)
            || (&*stream).write_all(&[head.as_bytes(), &answer.body].concat()).is_err()
        {
            shared.service.give_back(answer.taken);
            return;
        }
    }
}
