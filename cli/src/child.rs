//! A command that runs while a lock is held.

use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use beaver_core::{Error, ErrorKind, Lock};

use crate::context::Context;
use crate::exit::{self, Failure, Outcome};
use crate::lock::Run;

/// How long a command that has lost its lock may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// What the one who looks after the command is told.
pub(crate) enum News {
    /// The command has ended, and can be waited for without waiting.
    Ended,
    /// A signal that the command has not got by itself.
    Signal(i32),
}

/// Runs a command under a lock.
pub fn run(cx: &Context, lock: &Lock, run: &Run) -> Outcome {
    let Some((program, arguments)) = run.command.split_first() else {
        return Err(Failure::usage("there is no command to run"));
    };
    if !cx.interrupts.during(|| lock.acquire(run.timeout, run.ttl))? {
        return Err(Failure::timed_out("somebody else holds the lock"));
    }
    cx.out.flush()?;
    let (sender, news) = mpsc::channel();
    // From here on signals are passed on: there is no moment at which one would end this program alone.
    let forwarding = system::forward_signals(&sender);
    if cx.interrupts.stand_down().is_some() {
        lock.release()?;
        return Err(Error::new(ErrorKind::Interrupted, "the command was not begun").into());
    }
    let outcome = match Command::new(program).args(arguments).spawn() {
        Ok(child) => {
            let (mut child, _told) = system::tell_end(child, sender);
            look_after(lock, run.ttl, &mut child, &news)
        }
        Err(e) => {
            eprintln!("beaver: {} cannot be run: {e}", program.to_string_lossy());
            let missing = e.kind() == io::ErrorKind::NotFound;
            Err(Failure::Code(if missing { exit::NO_COMMAND } else { exit::CANNOT_RUN }))
        }
    };
    drop(forwarding);
    // A lock that is lost is nobody's to release.
    let released = lock.release();
    match outcome {
        Ok(status) => {
            released?;
            of_status(status)
        }
        Err(failure) => Err(failure),
    }
}

/// Renews the lock and passes signals on until the command ends.
fn look_after(lock: &Lock, ttl: Duration, child: &mut Child, news: &mpsc::Receiver<News>) -> Outcome<ExitStatus> {
    let failed = |e: io::Error| Failure::file("waited for", "the command", &e);
    let mut held_until = Instant::now() + ttl;
    let mut next = Instant::now() + ttl / 2;
    loop {
        match news.recv_timeout(next.saturating_duration_since(Instant::now())) {
            Ok(News::Ended) | Err(RecvTimeoutError::Disconnected) => return child.wait().map_err(failed),
            Ok(News::Signal(signal)) => system::signal(child, signal),
            Err(RecvTimeoutError::Timeout) => match lock.renew(ttl) {
                Ok(true) => {
                    held_until = Instant::now() + ttl;
                    next = Instant::now() + ttl / 2;
                }
                // What fails now may work in a moment: the lock is held for as long as its time runs.
                Err(e) if Instant::now() < held_until => {
                    eprintln!("beaver: the lock could not be renewed yet: {e}");
                    next = Instant::now() + (ttl / 10).min(held_until.saturating_duration_since(Instant::now()));
                }
                lost => {
                    let why = lost.err().map_or_else(String::new, |e| format!(": {e}"));
                    eprintln!("beaver: the lock is lost{why}; the command is told to end");
                    end(child, news);
                    return Err(Failure::Code(exit::ERROR));
                }
            },
        }
    }
}

/// Ends a command, first with a word.
fn end(child: &mut Child, news: &mpsc::Receiver<News>) {
    system::terminate(child);
    let deadline = Instant::now() + GRACE;
    loop {
        match news.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(News::Signal(signal)) => system::signal(child, signal),
            Ok(News::Ended) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                // It may have ended this very moment.
                let _ = child.kill();
                break;
            }
        }
    }
    let _ = child.wait();
}

/// The command's code is ours.
fn of_status(status: ExitStatus) -> Outcome {
    match (status.code(), system::ended_by(status)) {
        (Some(0), _) => Ok(()),
        (Some(code), _) => Err(Failure::Code(u8::try_from(code).unwrap_or(exit::ERROR))),
        (None, Some(signal)) => Err(Failure::Code(exit::signalled(signal))),
        (None, None) => Err(Failure::Code(exit::ERROR)),
    }
}

#[cfg(unix)]
mod system {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, ExitStatus};
    use std::sync::mpsc::Sender;
    use std::thread::JoinHandle;

    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
    use signal_hook::iterator::exfiltrator::WithOrigin;
    use signal_hook::iterator::{Handle, SignalsInfo};
    use signal_hook::low_level::siginfo::{Cause, Origin};

    use super::News;

    /// Passes signals on until it is dropped.
    pub struct Forwarding(Option<Handle>);

    impl Drop for Forwarding {
        fn drop(&mut self) {
            if let Some(handle) = &self.0 {
                handle.close();
            }
        }
    }

    pub fn forward_signals(news: &Sender<News>) -> Forwarding {
        let wanted = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];
        let Ok(mut signals) = SignalsInfo::<WithOrigin>::new(wanted) else { return Forwarding(None) };
        let (handle, news) = (signals.handle(), news.clone());
        std::thread::spawn(move || {
            for Origin { signal, cause, .. } in signals.forever() {
                // What a terminal sends, it sends to the command too.
                if cause != Cause::Kernel && news.send(News::Signal(signal)).is_err() {
                    return;
                }
            }
        });
        Forwarding(Some(handle))
    }

    /// Tells when the command has ended, without taking its status: until that is taken, its number is nobody else's,
    /// so that no signal goes astray.
    pub fn tell_end(child: Child, news: Sender<News>) -> (Child, JoinHandle<()>) {
        let pid = pid(&child);
        let waiter = std::thread::spawn(move || {
            if let Some(pid) = pid {
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while waitid(WaitId::Pid(pid), options).is_err_and(|e| e == rustix::io::Errno::INTR) {}
            }
            // Nobody listens any more if the program is ending.
            let _ = news.send(News::Ended);
        });
        (child, waiter)
    }

    fn pid(child: &Child) -> Option<Pid> {
        Pid::from_raw(i32::try_from(child.id()).ok()?)
    }

    pub fn signal(child: &Child, signal: i32) {
        if let (Some(pid), Some(signal)) = (pid(child), Signal::from_named_raw(signal)) {
            // One that has ended this very moment needs no signal.
            let _ = kill_process(pid, signal);
        }
    }

    pub fn terminate(child: &Child) {
        signal(child, SIGTERM);
    }

    pub fn ended_by(status: ExitStatus) -> Option<i32> {
        status.signal()
    }
}

/// Where there are no signals: a command that has lost its lock is ended without a word.
#[cfg(not(unix))]
mod system {
    use std::process::{Child, ExitStatus};
    use std::sync::mpsc::Sender;

    use super::News;

    pub fn forward_signals(_: &Sender<News>) {}

    pub fn tell_end(child: Child, news: Sender<News>) -> (Child, Sender<News>) {
        (child, news)
    }

    pub fn signal(_: &Child, _: i32) {}

    pub fn terminate(child: &mut Child) {
        let _ = child.kill();
    }

    pub fn ended_by(_: ExitStatus) -> Option<i32> {
        None
    }
}
