/// Logs. Part of beaver.hpp.
#ifndef BEAVER_LOG_HPP
#define BEAVER_LOG_HPP

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "structure.hpp"

namespace beaver {

/// An entry of a log.
struct LogEntry {
    /// Its time, which no other entry has.
    Time timestamp;
    /// The value, JSON text.
    std::string data;
};

/// Which entries of a log to read, and how.
struct LogQuery {
    /// The first time, included.
    std::optional<Time> start = std::nullopt;
    /// The time behind the last, excluded.
    std::optional<Time> end = std::nullopt;
    /// At most so many.
    std::optional<std::uint64_t> limit = std::nullopt;
    /// The newest first; comes before the limit.
    bool reverse = false;
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

/// JSON values in the order of time. Each entry has a time of its own: one that is taken becomes the next free microsecond.
class Log : public Structure<Log, beaver_log> {
public:
    using Structure::Structure;

    /// Appends an entry, at a time of your own or now; gives the time that it got.
    Time append(std::string_view data, std::optional<Time> at = std::nullopt) {
        std::int64_t got = 0;
        if (at)
            detail::call(beaver_log_append_at, handle(), detail::data(data), data.size(), detail::microseconds(*at), &got);
        else
            detail::call(beaver_log_append, handle(), detail::data(data), data.size(), &got);
        return detail::time(got);
    }

    /// Appends many entries in one commit: any container of pairs of data and time, which may be std::nullopt for now;
    /// gives the times that they got.
    template <class Items = std::initializer_list<std::pair<std::string_view, std::optional<Time>>>>
    std::vector<Time> append_many(const Items& items) {
        const std::string json = detail::array(items, [](const auto& item, std::size_t index) {
            const std::optional<Time> at = item.second;
            std::string row = R"({"data":)" + std::string(detail::one_value(item.first, index));
            if (at) row += R"(,"timestamp_us":)" + std::to_string(detail::microseconds(*at));
            return row + '}';
        });
        detail::Buffer got;
        detail::call(beaver_log_append_many, handle(), json.data(), json.size(), got.out());
        std::vector<Time> times;
        detail::each_part(got.view(), [&](std::string_view time) {
            times.push_back(detail::time(detail::integer<std::int64_t>(time)));
        });
        return times;
    }

    /// Goes through the entries that a query asks for.
    Range<LogEntry> query(const LogQuery& query) const {
        using Limits = std::numeric_limits<std::int64_t>;
        std::string options = query.reverse ? R"({"reverse":true)" : R"({"reverse":false)";
        if (query.limit) options += R"(,"limit":)" + std::to_string(*query.limit);
        options += '}';
        return rows(detail::log_entry, beaver_log_range, query.start ? detail::microseconds(*query.start) : Limits::min(),
                    query.end ? detail::microseconds(*query.end) : Limits::max(), options.c_str());
    }

    /// Goes through the entries from one time (included) to another (excluded), the oldest first.
    Range<LogEntry> range(std::optional<Time> start = std::nullopt, std::optional<Time> end = std::nullopt) const {
        LogQuery bounds;
        bounds.start = start;
        bounds.end = end;
        return query(bounds);
    }

    /// Goes through all entries, the oldest first.
    Range<LogEntry> items() const { return rows(detail::log_entry, beaver_log_items); }

    /// The newest entries, the newest first.
    std::vector<LogEntry> latest(std::size_t most) const {
        detail::Buffer array;
        detail::call(beaver_log_latest, handle(), most, array.out());
        std::vector<LogEntry> entries;
        detail::each_part(array.view(), [&](std::string_view row) { entries.push_back(detail::log_entry(row)); });
        return entries;
    }

    /// Deletes what is older than a time and tells how many entries that were.
    std::uint64_t prune_older(Time time) { return number(beaver_log_prune_older, detail::microseconds(time)); }

    /// Deletes all but the newest entries and tells how many those were.
    std::uint64_t prune_keep(std::uint64_t newest) { return number(beaver_log_prune_keep, newest); }
};

}  // namespace beaver

#endif
