//! What the handles of all structures can do.

/// Makes a struct with the fields `inner`, `db` and `_live` the handle of a structure. A macro, since uniffi carries no
/// generics and no traits of ours across: every handle needs these methods itself.
macro_rules! structure_handle {
    ($handle:ident, $inner:ty) => {
        impl $handle {
            pub fn wrap(inner: $inner, db: beaver_core::Beaver) -> std::sync::Arc<Self> {
                std::sync::Arc::new($handle { inner, db, _live: $crate::call::Live::new() })
            }

            /// Does the work of a call.
            pub fn call<T>(
                &self,
                work: impl FnOnce(&$inner) -> beaver_core::Result<T>,
            ) -> Result<T, $crate::error::Failure> {
                $crate::call::call(&self.db, || work(&self.inner))
            }

            /// Does the work of a call that waits.
            #[allow(dead_code)] // not every structure has one beside acquire
            pub fn wait<T>(
                &self,
                cancel: Option<&std::sync::Arc<$crate::cancel::Cancel>>,
                work: impl FnOnce(&$inner) -> beaver_core::Result<T>,
            ) -> Result<T, $crate::error::Failure> {
                self.call(|inner| $crate::cancel::waiting(cancel, || work(inner)))
            }
        }

        #[uniffi::export]
        impl $handle {
            /// What the structure is called.
            pub fn name(&self) -> String {
                beaver_core::Structure::name(&self.inner).to_owned()
            }

            /// Waits until the structure belongs to this handle alone, for as long as it lives or until it is released;
            /// none if the time ran out. The new handle's calls pass, those of others wait.
            pub fn acquire(
                &self,
                timeout_ms: i64,
                ttl_seconds: f64,
                cancel: Option<std::sync::Arc<$crate::cancel::Cancel>>,
            ) -> Result<Option<std::sync::Arc<Self>>, $crate::error::Failure> {
                self.wait(cancel.as_ref(), |inner| {
                    let ttl = beaver_core::seconds("ttl_seconds", ttl_seconds)?;
                    let timeout = $crate::input::timeout(timeout_ms)?;
                    let acquired = beaver_core::Structure::acquire(inner, timeout, ttl)?;
                    Ok(acquired.map(|acquired| Self::wrap(acquired, self.db.clone())))
                })
            }

            /// Gives an acquired structure back; false if it did not belong to this handle any more.
            pub fn release(&self) -> Result<bool, $crate::error::Failure> {
                self.call(beaver_core::Structure::release)
            }

            /// Keeps an acquired structure for that long from now on; false if it did not belong to this handle any more.
            pub fn renew(&self, ttl_seconds: f64) -> Result<bool, $crate::error::Failure> {
                self.call(|inner| {
                    beaver_core::Structure::renew(inner, beaver_core::seconds("ttl_seconds", ttl_seconds)?)
                })
            }

            /// Whether it belongs to somebody.
            pub fn locked(&self) -> Result<bool, $crate::error::Failure> {
                self.call(beaver_core::Structure::locked)
            }

            /// Listens to an event of it, or to all by `*`.
            pub fn on(
                &self,
                event: &str,
            ) -> Result<std::sync::Arc<$crate::subscription::SubscriptionHandle>, $crate::error::Failure> {
                self.call(|inner| {
                    let events = beaver_core::Structure::on(inner, event)?;
                    Ok($crate::subscription::SubscriptionHandle::to_events(events, &self.db))
                })
            }

            /// Everything in it as text; the options as `{"format": "json"}` or `"jsonl"`.
            pub fn dump(&self, options: &str) -> Result<Vec<u8>, $crate::error::Failure> {
                self.call(|inner| {
                    let mut text = Vec::new();
                    beaver_core::Structure::dump(inner, &mut text, beaver_core::wire::dump_format(options)?)?;
                    Ok(text)
                })
            }

            /// As `dump`, piece by piece.
            pub fn dump_to(
                &self,
                sink: std::sync::Arc<dyn $crate::callback::DumpSink>,
                options: &str,
            ) -> Result<(), $crate::error::Failure> {
                self.call(|inner| {
                    let mut sink = std::io::BufWriter::with_capacity(1 << 18, $crate::callback::Sink(sink));
                    beaver_core::Structure::dump(inner, &mut sink, beaver_core::wire::dump_format(options)?)?;
                    std::io::Write::flush(&mut sink).map_err(|_| $crate::error::stopped())
                })
            }

            /// Takes in what `dump` gave; the options as `{"mode": "replace"}` or `"append"`. Returns how many items.
            pub fn load(&self, text: &[u8], options: &str) -> Result<u64, $crate::error::Failure> {
                self.call(|inner| {
                    let mut text = text;
                    beaver_core::Structure::load(inner, &mut text, beaver_core::wire::load_mode(options)?)
                })
            }

            /// As `load`, piece by piece.
            pub fn load_from(
                &self,
                source: std::sync::Arc<dyn $crate::callback::LoadSource>,
                options: &str,
            ) -> Result<u64, $crate::error::Failure> {
                self.call(|inner| {
                    let mut source = $crate::callback::Source(source);
                    beaver_core::Structure::load(inner, &mut source, beaver_core::wire::load_mode(options)?)
                })
            }

            /// Removes everything in it; returns how many items.
            pub fn clear(&self) -> Result<u64, $crate::error::Failure> {
                self.call(<$inner>::clear)
            }

            /// Where the handle is, for the calls of `fast.rs`.
            pub fn address(&self) -> u64 {
                std::ptr::from_ref(self) as u64
            }

            /// How many items it has.
            pub fn len(&self) -> Result<u64, $crate::error::Failure> {
                self.call(<$inner>::len)
            }
        }
    };
}
pub(crate) use structure_handle;
