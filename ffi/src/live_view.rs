//! Live views of logs.

use beaver_core::{Beaver, Live as Numbers, LiveEntries, LogEntry, Result, wire};
use safer_ffi::prelude::*;

use crate::buf::OutBuf;
use crate::call::free;
use crate::error::OutError;
use crate::give;
use crate::input::{StrIn, text, timeout};
use crate::live::Live;
use crate::log::beaver_log;
use crate::status::{BEAVER_OK, BEAVER_TIMEOUT, beaver_status};
use crate::structure::{Object, with};

/// What the last while of a log looks like, again and again: numbers made of its entries, or the entries. Each time it
/// reads only what has come since the last.
#[derive_ReprC]
#[repr(opaque)]
pub struct beaver_live_view {
    view: View,
    db: Beaver,
    _live: Live,
}

/// cbindgen:ignore
pub type OutLiveView<'o> = Option<Out<'o, Option<repr_c::Box<beaver_live_view>>>>;

/// What is shown.
pub enum View {
    Numbers(Numbers),
    Entries(LiveEntries),
}

impl Object for beaver_live_view {
    const NAME: &'static str = "view";
    type Inner = View;

    fn inner(&self) -> &View {
        &self.view
    }

    fn db(&self) -> &Beaver {
        &self.db
    }
}

impl View {
    fn next(&self, timeout_ms: i64) -> Result<Option<String>> {
        let timeout = timeout(timeout_ms)?;
        match self {
            View::Numbers(numbers) => Ok(numbers.next(timeout)?.map(String::from)),
            View::Entries(entries) => entries.next(timeout, |entries| {
                wire::array(entries.map(|(timestamp, data)| wire::log_row(&LogEntry { timestamp, data: data.clone() })))
            }),
        }
    }

    fn close(&self) {
        match self {
            View::Numbers(numbers) => numbers.close(),
            View::Entries(entries) => entries.close(),
        }
    }
}

/// Begins a live view of a log: every "period", what the "aggregates" make of the entries of the last "window".
/// An aggregate is {"op": "count"} or {"op": "rate"} (count for each second of the window), of the entries or, with a
/// "path", of the numbers there; {"op": "sum"}, "mean", "min", "max" with a "path"; {"op": "percentile", "p": 0 to 100}
/// with a "path". Entries that have no number at the path do not take part; without any number, what is not a count, a sum
/// or a rate is null. An entry that is itself a number has the path "value".
/// @param options_json  {"window": seconds, "period": seconds, "aggregates": {name: aggregate}}, both times above 0, 1
///                      to BEAVER_MAX_AGGREGATES aggregates; without "aggregates" the view gives the entries.
/// @param out_view      On OK: the view; caller frees with beaver_live_view_free().
/// @return OK, INVALID_ARGUMENT, INVALID_UTF8, INVALID_JSON, LIMIT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_log_live(
    log: Option<&beaver_log>,
    options_json: StrIn<'_>,
    out_view: OutLiveView<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(log, out_error, |log| {
        give::object("out_view", out_view, || {
            let wire::LiveView { window, period, aggregates } = wire::live_view(text("options_json", options_json)?)?;
            let view = match aggregates {
                Some(aggregates) => View::Numbers(log.inner()?.live(window, period, aggregates)?),
                None => View::Entries(log.inner()?.live_entries(window, period)?),
            };
            Ok(beaver_live_view { view, db: log.db()?.clone(), _live: Live::new() })
        })
    })
}

/// Waits until the next result is due: the first is at once, the others one period after each other. Those that
/// nobody waited for are left out.
/// @param timeout_ms  how long to wait, in milliseconds; 0 for a result only if it is due, -1 for ever.
/// @param out_json    On OK: a JSON object of a number for each aggregate, or a JSON array of the entries of the
///                    window as rows, {"timestamp_us", "data"}, the oldest first; caller frees with
///                    beaver_buf_free().
/// @return OK, TIMEOUT, LIMIT (the window holds more than BEAVER_MAX_WINDOW_ENTRIES), CLOSED also if the view is, and
///         what all reads give
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_live_view_next(
    view: Option<&beaver_live_view>,
    timeout_ms: i64,
    out_json: OutBuf<'_>,
    out_error: OutError<'_>,
) -> beaver_status {
    with(view, out_error, |view| give::text_or(BEAVER_TIMEOUT, "out_json", out_json, || view.inner()?.next(timeout_ms)))
}

/// Ends the view: a call that waits, and each later one, gives CLOSED. Closing again does nothing.
/// @return OK, INVALID_ARGUMENT
/// @thread any, concurrently.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_live_view_close(view: Option<&beaver_live_view>, out_error: OutError<'_>) -> beaver_status {
    with(view, out_error, |view| {
        view.inner()?.close();
        Ok(BEAVER_OK)
    })
}

/// Frees the view. Not while another thread is in a call on it: close it, and let that thread end.
/// @param view  what to free, or NULL.
/// @thread one at a time.  @since 0.1
#[unsafe(no_mangle)]
pub extern "C" fn beaver_live_view_free(view: Option<repr_c::Box<beaver_live_view>>) {
    free(view);
}
