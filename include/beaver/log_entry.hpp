/// The entries of logs. Part of beaver.hpp.
#ifndef BEAVER_LOG_ENTRY_HPP
#define BEAVER_LOG_ENTRY_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "json.hpp"
#include "text.hpp"
#include "time.hpp"

namespace beaver {

/// An entry of a log.
template <class T>
struct LogEntryOf {
    /// Its time, which no other entry has.
    Time timestamp;
    /// The value.
    detail::Stored<T> data{};
};

/// An entry whose value is JSON text.
using LogEntry = LogEntryOf<Text>;

namespace detail {

template <class T>
LogEntryOf<T> log_entry(std::string_view json) {
    LogEntryOf<T> entry;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "timestamp_us")) entry.timestamp = time(integer<std::int64_t>(value));
        if (is(key, "data")) entry.data = parse<T>(value);
    });
    return entry;
}

}  // namespace detail
}  // namespace beaver

#endif
