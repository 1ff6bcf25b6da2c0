//! A room to talk in, for any number of processes on one file.
//!
//! ```text
//! chat FILE NAME    takes part under that name: says what is typed, prints what is said; ends with the input
//! chat              shows it: plays Ann, and starts itself again as Bob
//! ```

use std::error::Error;
use std::io::{BufRead, Write, stdin};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use beaver_core::{Beaver, Channel, Message, Options, Start};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What travels on the channel.
#[derive(Serialize, Deserialize)]
struct Said {
    from: String,
    /// None: that one has left.
    text: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [file, name] => take_part(Path::new(file), name),
        _ => play(),
    }
}

fn say(room: &Channel, from: &str, text: Option<&str>) -> Result<(), beaver_core::Error> {
    room.publish(json!({ "from": from, "text": text })).map(drop)
}

/// Prints a message, and tells whether that one has left.
fn show(message: &Message, name: &str) -> Result<bool, Box<dyn Error>> {
    let Said { from, text } = message.payload.to()?;
    match &text {
        Some(text) => println!("{from}: {}", json!(text)),
        None => println!("{from} has left"),
    }
    Ok(text.is_none() && from == name)
}

/// One thread says what is typed, the other prints what is said.
fn take_part(file: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let db = Beaver::open(file, Options::default())?;
    let room = db.channel("room")?;
    let said = room.subscribe(Start::Oldest)?; // what was said before, too
    thread::scope(|scope| {
        let typing = scope.spawn(|| {
            for line in stdin().lock().lines() {
                let Ok(line) = line else { break };
                say(&room, name, Some(&line))?;
            }
            say(&room, name, None)
        });
        while let Some(message) = said.next(None)? {
            if show(&message, name)? {
                break;
            }
        }
        typing.join().map_err(|_| "the typing thread panicked")??;
        Ok(())
    })
}

/// Plays Ann, and types for Bob.
fn play() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("chat.db");
    let db = Beaver::open(&file, Options::default())?;
    let room = db.channel("room")?;
    let said = room.subscribe(Start::Now)?;
    let mut bob = Command::new(std::env::current_exe()?)
        .arg(&file)
        .arg("bob")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut keys = bob.stdin.take().ok_or("Bob has no input")?;
    let next = || said.next(Some(Duration::from_secs(60)))?.ok_or_else(|| "nothing was heard for a minute".into());
    let show_next = || next().and_then(|message: Message| show(&message, "ann"));

    println!("What ann saw:");
    for (name, text) in [
        ("ann", "Is anybody here?"),
        ("bob", "I am, in a process of my own."),
        ("ann", "And how do you hear me?"),
        ("bob", "Through the file: your commit wakes me."),
    ] {
        if name == "ann" {
            say(&room, name, Some(text))?;
        } else {
            writeln!(keys, "{text}")?;
        }
        show_next()?;
    }
    drop(keys);
    let saw = bob.wait_with_output()?;
    show_next()?;
    print!("What bob saw:\n{}", String::from_utf8(saw.stdout)?);
    Ok(())
}
