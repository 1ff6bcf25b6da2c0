//! How a server is started.

use std::path::PathBuf;
use std::time::Duration;

use beaver_core::Beaver;
use clap::{Args, Subcommand, ValueEnum};

use crate::keys::Rights;
use crate::limits::Limits;
use crate::tls::TlsFiles;

/// What is served.
#[derive(Clone)]
pub enum Database {
    /// The file, which is created if there is none.
    File(PathBuf),
    /// A database that is open. It is closed when the server stops.
    Open(Beaver),
}

/// How a server is started. `Config::new` has the defaults: 127.0.0.1, port 8000.
#[derive(Clone)]
pub struct Config {
    /// What is served.
    pub database: Database,
    /// The address to listen on, or a name that stands for one.
    pub host: String,
    /// The port; 0 for any that is free.
    pub port: u16,
    /// Allows an address that is not a loopback one. There must be a key then.
    pub expose: bool,
    /// Speak TLS.
    pub tls: Option<TlsFiles>,
    /// Names by which the server may be called, besides `localhost`, its own address and `host`.
    pub allow_hosts: Vec<String>,
    /// Origins whose pages may call: `https://app.example`.
    pub allow_origins: Vec<String>,
    /// What may be asked for.
    pub limits: Limits,
    /// How what happens is told on standard error by [`crate::run`]; none: not at all.
    pub log: Option<LogFormat>,
    /// Tell of every request, too.
    pub verbose: bool,
}

/// The form of the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// A JSON object a line.
    Json,
}

impl Config {
    /// The defaults for a database.
    #[must_use]
    pub fn new(database: Database) -> Config {
        Config {
            database,
            host: "127.0.0.1".to_owned(),
            port: 8_000,
            expose: false,
            tls: None,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            limits: Limits::default(),
            log: None,
            verbose: false,
        }
    }
}

/// The arguments of `beaver serve`, but for the database.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// The address to listen on
    #[arg(long, env = "BEAVER_HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// The port to listen on; 0 for any that is free
    #[arg(long, env = "BEAVER_PORT", default_value_t = 8_000)]
    pub port: u16,
    /// Listen on an address that other machines reach; needs a key (see `beaver key create`)
    #[arg(long)]
    pub expose: bool,
    /// The certificate for TLS, a PEM file with its chain
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The private key of the certificate, a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// A name by which clients may call the server, besides localhost; may be repeated
    #[arg(long = "allow-host", env = "BEAVER_ALLOW_HOST", value_name = "NAME", value_delimiter = ',')]
    pub allow_host: Vec<String>,
    /// An origin whose web pages may call the server; may be repeated
    #[arg(long = "allow-origin", env = "BEAVER_ALLOW_ORIGIN", value_name = "ORIGIN", value_delimiter = ',')]
    pub allow_origin: Vec<String>,
    /// The most bytes of a JSON body
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().body_bytes)]
    pub max_body: usize,
    /// The most bytes of an answer that is not a stream
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().result_bytes)]
    pub max_result: usize,
    /// The longest that a call may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().query_time.as_secs())]
    pub max_time: u64,
    /// The longest that a blocked call may wait, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().wait_time.as_secs())]
    pub max_wait: u64,
    /// The most blocked calls at a time
    #[arg(long, value_name = "N", default_value_t = Limits::default().waits)]
    pub max_waits: usize,
    /// The most WebSockets at a time
    #[arg(long, value_name = "N", default_value_t = Limits::default().subscribers)]
    pub max_subscribers: usize,
    /// The most connections at a time
    #[arg(long, value_name = "N", default_value_t = Limits::default().connections)]
    pub max_connections: usize,
    /// The most requests of one client in a second; 0 for no limit
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub max_rate: u32,
    /// How long a stop waits for what is running, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().grace.as_secs())]
    pub grace: u64,
    /// The form of the logs, which go to standard error
    #[arg(long, value_enum, default_value = "text")]
    pub log_format: LogFormat,
    /// Log every request
    #[arg(long)]
    pub log_requests: bool,
}

impl ServeArgs {
    /// What they say, for a database.
    #[must_use]
    pub fn config(self, database: Database) -> Config {
        let limits = Limits {
            body_bytes: self.max_body,
            result_bytes: self.max_result,
            query_time: Duration::from_secs(self.max_time.max(1)),
            wait_time: Duration::from_secs(self.max_wait),
            waits: self.max_waits,
            subscribers: self.max_subscribers,
            connections: self.max_connections,
            rate: self.max_rate,
            grace: Duration::from_secs(self.grace),
            ..Limits::default()
        };
        // A variable that is set to nothing names nothing.
        let named = |names: Vec<String>| names.into_iter().filter(|name| !name.is_empty()).collect();
        Config {
            host: self.host,
            port: self.port,
            expose: self.expose,
            tls: self.tls_cert.zip(self.tls_key).map(|(cert, key)| TlsFiles { cert, key }),
            allow_hosts: named(self.allow_host),
            allow_origins: named(self.allow_origin),
            limits,
            log: Some(self.log_format),
            verbose: self.log_requests,
            ..Config::new(database)
        }
    }
}

/// What `beaver key` does.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a key and print it; it is shown this once
    #[command(after_help = "Example:\n  beaver key create --rights read --label phone")]
    Create {
        /// What it may do: read, or everything (full)
        #[arg(long, value_enum, default_value = "full", hide_possible_values = true)]
        rights: Rights,
        /// What the key is for
        #[arg(long, value_name = "TEXT")]
        label: Option<String>,
    },
    /// List the keys: their ids and rights, not the keys themselves
    #[command(after_help = "Example:\n  beaver key list --json")]
    List,
    /// Revoke a key; servers that run refuse it within a second
    #[command(after_help = "Example:\n  beaver key revoke \"$(beaver key list --raw | head -1)\"")]
    Revoke {
        /// The id of the key, as `list` gives it
        id: String,
    },
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    #[test]
    fn variables_of_other_programs_do_not_move_the_server() {
        let command = ServeArgs::augment_args(Command::new("serve"));
        let variables: Vec<_> = command.get_arguments().filter_map(clap::Arg::get_env).collect();
        assert_eq!(variables, ["BEAVER_HOST", "BEAVER_PORT", "BEAVER_ALLOW_HOST", "BEAVER_ALLOW_ORIGIN"]);
    }

    #[test]
    fn names_come_with_commas_and_empty_ones_are_none() {
        let command = ServeArgs::augment_args(Command::new("serve"));
        let given = command.get_matches_from(["serve", "--allow-host", "a,,b", "--allow-origin", ""]);
        let config = ServeArgs::from_arg_matches(&given).expect("arguments").config(Database::File("x.db".into()));
        assert_eq!(config.allow_hosts, ["a", "b"]);
        assert!(config.allow_origins.is_empty());
    }
}
