//! Bars that show how far long work is, where people see them.

use std::io::{self, Read};
use std::time::Duration;

use beaver_core::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::context::Context;

/// A bar on the error output, if that is a terminal; gone when it is dropped.
pub struct Bar(ProgressBar);

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Bar {
    /// A bar over things that are counted.
    pub fn counting(what: &str) -> Bar {
        Bar::new(what, "{msg} {wide_bar} {human_pos}/{human_len} {eta}")
    }

    /// A bar over bytes.
    pub fn bytes(what: &str) -> Bar {
        Bar::new(what, "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
    }

    fn new(what: &str, template: &str) -> Bar {
        // Hidden by itself where the error output is no terminal. Not drawn before there is something to tell.
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(10));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        Bar(bar)
    }

    /// Sets how much there is in all.
    pub fn total(&self, total: u64) {
        self.0.set_length(total);
    }

    /// So much more is done.
    pub fn add(&self, done: u64) {
        self.0.inc(done);
    }

    /// What to tell the core as the callback of a long call: moves the bar, and stops the work after a signal.
    pub fn callback<'b>(&'b self, cx: &'b Context) -> impl FnMut(Progress) -> bool + 'b {
        move |Progress { done, total }| {
            self.0.set_length(total);
            self.0.set_position(done);
            cx.interrupts.go_on()
        }
    }
}

/// A bar without an end, for a call that does not tell how far it is.
pub fn waiting(what: &str) -> Bar {
    let bar = Bar::new(what, "{msg} {spinner} {elapsed}");
    bar.0.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// A reader that moves a bar.
pub struct Watched<'b, R> {
    pub from: R,
    pub bar: &'b Bar,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.bar.add(count as u64);
        Ok(count)
    }
}
