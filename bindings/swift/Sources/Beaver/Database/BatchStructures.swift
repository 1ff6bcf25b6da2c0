import Foundation
internal import BeaverNative

// The changes that a batch can make to each structure: as the structure's own, but nothing happens before the commit.

extension Beaver {
    public struct BatchDict<Value: Model> {
        let handle: BatchHandle
        let dict: Dict<Value>

        public func set(_ key: String, to value: Value, ttl: Duration? = nil, if condition: Condition<Value>? = nil) throws {
            let (text, ttl, condition) = (try dict.coder.text(value), try seconds(ttl), try condition?.text(dict.coder))
            try native { try handle.dictSet(dict: dict.handle, key: key, value: text, ttlSeconds: ttl, when: condition) }
        }

        public func delete(_ key: String, if condition: Condition<Value>? = nil) throws {
            let condition = try condition?.text(dict.coder)
            try native { try handle.dictDelete(dict: dict.handle, key: key, when: condition) }
        }

        public func clear() throws {
            try native { try handle.dictClear(dict: dict.handle) }
        }
    }

    public struct BatchList<Value: Model> {
        let handle: BatchHandle
        let list: List<Value>

        public func push(_ value: Value) throws {
            let text = try list.coder.text(value)
            try native { try handle.listPush(list: list.handle, value: text) }
        }

        public func extend(_ values: some Sequence<Value>) throws {
            let text = try list.coder.text(all: Array(values))
            try native { try handle.listExtend(list: list.handle, values: text) }
        }

        public func prepend(_ value: Value) throws {
            let text = try list.coder.text(value)
            try native { try handle.listPrepend(list: list.handle, value: text) }
        }

        public func insert(_ value: Value, at index: Int) throws {
            let text = try list.coder.text(value)
            try native { try handle.listInsert(list: list.handle, index: Int64(index), value: text) }
        }

        public func set(_ index: Int, to value: Value, if condition: Condition<Value>? = nil) throws {
            let (text, condition) = (try list.coder.text(value), try condition?.text(list.coder))
            try native { try handle.listSet(list: list.handle, index: Int64(index), value: text, when: condition) }
        }

        public func delete(_ index: Int, if condition: Condition<Value>? = nil) throws {
            let condition = try condition?.text(list.coder)
            try native { try handle.listDelete(list: list.handle, index: Int64(index), when: condition) }
        }

        public func remove(_ value: Value) throws {
            let text = try list.coder.text(value)
            try native { try handle.listRemove(list: list.handle, value: text) }
        }

        public func clear() throws {
            try native { try handle.listClear(list: list.handle) }
        }
    }

    public struct BatchQueue<Value: Model> {
        let handle: BatchHandle
        let queue: Queue<Value>

        public func put(_ value: Value, priority: Double) throws {
            let text = try queue.coder.text(value)
            try native { try handle.queuePut(queue: queue.handle, value: text, priority: priority) }
        }

        public func ack(_ id: UInt64) throws {
            try native { try handle.queueAck(queue: queue.handle, id: id) }
        }

        public func clear() throws {
            try native { try handle.queueClear(queue: queue.handle) }
        }
    }

    public struct BatchBlobs<Metadata: Model> {
        let handle: BatchHandle
        let blobs: Blobs<Metadata>

        /// The condition is one on the metadata.
        public func put(
            _ key: String, _ data: Data, metadata: Metadata? = nil, if condition: Condition<Metadata>? = nil
        ) throws {
            try checkSize(data)
            let (metadata, condition) = (try metadata.map { try blobs.coder.text($0) }, try condition?.text(blobs.coder))
            try native { try handle.blobPut(blobs: blobs.handle, key: key, data: data, metadata: metadata, when: condition) }
        }

        public func delete(_ key: String) throws {
            try native { try handle.blobDelete(blobs: blobs.handle, key: key) }
        }

        public func clear() throws {
            try native { try handle.blobClear(blobs: blobs.handle) }
        }
    }

    public struct BatchLog<Value: Model> {
        let handle: BatchHandle
        let log: Log<Value>

        public func append(_ value: Value, at time: Date? = nil) throws {
            let (text, time) = (try log.coder.text(value), try time?.microseconds())
            try native { try handle.logAppend(log: log.handle, value: text, atUs: time) }
        }

        public func clear() throws {
            try native { try handle.logClear(log: log.handle) }
        }
    }

    public struct BatchChannel<Value: Model> {
        let handle: BatchHandle
        let channel: Channel<Value>

        public func publish(_ payload: Value) throws {
            let text = try channel.coder.text(payload)
            try native { try handle.channelPublish(channel: channel.handle, payload: text) }
        }

        public func clear() throws {
            try native { try handle.channelClear(channel: channel.handle) }
        }
    }

    public struct BatchCollection<Body: Model> {
        let handle: BatchHandle
        let collection: Collection<Body>

        public func index(_ document: Document<Body>, text: FullText = .all, fuzzy: Bool = false) throws {
            let (body, options) = (try collection.coder.text(document.body), try indexOptions(text, fuzzy))
            try checkGiven(document.embedding)
            _ = try withBytes(of: document.embedding ?? []) { embedding in
                try native {
                    try handle.collectionIndex(
                        collection: collection.handle, id: document.id, body: body, embedding: embedding, options: options)
                }
            }
        }

        public func drop(_ id: String) throws {
            try native { try handle.collectionDrop(collection: collection.handle, id: id) }
        }

        public func connect(_ edge: Edge) throws {
            let options = try edge.options
            try native {
                try handle.collectionConnect(
                    collection: collection.handle, source: edge.source, target: edge.target, label: edge.label, options: options)
            }
        }

        public func disconnect(_ source: String, from target: String, _ label: String? = nil) throws {
            try native {
                try handle.collectionDisconnect(collection: collection.handle, source: source, target: target, label: label)
            }
        }

        public func clear() throws {
            try native { try handle.collectionClear(collection: collection.handle) }
        }
    }
}
