//! Starting, serving, stopping.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use beaver_core::remote::Service;
use beaver_core::{Beaver, Error, ErrorKind, Options, Result};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::runtime::Runtime;
use tokio::sync::{Semaphore, oneshot};
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::config::{Config, Database, LogFormat};
use crate::guard::{self, Guard};
use crate::keys::Keys;
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::problem::Exceeded;
use crate::{connection, openapi, table, tls};

/// Threads that do what waits for nobody, gets of a dict among it: as many as there are processors, within these.
const WORKERS: [usize; 2] = [2, 8];
/// How much of what it has read a server remembers until the next commit: what is asked for often needs no read then.
pub const READ_CACHE_BYTES: u64 = 8 << 20;
/// How often it is looked for programs that have gone.
const SWEEP: Duration = Duration::from_secs(10);

/// Serves until SIGINT or SIGTERM; then finishes what is running and closes the database.
///
/// # Errors
/// As [`Server::start`].
pub fn run(config: Config) -> Result<()> {
    log_to_stderr(&config);
    let runtime = runtime(&config)?;
    runtime.block_on(async {
        let ready = Ready::new(config).await?;
        let (address, scheme) = (ready.address, if ready.tls.is_some() { "https" } else { "http" });
        tracing::info!(%address, "listening on {scheme}://{address} (interactive documentation at /docs)");
        ready.serve(signals()).await;
        tracing::info!("stopped");
        Ok(())
    })
}

fn log_to_stderr(config: &Config) {
    let Some(format) = config.log else { return };
    let level = if config.verbose { tracing::Level::DEBUG } else { tracing::Level::INFO };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr).with_target(false);
    // A program that has one already keeps its own.
    let _ = match format {
        LogFormat::Text => {
            use std::io::IsTerminal;
            let colours = std::io::stderr().is_terminal();
            tracing::subscriber::set_global_default(builder.with_ansi(colours).finish())
        }
        LogFormat::Json => tracing::subscriber::set_global_default(builder.json().finish()),
    };
}

fn runtime(config: &Config) -> Result<Runtime> {
    let limits = &config.limits;
    let [least, most] = WORKERS;
    let workers = std::thread::available_parallelism().map_or(least, |count| count.get().clamp(least, most));
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .max_blocking_threads(limits.threads.max(1) + limits.waits + 16)
        .thread_keep_alive(Duration::from_secs(5))
        .thread_name("beaver-server")
        .enable_all()
        .build()
        .map_err(|e| Error::new(ErrorKind::Io, format!("the server's threads cannot be started: {e}")))
}

/// Returns at the first signal that asks for a stop.
async fn signals() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// A server that runs in the background; dropped, it stops as gracefully as one that gets a signal.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server and returns when it listens.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for an address that other machines reach without [`Config::expose`], for TLS files that are
    /// none, and for a host that is none; DENIED if an exposed database has no key; IO if the address cannot be had; as
    /// [`Beaver::open`].
    pub fn start(config: Config) -> Result<Server> {
        let runtime = runtime(&config)?;
        let ready = runtime.block_on(Ready::new(config))?;
        let address = ready.address;
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = move || {
            runtime.block_on(ready.serve(async {
                // Told, or dropped.
                let _ = stopped.await;
            }));
        };
        let thread = std::thread::Builder::new()
            .name("beaver-server".to_owned())
            .spawn(serve)
            .map_err(|e| Error::new(ErrorKind::Io, format!("the server's thread cannot be started: {e}")))?;
        Ok(Server { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A server that listens and does not answer yet.
struct Ready {
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
}

impl Ready {
    async fn new(config: Config) -> Result<Ready> {
        let target = resolve(&config.host, config.port).await?;
        let exposed = !target.ip().is_loopback();
        if exposed && !config.expose {
            let message = format!("{} is reached by other machines: say --expose if that is meant", target.ip());
            return Err(Error::new(ErrorKind::InvalidArgument, message));
        }
        let db = match config.database {
            Database::File(path) => {
                Beaver::open(path, Options { read_cache_bytes: READ_CACHE_BYTES, ..Options::default() })?
            }
            Database::Open(db) => db,
        };
        let keys = Keys::new(&db, exposed)?;
        if exposed && !keys.any() {
            let message = "an exposed server needs a key, and the database has none: `beaver key create` makes one";
            return Err(Error::new(ErrorKind::Denied, message));
        }
        let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
        if exposed && tls.is_none() {
            tracing::warn!("keys and data go over the network in the clear: use TLS, here or in a proxy before it");
        }
        let listener = TcpListener::bind(target)
            .await
            .map_err(|e| Error::new(ErrorKind::Io, format!("{target} cannot be listened on: {e}")))?;
        let address = listener.local_addr().map_err(|e| Error::new(ErrorKind::Io, format!("no address: {e}")))?;
        let mut hosts = config.allow_hosts;
        hosts.push(config.host);
        let guard = Guard::new(&hosts, &config.allow_origins, exposed, config.limits.rate);
        let (app, router) = app(db, keys, guard, config.limits)?;
        Ok(Ready { app, router, listener, address, tls })
    }

    /// Serves until `stop` returns, then lets what is running end.
    async fn serve(self, stop: impl Future<Output = ()>) {
        let Ready { app, router, listener, tls, .. } = self;
        let room = Arc::new(Semaphore::new(app.limits.connections));
        let sweeping = tokio::spawn(sweep(app.service.clone()));
        let mut stop = std::pin::pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.as_mut() => break,
            };
            match accepted {
                Ok((stream, from)) => match room.clone().try_acquire_owned() {
                    Ok(place) => {
                        let serving = connection::serve(app.clone(), router.clone(), stream, from, tls.clone());
                        tokio::spawn(async move {
                            serving.await;
                            drop(place);
                        });
                    }
                    Err(_) => {
                        app.metrics.exceeded(Exceeded::Connections);
                        refuse(stream, tls.is_some());
                    }
                },
                Err(error) => {
                    // Mostly that there are no descriptors left: some will be.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(listener);
        tracing::info!("stopping: what is running is finished");
        app.stop();
        let all = u32::try_from(app.limits.connections).unwrap_or(u32::MAX);
        if tokio::time::timeout(app.limits.grace, room.acquire_many(all)).await.is_err() {
            tracing::warn!("some connections were not done in time");
        }
        // Writes that run are finished by this, calls that wait are ended.
        sweeping.abort();
        let closed = tokio::task::spawn_blocking(move || {
            app.held.clear();
            app.service.clear();
            app.db.close()
        });
        if let Ok(Err(error)) = closed.await {
            tracing::error!(%error, "the database was not closed well");
        }
    }
}

/// Forgets programs that have gone without a word, now and then.
async fn sweep(service: Arc<Service>) {
    let mut now_and_then = tokio::time::interval(SWEEP);
    loop {
        now_and_then.tick().await;
        let service = service.clone();
        // What they held may have to be waited for. If it cannot be given back, that is told elsewhere.
        let _ = tokio::task::spawn_blocking(move || service.sweep()).await;
    }
}

/// The routes, and what they share.
pub(crate) fn app(db: Beaver, keys: Keys, guard: Guard, limits: Limits) -> Result<(Arc<App>, Router)> {
    let routes = table::routes();
    let openapi = openapi::document(routes.paths, routes.schemas)?;
    let app = Arc::new(App::new(db, limits, keys, guard, Metrics::new(routes.infos), openapi));
    let router = routes
        .router
        .fallback(guard::not_found)
        .method_not_allowed_fallback(guard::not_allowed)
        .with_state(app.clone());
    Ok((app, router))
}

/// Tells a connection too many so, at no cost worth speaking of.
fn refuse(stream: TcpStream, tls: bool) {
    if tls {
        return;
    }
    if let Ok(mut stream) = stream.into_std().and_then(TcpStream::from_std) {
        tokio::spawn(async move {
            let answer = guard::crowded();
            let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(&answer)).await;
        });
    }
}

async fn resolve(host: &str, port: u16) -> Result<SocketAddr> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut found = lookup_host((bare, port))
        .await
        .map_err(|e| Error::new(ErrorKind::InvalidArgument, format!("the host to listen on is no address: {e}")))?;
    found.next().ok_or_else(|| Error::new(ErrorKind::InvalidArgument, "the host to listen on has no address"))
}
