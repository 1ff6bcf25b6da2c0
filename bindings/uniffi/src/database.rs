//! The database.

use std::sync::Arc;

use beaver_core::{Beaver, Json, Kind, LogSink, Options, Result, wire};

use crate::batch::BatchHandle;
use crate::blob::BlobsHandle;
use crate::call::{Live, call};
use crate::callback::{LogListener, ProgressListener, steps};
use crate::channel::ChannelHandle;
use crate::collection::CollectionHandle;
use crate::dict::DictHandle;
use crate::error::Failure;
use crate::list::ListHandle;
use crate::lock::LockHandle;
use crate::log::LogHandle;
use crate::queue::QueueHandle;
use crate::subscription::SubscriptionHandle;

/// An open database. Any thread may use it and what it hands out.
#[derive(uniffi::Object)]
pub struct Database {
    db: Beaver,
    _live: Live,
}

impl Database {
    fn call<T>(&self, work: impl FnOnce(&Beaver) -> Result<T>) -> Result<T, Failure> {
        call(&self.db, || work(&self.db))
    }
}

#[uniffi::export]
impl Database {
    /// Opens a file, or `:memory:`.
    #[uniffi::constructor]
    pub fn open(path: &str, options: &str) -> Result<Arc<Self>, Failure> {
        let db = Options::from_json(options).and_then(|options| Beaver::open(path, options))?;
        Ok(Arc::new(Database { db, _live: Live::new() }))
    }

    /// Closes it: every call that runs or waits, and each later one, fails as CLOSED.
    pub fn shutdown(&self) -> Result<(), Failure> {
        self.call(Beaver::close)
    }

    /// Lets go of the file until `resume`: for an app that goes into the background.
    pub fn pause(&self) -> Result<(), Failure> {
        self.call(Beaver::pause)
    }

    /// Takes the file again.
    pub fn resume(&self) -> Result<(), Failure> {
        self.call(Beaver::resume)
    }

    /// Ends what other threads are doing on it right now: they fail as INTERRUPTED.
    pub fn interrupt(&self) {
        self.db.interrupt();
    }

    /// A dict.
    pub fn dict(&self, name: &str) -> Result<Arc<DictHandle>, Failure> {
        self.call(|db| Ok(DictHandle::wrap(db.dict(name)?, db.clone())))
    }

    /// A list.
    pub fn list(&self, name: &str) -> Result<Arc<ListHandle>, Failure> {
        self.call(|db| Ok(ListHandle::wrap(db.list(name)?, db.clone())))
    }

    /// A queue.
    pub fn queue(&self, name: &str) -> Result<Arc<QueueHandle>, Failure> {
        self.call(|db| Ok(QueueHandle::wrap(db.queue(name)?, db.clone())))
    }

    /// A store of blobs.
    pub fn blobs(&self, name: &str) -> Result<Arc<BlobsHandle>, Failure> {
        self.call(|db| Ok(BlobsHandle::wrap(db.blobs(name)?, db.clone())))
    }

    /// A log.
    pub fn log(&self, name: &str) -> Result<Arc<LogHandle>, Failure> {
        self.call(|db| Ok(LogHandle::wrap(db.log(name)?, db.clone())))
    }

    /// A channel.
    pub fn channel(&self, name: &str) -> Result<Arc<ChannelHandle>, Failure> {
        self.call(|db| Ok(ChannelHandle::wrap(db.channel(name)?, db.clone())))
    }

    /// A collection.
    pub fn collection(&self, name: &str) -> Result<Arc<CollectionHandle>, Failure> {
        self.call(|db| Ok(CollectionHandle::wrap(db.collection(name)?, db.clone())))
    }

    /// A lock, for an owner of its own.
    pub fn lock(&self, name: &str) -> Result<Arc<LockHandle>, Failure> {
        self.call(|db| Ok(LockHandle::wrap(db.lock(name)?, db.clone())))
    }

    /// A batch.
    pub fn batch(&self) -> Arc<BatchHandle> {
        BatchHandle::new(&self.db)
    }

    /// Listens to an event of a topic, or to all by `*`.
    pub fn on(&self, topic: &str, event: &str) -> Result<Arc<SubscriptionHandle>, Failure> {
        self.call(|db| Ok(SubscriptionHandle::to_events(db.on(topic, event)?, db)))
    }

    /// Tells an event to whoever listens; false if nobody does.
    pub fn emit(&self, topic: &str, event: &str, payload: &str) -> Result<bool, Failure> {
        self.call(|db| db.emit(topic, event, Json::parse(payload)?))
    }

    /// The names of all structures of a kind: `dict`, `list`, `queue`, `blob`, `log`, `channel`, `collection`, `lock`.
    pub fn names(&self, kind: &str) -> Result<Vec<String>, Failure> {
        self.call(|db| db.names(Kind::parse(kind)?))
    }

    /// `{"path", "format", "structures"}`.
    pub fn info(&self) -> Result<String, Failure> {
        self.call(|db| wire::info(&db.info()?).map(String::from))
    }

    /// Checks the whole file: `{"ok", "problems"}`.
    pub fn verify(&self) -> Result<String, Failure> {
        self.call(|db| Ok(wire::verified(&db.verify()?)))
    }

    /// Makes everything anew that is derived and damaged: `{"rebuilt", "problems"}`.
    pub fn repair(&self, progress: Option<Arc<dyn ProgressListener>>) -> Result<String, Failure> {
        self.call(|db| Ok(wire::repaired(&db.repair(steps(progress))?)))
    }

    /// The numbers of the database, an object.
    pub fn stats(&self) -> Result<String, Failure> {
        self.call(|db| Ok(wire::stats(&db.stats()?)))
    }

    /// Makes the file as small as it can be.
    pub fn vacuum(&self) -> Result<(), Failure> {
        self.call(Beaver::vacuum)
    }

    /// Moves what is in the log of the file into it.
    pub fn checkpoint(&self) -> Result<(), Failure> {
        self.call(Beaver::checkpoint)
    }

    /// Copies the database into a file, while it is used.
    pub fn backup(&self, path: &str, progress: Option<Arc<dyn ProgressListener>>) -> Result<(), Failure> {
        self.call(|db| db.backup(path, steps(progress)))
    }

    /// Receives diagnostics from now on; none ends it.
    pub fn set_log(&self, listener: Option<Arc<dyn LogListener>>) {
        let sink = listener.map(|listener| -> LogSink {
            Arc::new(move |level, target, text| {
                // Nobody is left to tell of a failure in it.
                let _ = listener.log(level as i32, target.to_owned(), text.to_owned());
            })
        });
        self.db.set_log(sink);
    }
}

/// Makes a database of a backup, which is checked first. A database at the path is replaced.
#[uniffi::export]
pub fn restore(backup: &str, path: &str, progress: Option<Arc<dyn ProgressListener>>) -> Result<(), Failure> {
    Beaver::restore(backup, path, steps(progress)).map_err(Failure::from)
}
