/// Waits, times to live and points in time. Part of beaver.hpp.
#ifndef BEAVER_TIME_HPP
#define BEAVER_TIME_HPP

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

#include "error.hpp"

namespace beaver {

/// A time to live or a lease; every std::chrono duration turns into it. Above zero, at most a hundred years.
using Seconds = std::chrono::duration<double>;

/// A time to live for who may have none: std::nullopt.
using Ttl = std::optional<Seconds>;

/// A point in time, as the library keeps it. See to_time() for std::chrono::system_clock::now().
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// How long a lock or structure is held at the most, if nothing is said.
inline constexpr Seconds default_ttl{60};

/// Rounds a point in time of the system clock down to microseconds.
inline Time to_time(std::chrono::system_clock::time_point time) {
    return std::chrono::time_point_cast<std::chrono::microseconds>(time);
}

/// How long a call may wait: any std::chrono duration (fractions of a millisecond are rounded up), `no_wait`, or
/// `forever`.
class Timeout {
public:
    /// Waits for ever.
    constexpr Timeout(std::nullopt_t) noexcept : ms_(-1) {}

    /// Waits so long.
    template <class Rep, class Period>
    Timeout(std::chrono::duration<Rep, Period> wait) {
        const double ms = std::ceil(std::chrono::duration<double, std::milli>(wait).count());
        if (!(ms >= 0)) throw Error(ErrorKind::InvalidArgument, "the timeout is negative or no number");
        // Beyond thirty thousand years it is for ever.
        ms_ = ms < 1e15 ? static_cast<std::int64_t>(ms) : -1;
    }

    /// As beaver.h takes it: milliseconds, -1 for ever.
    constexpr std::int64_t milliseconds() const noexcept { return ms_; }

private:
    std::int64_t ms_;
};

/// Waits until it comes.
inline constexpr Timeout forever{std::nullopt};

/// Only tries.
inline constexpr std::chrono::milliseconds no_wait{0};

namespace detail {

/// As beaver.h takes it: 0 is none, so that no caller's zero may become that.
inline double ttl_seconds(Ttl ttl) {
    if (ttl && ttl->count() == 0) throw Error(ErrorKind::InvalidArgument, "the time to live is 0: it must be above");
    return ttl ? ttl->count() : 0.0;
}

inline std::int64_t microseconds(Time time) { return time.time_since_epoch().count(); }

inline Time time(std::int64_t microseconds) { return Time(std::chrono::microseconds(microseconds)); }

}  // namespace detail
}  // namespace beaver

#endif
