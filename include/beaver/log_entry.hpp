/// The entries of logs. Part of beaver.hpp.
#ifndef BEAVER_LOG_ENTRY_HPP
#define BEAVER_LOG_ENTRY_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "text.hpp"
#include "time.hpp"

namespace beaver {

/// An entry of a log.
struct LogEntry {
    /// Its time, which no other entry has.
    Time timestamp;
    /// The value, JSON text.
    std::string data;
};

namespace detail {

inline LogEntry log_entry(std::string_view json) {
    LogEntry entry;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "timestamp_us")) entry.timestamp = time(integer<std::int64_t>(value));
        if (is(key, "data")) entry.data = value;
    });
    return entry;
}

}  // namespace detail
}  // namespace beaver

#endif
