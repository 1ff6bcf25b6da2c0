//! Ctrl-C and its like: a call that waits ends, and what it has taken is not lost.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use beaver_core::{Cancel, Result};

/// What a signal ends. Until the first call to [`Interrupts::during`], signals do what they do to any program.
#[derive(Default)]
pub struct Interrupts {
    state: Arc<State>,
    started: std::cell::Cell<bool>,
}

#[derive(Default)]
struct State {
    /// The signal that came; 0 if none did.
    caught: AtomicI32,
    /// What is to be cancelled by one.
    cancel: Mutex<Cancel>,
    /// Somebody else looks after signals.
    standing_down: AtomicBool,
}

impl State {
    /// Takes notice of a signal; false if one had come before.
    fn notice(&self, signal: i32) -> bool {
        if self.standing_down.load(Ordering::SeqCst) {
            return true;
        }
        let first = self.caught.swap(signal, Ordering::SeqCst) == 0;
        let cancel = self.cancel.lock().unwrap_or_else(PoisonError::into_inner).clone();
        cancel.cancel();
        first
    }
}

impl Interrupts {
    /// Does work that a signal ends as INTERRUPTED. A second signal ends the program at once.
    ///
    /// # Errors
    /// What the work gives.
    pub fn during<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.start();
        self.state.standing_down.store(false, Ordering::SeqCst);
        let cancel = Cancel::new();
        *self.state.cancel.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        if self.caught().is_some() {
            cancel.cancel();
        }
        cancel.during(work)
    }

    /// The signal that came, if one did.
    pub fn caught(&self) -> Option<i32> {
        Some(self.state.caught.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Forgets the signal that came: the next command begins.
    pub fn forget(&self) {
        self.state.caught.store(0, Ordering::SeqCst);
    }

    /// Leaves signals to somebody else, until the next call to [`Interrupts::during`]. Gives the one that has come.
    pub fn stand_down(&self) -> Option<i32> {
        self.state.standing_down.store(true, Ordering::SeqCst);
        self.caught()
    }

    /// Asks a long piece of work whether it is to go on, from now on.
    pub fn go_on(&self) -> bool {
        self.start();
        self.caught().is_none()
    }

    #[cfg(unix)]
    fn start(&self) {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        if self.started.replace(true) {
            return;
        }
        // Without the handlers a signal ends the program, as it does every other.
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
        let state = self.state.clone();
        std::thread::spawn(move || {
            for signal in signals.forever() {
                if !state.notice(signal) {
                    std::process::exit(crate::exit::signalled(signal).into());
                }
            }
        });
    }

    /// Elsewhere Ctrl-C ends the program as the system does it.
    #[cfg(not(unix))]
    fn start(&self) {
        self.started.set(true);
    }
}
