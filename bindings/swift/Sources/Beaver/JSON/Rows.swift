internal import BeaverNative

extension Beaver {
    /// The items of a structure, loaded a page at a time while they are gone through. Each loop begins anew. What is changed meanwhile may
    /// show or not, but no item comes twice.
    ///
    /// An item comes as a `Result`, since a page that is loaded later can fail:
    /// ```swift
    /// for row in users.items() {
    ///     let (key, user) = try row.get()
    /// }
    /// let everybody = try users.items().all()
    /// ```
    public struct Rows<Element: Sendable>: Sequence, Sendable {
        let pages: @Sendable () throws -> () throws -> [Element]

        /// How many rows are loaded at a time.
        static var pageSize: UInt32 { 256 }

        public struct Iterator: IteratorProtocol {
            private var open: (() throws -> () throws -> [Element])?
            private var load: (() throws -> [Element])?
            private var page: ArraySlice<Element> = []

            init(_ open: @escaping () throws -> () throws -> [Element]) {
                self.open = open
            }

            /// The next item; nil at the end, and after an error.
            public mutating func next() -> Result<Element, any Error>? {
                do {
                    if let open {
                        self.open = nil
                        load = try open()
                    }
                    if page.isEmpty, let load {
                        page = try load()[...]
                        if page.isEmpty { self.load = nil }
                    }
                    return page.popFirst().map { .success($0) }
                } catch {
                    load = nil
                    page = []
                    return .failure(error)
                }
            }
        }

        public func makeIterator() -> Iterator { Iterator(pages) }

        /// All items at once.
        public func all() throws -> [Element] {
            let next = try pages()
            var rows: [Element] = []
            while case let page = try next(), !page.isEmpty { rows.append(contentsOf: page) }
            return rows
        }
    }
}

extension Beaver.Rows {
    /// The rows of a cursor of the library.
    init(
        _ cursor: @escaping @Sendable () throws -> Cursor, _ row: @escaping @Sendable (inout JSONScanner) throws -> Element
    ) {
        pages = {
            let cursor = try native { try cursor() }
            return {
                guard let text = try native({ try cursor.nextPage(most: Self.pageSize) }) else { return [] }
                return try text.rows(row)
            }
        }
    }

    /// As rows of something else.
    func map<Other: Sendable>(_ other: @escaping @Sendable (Element) throws -> Other) -> Beaver.Rows<Other> {
        Beaver.Rows<Other> { [pages] in
            let next = try pages()
            return { try next().map(other) }
        }
    }
}

extension String {
    /// The rows of a JSON array.
    func rows<Row>(_ row: (inout JSONScanner) throws -> Row) throws -> [Row] {
        try withScanner { scanner in
            var rows: [Row] = []
            guard try scanner.array({ rows.append(try row(&$0)) }) else { throw scanner.fault }
            return rows
        }
    }
}
