import Foundation

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// How long to wait, in the milliseconds that the library takes: nil is for ever, zero a try. Part of one counts as a whole, so that
/// a short wait is none too short.
func milliseconds(_ timeout: Duration?) throws -> Int64 {
    guard let timeout else { return -1 }
    guard timeout >= .zero else {
        throw BeaverError(.invalidArgument, "the timeout is negative: give nil to wait for ever, or zero to try")
    }
    let (seconds, rest) = timeout.components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow || whole > Int64.max - 1000 ? .max : whole + (rest + 999_999_999_999_999) / 1_000_000_000_000_000
}

/// When a wait that may take several calls has to end.
struct Deadline {
    private let end: ContinuousClock.Instant?
    private let given: Duration?

    init(_ timeout: Duration?) {
        given = timeout
        end = timeout.map { ContinuousClock.now + $0 }
    }

    /// What is left of the time; nil for ever.
    var left: Duration? {
        // A negative one stays what it is, to be refused.
        guard let end, let given, given > .zero else { return given }
        return max(.zero, end - .now)
    }
}

/// How long something lives, in the seconds that the library takes, to which zero means for ever.
func seconds(_ ttl: Duration?) throws -> Double {
    guard let ttl else { return 0 }
    guard ttl != .zero else {
        throw BeaverError(.invalidArgument, "the ttl is zero: give a time above zero, or nil for a value that stays")
    }
    return ttl.seconds
}

extension Date {
    init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1e6)
    }

    /// Microseconds since 1970. What was made of these gives them back to the last one, until the year 2100 at least.
    func microseconds() throws -> Int64 {
        guard let microseconds = Int64(exactly: (timeIntervalSince1970 * 1e6).rounded()) else {
            throw BeaverError(.invalidArgument, "the time is out of range")
        }
        return microseconds
    }
}
