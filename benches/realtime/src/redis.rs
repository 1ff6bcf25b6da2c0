//! Redis over a socket: PUBLISH and SUBSCRIBE, RPUSH and BLPOP. As much of its protocol as that takes
//! (<https://redis.io/docs/latest/develop/reference/protocol-spec/>, version 2).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use anyhow::{Context, Result, bail};

use crate::beaver::NAME;
use crate::means::{Lock, Receiver, Sender, What};

pub struct Redis {
    stream: BufReader<TcpStream>,
}

#[derive(Debug)]
enum Reply {
    Text(String),
    Number(i64),
    Nothing,
    Array(Vec<Reply>),
}

impl Redis {
    pub fn connect(port: &str) -> Result<Redis> {
        let port: u16 = port.parse().context("no port")?;
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("no Redis")?;
        stream.set_nodelay(true)?;
        Ok(Redis { stream: BufReader::with_capacity(64 << 10, stream) })
    }

    /// Sends commands together, without waiting for their replies.
    fn send_all<'c>(&mut self, commands: impl IntoIterator<Item = [&'c str; 3]>) -> Result<()> {
        let mut bytes = Vec::new();
        for command in commands {
            let words = command.iter().filter(|word| !word.is_empty());
            write!(bytes, "*{}\r\n", words.clone().count())?;
            for word in words {
                write!(bytes, "${}\r\n{word}\r\n", word.len())?;
            }
        }
        Ok(self.stream.get_mut().write_all(&bytes)?)
    }

    fn ask(&mut self, command: [&str; 3]) -> Result<Reply> {
        self.send_all([command])?;
        self.reply()
    }

    fn reply(&mut self) -> Result<Reply> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let (kind, rest) = line.trim_end().split_at_checked(1).context("Redis has ended")?;
        Ok(match kind {
            "+" => Reply::Text(rest.to_owned()),
            ":" => Reply::Number(rest.parse()?),
            "$" => match usize::try_from(rest.parse::<i64>()?) {
                Ok(length) => {
                    let mut bytes = vec![0; length + 2];
                    self.stream.read_exact(&mut bytes)?;
                    bytes.truncate(length);
                    Reply::Text(String::from_utf8(bytes)?)
                }
                Err(_) => Reply::Nothing,
            },
            "*" => match usize::try_from(rest.parse::<i64>()?) {
                Ok(length) => Reply::Array((0..length).map(|_| self.reply()).collect::<Result<_>>()?),
                Err(_) => Reply::Nothing,
            },
            _ => bail!("Redis says {rest}"),
        })
    }

    /// The last element of an array: the payload of a message, or the item of a list.
    fn last(reply: Reply) -> Result<String> {
        match reply {
            Reply::Array(mut elements) => match elements.pop() {
                Some(Reply::Text(text)) => Ok(text),
                other => bail!("Redis answers with {other:?}"),
            },
            other => bail!("Redis answers with {other:?}"),
        }
    }

    /// Publishes messages together, and waits for all replies.
    pub fn publish_many(&mut self, payloads: &[String]) -> Result<()> {
        self.send_all(payloads.iter().map(|payload| ["PUBLISH", NAME, payload]))?;
        for _ in payloads {
            self.reply()?;
        }
        Ok(())
    }

    pub fn subscribe(port: &str) -> Result<Subscribed> {
        let mut redis = Redis::connect(port)?;
        redis.ask(["SUBSCRIBE", NAME, ""])?;
        Ok(Subscribed(redis))
    }
}

pub struct Subscribed(Redis);

impl Receiver for Subscribed {
    fn receive(&mut self) -> Result<String> {
        Redis::last(self.0.reply()?)
    }
}

/// A list that items are pushed to, or a command that publishes.
struct Pushing(Redis, &'static str);

impl Sender for Pushing {
    fn send(&mut self, payload: &str) -> Result<()> {
        let Pushing(redis, command) = self;
        redis.ask([command, NAME, payload])?;
        Ok(())
    }
}

pub fn sender(port: &str, what: What) -> Result<Box<dyn Sender>> {
    let command = match what {
        What::Messages => "PUBLISH",
        What::Items => "RPUSH",
    };
    Ok(Box::new(Pushing(Redis::connect(port)?, command)))
}

struct Popping(Redis);

impl Receiver for Popping {
    fn receive(&mut self) -> Result<String> {
        Redis::last(self.0.ask(["BLPOP", NAME, "0"])?)
    }
}

pub fn receiver(port: &str, what: What) -> Result<Box<dyn Receiver>> {
    Ok(match what {
        What::Messages => Box::new(Redis::subscribe(port)?),
        What::Items => Box::new(Popping(Redis::connect(port)?)),
    })
}

/// A token in a list: who has popped it holds the lock.
struct Token(Redis);

const TOKEN: &str = "token";

impl Lock for Token {
    fn acquire(&mut self) -> Result<()> {
        self.0.ask(["BLPOP", TOKEN, "0"])?;
        Ok(())
    }

    fn release(&mut self) -> Result<()> {
        self.0.ask(["RPUSH", TOKEN, TOKEN])?;
        Ok(())
    }
}

pub fn lock(port: &str) -> Result<Box<dyn Lock>> {
    let mut redis = Redis::connect(port)?;
    // The first to come puts the token there.
    if let Reply::Number(1) = redis.ask(["INCR", "tokens", ""])? {
        redis.ask(["RPUSH", TOKEN, TOKEN])?;
    }
    Ok(Box::new(Token(redis)))
}
