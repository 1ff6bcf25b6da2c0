internal import BeaverNative

extension Beaver {
    /// A lock between threads and processes, for one owner: first come, first served. It is only a name, and guards no structure.
    public struct Lock: Sendable {
        let handle: LockHandle
        let coder: ModelCoder

        init(_ handle: LockHandle, _ coder: ModelCoder) {
            self.handle = handle
            self.coder = coder
        }

        /// What it is called.
        public var name: String { handle.name() }

        /// Waits for the lock; false if the time ran out. It is held until it is released, or its time to live is over.
        public func acquire(timeout: Duration? = nil, ttl: Duration = Beaver.ownerTTL) throws -> Bool {
            try acquire(timeout, ttl, nil)
        }

        /// As the blocking form; a task that is cancelled does not hold it.
        public func acquire(timeout: Duration? = nil, ttl: Duration = Beaver.ownerTTL) async throws -> Bool {
            try await waiting(undo: { if $0 { try release() } }, { try self.acquire(timeout, ttl, $0) })
        }

        private func acquire(_ timeout: Duration?, _ ttl: Duration, _ cancel: Cancel?) throws -> Bool {
            let timeout = try milliseconds(timeout)
            return try native { try handle.acquire(timeoutMs: timeout, ttlSeconds: ttl.seconds, cancel: cancel) }
        }

        /// Holds the lock for as long as `body` runs.
        ///
        /// - Throws: `BeaverError.Kind.timeout` if the time ran out.
        public func withLock<Result>(
            timeout: Duration? = nil, ttl: Duration = Beaver.ownerTTL, _ body: () throws -> Result
        ) throws -> Result {
            guard try acquire(timeout, ttl, nil) else { throw BeaverError.notAcquired(name) }
            defer { _ = try? release() }
            return try body()
        }

        /// As the blocking form.
        public func withLock<Result: Sendable>(
            timeout: Duration? = nil, ttl: Duration = Beaver.ownerTTL, _ body: () async throws -> Result
        ) async throws -> Result {
            guard try await acquire(timeout: timeout, ttl: ttl) else { throw BeaverError.notAcquired(name) }
            return try await releasing({ try release() }, body)
        }

        /// Gives it back; false if this owner did not hold it any more.
        @discardableResult
        public func release() throws -> Bool {
            try native { try handle.release() }
        }

        @discardableResult
        public func release() async throws -> Bool {
            try await offPool { try self.release() }
        }

        /// Keeps it for that long from now on; false if this owner did not hold it any more.
        @discardableResult
        public func renew(ttl: Duration = Beaver.ownerTTL) throws -> Bool {
            try native { try handle.renew(ttlSeconds: ttl.seconds) }
        }

        @discardableResult
        public func renew(ttl: Duration = Beaver.ownerTTL) async throws -> Bool {
            try await offPool { try self.renew(ttl: ttl) }
        }

        /// Whether this owner holds it.
        public var isHeld: Bool {
            get throws { try native { try handle.held() } }
        }

        /// Whether anybody holds it.
        public var isLocked: Bool {
            get throws { try native { try handle.locked() } }
        }

        /// Takes it from everybody who holds it or waits for it; returns how many.
        @discardableResult
        public func clear() throws -> Int {
            Int(try native { try handle.clear() })
        }

        @discardableResult
        public func clear() async throws -> Int {
            try await offPool { try self.clear() }
        }

        /// Listens to an event of it (`acquire`, `release`, `clear`), or to all.
        public func on(_ event: String = "*") throws -> Subscription<Event> {
            Subscription(try native { try handle.on(event: event) }, coder)
        }
    }
}
