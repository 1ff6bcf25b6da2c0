//! The shell, fed by a program.

mod common;

use common::Place;

#[test]
fn lines_are_commands_on_one_open_database() {
    let place = Place::new();
    let lines = "# settings\n\ndict d set theme \"dark mode\"\nbeaver dict d get theme\ndict d get theme --raw\nexit\nlist l pop\n";
    assert_eq!(place.run_with(&["shell"], lines).well(), "\"dark mode\"\ndark mode\n");
    let lines = "list l push 1 2\nlist l items\nlist l len";
    assert_eq!(place.run_with(&["--database", ":memory:", "shell", "--json"], lines).well(), "[1,2]\n2\n");
    assert!(place.run_with(&["shell"], "help\n").out.contains("dict"));
}

#[test]
fn a_script_ends_with_the_first_line_that_fails() {
    let place = Place::new();
    let lines = "list l push 1\nlist l get 7\nlist l len\n";
    assert!(place.run_with(&["shell"], lines).fails(3).contains("NOT_FOUND"));
    let said = place.run_with(&["shell", "--keep-going"], lines);
    assert_eq!((said.code, said.out.as_str()), (0, "2\n"));
    for bad in ["frobnicate", "dict d set 'open", "shell", "dict d set k -"] {
        assert_eq!(place.run_with(&["shell"], bad).code, 2, "{bad}");
    }
}

#[test]
fn what_is_acquired_is_held_until_it_is_released() {
    let place = Place::new();
    place.run(&["queue", "q", "put", "1", "a"]).well();
    let lines = "queue q acquire --no-block --ttl 5m\nqueue q locked\nqueue q get --raw\nqueue q renew\nqueue q release\nqueue q locked\n\
                 lock l acquire\nlock l held\nlock l locked\nlock l release\nlock l held\n";
    assert_eq!(place.run_with(&["shell"], lines).well(), "true\na\nfalse\ntrue\ntrue\nfalse\n");
    place.run_with(&["shell"], "queue q release").fails(3);
    assert!(place.run(&["queue", "q", "release"]).fails(2).contains("beaver shell"));
}

#[test]
fn others_wait_for_what_a_shell_has_acquired() {
    let place = Place::new();
    let line = "(echo 'list l acquire'; echo 'list l push held'; sleep 0.7) | beaver shell & sleep 0.3; \
                beaver list l push other --open '{\"busy_timeout_ms\": 50}'; echo $?; wait; beaver list l push late; beaver list l items --raw";
    assert_eq!(place.sh(line).out, "4\nheld\nlate\n");
}
