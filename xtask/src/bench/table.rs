//! Lines of a table: what was measured, of beaver and of its peer, and what was aimed at.

use crate::bench::report::{Ratio, median};
use std::fmt;

pub struct Table {
    /// Its mark in the page; of a part of vectors or search, what stands behind that in it.
    pub part: &'static str,
    pub lines: Vec<Line>,
    /// What has to be said of the numbers.
    pub notes: Vec<String>,
    /// Whether the data is too small to hold the numbers against the targets.
    pub small: bool,
}

pub struct Line {
    what: String,
    ours: String,
    peer: String,
    ratio: Option<Ratio>,
    target: String,
    met: Option<bool>,
}

impl Line {
    pub fn new(what: impl Into<String>, ours: impl Into<String>) -> Line {
        let none = String::new;
        Line { what: what.into(), ours: ours.into(), peer: none(), ratio: None, target: none(), met: None }
    }

    pub fn peer(mut self, peer: impl Into<String>) -> Line {
        self.peer = peer.into();
        self
    }

    /// How many times as long, or as much, as the peer it takes us.
    pub fn costs(mut self, ours: &[f64], peer: &[f64]) -> Line {
        self.ratio = Some(Ratio::of(peer, ours));
        self
    }

    /// How many times as fast as the peer we are.
    pub fn speed(mut self, ours: &[f64], peer: &[f64]) -> Line {
        self.ratio = Some(Ratio::of(ours, peer));
        self
    }

    pub fn at_most(self, most: f64) -> Line {
        let met = self.ratio.as_ref().map(|ratio| ratio.median <= most);
        self.aims(format!("at most {most} x"), met)
    }

    pub fn at_least(self, least: f64) -> Line {
        let met = self.ratio.as_ref().map(|ratio| ratio.median >= least);
        self.aims(format!("at least {least} x"), met)
    }

    /// A target beside that which the line has.
    pub fn also(mut self, target: &str, met: bool) -> Line {
        self.target = format!("{target}, {}", self.target);
        self.met = self.met.map(|so_far| so_far && met);
        self
    }

    /// A target in words. What was not measured is neither met nor missed.
    pub fn aims(mut self, target: impl Into<String>, met: Option<bool>) -> Line {
        self.target = target.into();
        self.met = met;
        self
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | beaver | peer | ratio (of the rounds) | target | met |")?;
        writeln!(f, "|---|--:|--:|--:|--:|---|")?;
        for Line { what, ours, peer, ratio, target, met } in &self.lines {
            let ratio = ratio.as_ref().map_or(String::new(), |ratio| {
                format!("{:.2} ({:.2} to {:.2})", ratio.median, ratio.lowest, ratio.highest)
            });
            let met = match met {
                _ if self.small => "",
                None => "",
                Some(true) => "yes",
                Some(false) => "**no**",
            };
            writeln!(f, "| {what} | {ours} | {peer} | {ratio} | {target} | {met} |")?;
        }
        for note in &self.notes {
            writeln!(f, "\n{note}")?;
        }
        Ok(())
    }
}

/// A duration, given in microseconds.
pub fn time(micros: f64) -> String {
    match micros {
        micros if micros < 1e3 => format!("{micros:.0} µs"),
        micros if micros < 1e6 => format!("{:.2} ms", micros / 1e3),
        micros => format!("{:.1} s", micros / 1e6),
    }
}

/// The median of durations in microseconds.
pub fn times(micros: &[f64]) -> String {
    time(median(micros))
}
