//! Commands that run under a lock.

mod common;

use std::os::unix::process::ExitStatusExt;

use common::{Place, Said, signal, start, until};
use rustix::process::Signal;

#[test]
fn the_code_of_the_command_is_passed_on() {
    let place = Place::new();
    assert_eq!(place.run(&["lock", "l", "run", "echo", "--timeout", "7"]).well(), "--timeout 7\n");
    for code in [0, 1, 3, 42, 255] {
        let said = place.run(&["lock", "l", "run", "bash", "-c", &format!("exit {code}")]);
        assert_eq!((said.code, said.err.as_str()), (code, ""));
    }
    assert!(place.run(&["lock", "l", "run", "no-such-command"]).fails(127).contains("cannot be run"));
    place.write("no-program", "text");
    place.run(&["lock", "l", "run", "./no-program"]).fails(126);
    assert_eq!(place.run(&["lock", "l", "run", "bash", "-c", "kill -9 $$"]).code, 128 + 9);
    assert_eq!(place.run(&["lock", "l", "locked"]).well(), "false\n");
}

#[test]
fn one_at_a_time_in_the_order_of_coming() {
    let place = Place::new();
    let line = "for n in 1 2 3 4; do beaver lock l run bash -c 'echo begin; sleep 0.05; echo end' & done; wait";
    assert_eq!(place.sh(line).well(), "begin\nend\n".repeat(4));
}

#[test]
fn the_lock_is_renewed_for_as_long_as_the_command_runs() {
    let place = Place::new();
    let line = "beaver lock l run --ttl 0.4 sleep 1.5 & sleep 1.1; beaver lock l locked; wait; beaver lock l locked";
    assert_eq!(place.sh(line).well(), "true\nfalse\n");
}

#[test]
fn signals_are_forwarded_to_the_command() {
    let place = Place::new();
    for (sent, number) in [(Signal::TERM, 15), (Signal::INT, 2), (Signal::HUP, 1), (Signal::USR1, 10)] {
        let script = format!("trap 'echo caught; exit 5' {number}; touch ready; while :; do sleep 0.02; done");
        let child = start(&mut place.command(&["lock", "l", "run", "bash", "-c", &script]));
        until("the command runs", || place.path("ready").exists());
        std::fs::remove_file(place.path("ready")).expect("it is there");
        signal(&child, sent);
        let said = Said::from(child.wait_with_output().expect("it ends"));
        assert_eq!((said.code, said.out.as_str()), (5, "caught\n"), "{sent:?}: {}", said.err);
    }
    assert_eq!(place.run(&["lock", "l", "locked"]).well(), "false\n");
    let child = start(&mut place.command(&["lock", "l", "run", "sleep", "60"]));
    until("the lock is held", || place.run(&["lock", "l", "locked"]).out == "true\n");
    // The command is there a moment after the lock is held.
    std::thread::sleep(std::time::Duration::from_millis(300));
    signal(&child, Signal::TERM);
    assert_eq!(Said::from(child.wait_with_output().expect("it ends")).code, 128 + 15);
}

#[test]
fn a_signal_while_waiting_for_the_lock_ends_the_wait() {
    let place = Place::new();
    let mut holder = start(&mut place.command(&["lock", "l", "run", "bash", "-c", "touch ready; sleep 20"]));
    until("the lock is held", || place.path("ready").exists());
    let waiter = start(&mut place.command(&["lock", "l", "run", "touch", "never"]));
    std::thread::sleep(std::time::Duration::from_millis(300));
    signal(&waiter, Signal::INT);
    let said = Said::from(waiter.wait_with_output().expect("it ends"));
    assert_eq!((said.code, said.err.as_str()), (128 + 2, ""));
    assert!(!place.path("never").exists());
    signal(&holder, Signal::TERM);
    assert_eq!(holder.wait().expect("it ends").code(), Some(128 + 15));
}

#[test]
fn a_command_that_has_lost_its_lock_is_told_to_end() {
    let place = Place::new();
    let script = "trap 'echo told; exit 0' TERM; touch ready; while :; do sleep 0.02; done";
    let child = start(&mut place.command(&["lock", "l", "run", "--ttl", "0.4", "bash", "-c", script]));
    until("the command runs", || place.path("ready").exists());
    assert_eq!(place.run(&["lock", "l", "clear"]).well(), "1\n");
    let said = Said::from(child.wait_with_output().expect("it ends"));
    assert_eq!((said.code, said.out.as_str()), (1, "told\n"));
    assert!(said.err.contains("the lock is lost"), "{}", said.err);
}

#[test]
fn a_program_that_is_killed_leaves_the_lock_for_its_ttl_only() {
    let place = Place::new();
    let mut child =
        start(&mut place.command(&["lock", "l", "run", "--ttl", "0.5", "bash", "-c", "touch ready; sleep 2"]));
    until("the command runs", || place.path("ready").exists());
    child.kill().expect("it runs");
    assert_eq!(child.wait().expect("it ends").signal(), Some(9));
    assert_eq!(place.run(&["lock", "l", "run", "--timeout", "10", "echo", "next"]).well(), "next\n");
}
