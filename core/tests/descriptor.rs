//! The descriptor of a subscription, as event loops use it.
#![cfg(unix)]
#![allow(unsafe_code)] // poll(2) has no safe form in the standard library

use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use beaver_core::{Beaver, Options, Result, Start, Structure};
use serde_json::json;

const NOW: Option<Duration> = Some(Duration::ZERO);

/// Whether it can be read from within that time.
fn readable(descriptor: BorrowedFd<'_>, millis: i32) -> bool {
    let mut poll = libc::pollfd { fd: descriptor.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: one descriptor, borrowed for the time of the call.
    unsafe { libc::poll(&raw mut poll, 1, millis) == 1 }
}

#[test]
fn a_descriptor_can_be_read_from_while_something_is_there() -> Result<()> {
    let folder = tempfile::tempdir().unwrap();
    for path in [":memory:".into(), folder.path().join("d.db")] {
        let db = Beaver::open(path, Options::default())?;
        let channel = db.channel("c")?;
        let subscription = channel.subscribe(Start::Now)?;
        assert_eq!(subscription.next(NOW)?, None);
        let descriptor = subscription.descriptor()?;
        assert!(!readable(descriptor, 0));
        channel.publish(json!(0))?;
        channel.publish(json!(1))?;
        assert!(readable(descriptor, 10_000));
        for _ in 0..2 {
            assert!(subscription.next(Some(Duration::from_secs(10)))?.is_some());
        }
        assert_eq!(subscription.next(NOW)?, None);
        assert!(!readable(descriptor, 0));
        channel.publish(json!(2))?;
        assert!(readable(descriptor, 10_000));
        // Whoever asks for it late learns what is there already.
        let late = channel.subscribe(Start::Oldest)?;
        assert!(readable(late.descriptor()?, 0));
    }
    Ok(())
}

#[test]
fn the_end_of_a_subscription_can_be_read_from_its_descriptor() -> Result<()> {
    let db = Beaver::open(":memory:", Options::default())?;
    let events = db.dict("d")?.on("set")?;
    assert_eq!(events.next(NOW)?, None);
    assert!(!readable(events.descriptor()?, 0));
    events.close();
    assert!(readable(events.descriptor()?, 0));
    Ok(())
}
