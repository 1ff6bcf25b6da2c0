//! Many requests of one thread that have nothing to do with one another.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Lead, Outcome, Request, Stop, Turn, TurnState, Writer};
use crate::sqlite::Sqlite;
use crate::sqlite::busy::Patience;

impl Writer {
    /// Makes the changes of each request, in as few commits as there can be. They stand in the line one behind the
    /// other, and this thread leads for them if nobody else does.
    pub fn submit_each(&self, engine: &Sqlite, requests: Vec<Request>) -> Vec<Outcome> {
        let mut requests = VecDeque::from(requests);
        let mut turns = Turns { writer: self, waiting: VecDeque::with_capacity(requests.len()) };
        let mut line = self.line.lock();
        if let Err(e) = line.refuse_reentry() {
            return requests.iter().map(|_| Err(Stop::Failed(e.clone()))).collect();
        }
        let own = if line.leading { None } else { requests.pop_front() };
        line.leading |= own.is_some();
        turns.waiting.extend(requests.into_iter().map(|request| (request.patience, line.join(Some(request)))));
        drop(line);
        let mut outcomes: Vec<Outcome> = own.map(|request| self.lead(engine, request).0).into_iter().collect();
        while let Some((patience, turn)) = turns.waiting.front() {
            outcomes.push(self.take_turn(engine, turn, *patience).0);
            turns.waiting.pop_front();
        }
        outcomes
    }
}

/// Places in the line that a thread has all at once. If it panics, they are given up: nobody would lead when it is their
/// turn.
struct Turns<'w> {
    writer: &'w Writer,
    waiting: VecDeque<(Patience, Arc<Turn>)>,
}

impl Drop for Turns<'_> {
    fn drop(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        self.writer.line.lock().waiting.retain(|turn| !self.waiting.iter().any(|(_, own)| Arc::ptr_eq(own, turn)));
        for (_, turn) in &self.waiting {
            if let TurnState::Lead(_) = &*turn.state.lock() {
                drop(Lead(self.writer));
            }
        }
    }
}
