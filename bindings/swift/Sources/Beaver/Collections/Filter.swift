extension Beaver {
    /// Which documents are meant, by what stands in their bodies. Written with `Field`, or as the JSON that all languages share:
    ///
    /// ```swift
    /// let filter: Beaver.Filter = Beaver.Field("year") >= 1980 && !Beaver.Field("tags").contains("draft")
    /// let same: Beaver.Filter = ["and": [["year": [">=": 1980]], ["not": ["tags": ["contains": "draft"]]]]]
    /// ```
    public struct Filter: Hashable, Sendable {
        private let json: String
        /// Why it is none. It is told when it is used, so that filters can be put together without a `try`.
        private let fault: BeaverError?

        /// As the library takes it.
        var text: String {
            get throws {
                if let fault { throw fault }
                return json
            }
        }

        /// A filter as JSON.
        public init(_ json: JSON) {
            self.init { try json.text() }
        }

        /// A filter as JSON text.
        public init(_ json: JSONText) {
            self.init { json.text }
        }

        fileprivate init(_ json: () throws -> String) {
            do {
                (self.json, fault) = (try json(), nil)
            } catch {
                (self.json, fault) = ("", BeaverError(error))
            }
        }

        /// Every document.
        public static var everything: Filter { [:] }

        public static func && (one: Filter, other: Filter) -> Filter {
            Filter { try #"{"and":[\#(one.text),\#(other.text)]}"# }
        }

        public static func || (one: Filter, other: Filter) -> Filter {
            Filter { try #"{"or":[\#(one.text),\#(other.text)]}"# }
        }

        public static prefix func ! (filter: Filter) -> Filter {
            Filter { try #"{"not":\#(filter.text)}"# }
        }
    }

    /// A field of a body: a path as `author.name` or `tags.0`.
    public struct Field: Hashable, Sendable {
        public var path: String

        public init(_ path: String) {
            self.path = path
        }

        private func test(_ operator: String, _ value: JSON) -> Filter {
            Filter(.object([path: .object([`operator`: value])]))
        }

        public static func == (field: Field, value: JSON) -> Filter { field.test("=", value) }
        public static func != (field: Field, value: JSON) -> Filter { field.test("!=", value) }
        public static func < (field: Field, value: JSON) -> Filter { field.test("<", value) }
        public static func <= (field: Field, value: JSON) -> Filter { field.test("<=", value) }
        public static func > (field: Field, value: JSON) -> Filter { field.test(">", value) }
        public static func >= (field: Field, value: JSON) -> Filter { field.test(">=", value) }

        /// Whether one of these stands there.
        public func isIn(_ values: [JSON]) -> Filter { test("in", .array(values)) }

        /// Whether this is an element of the array, or a part of the string, that stands there.
        public func contains(_ value: JSON) -> Filter { test("contains", value) }

        /// Whether anything stands there, be it null.
        public var exists: Filter { test("exists", true) }
    }
}

extension Beaver.Filter: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral members: (String, JSON)...) {
        self.init(.object(Dictionary(members, uniquingKeysWith: { $1 })))
    }
}
