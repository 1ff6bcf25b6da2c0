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
#include <type_traits>
#include <utility>
#include <vector>

#include "live.hpp"
#include "log_entry.hpp"
#include "structure.hpp"

namespace beaver {

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

/// Values in the order of time. Each entry has a time of its own: one that is taken becomes the next free
/// microsecond.
template <class T>
class LogOf : public Structure<LogOf<T>, beaver_log, T> {
    using Base = Structure<LogOf, beaver_log, T>;

public:
    using Base::Base;
    using Base::handle;
    /// What is appended to the log, and its entries.
    using Given = detail::Given<T>;
    using Entry = LogEntryOf<T>;

    /// Appends an entry, at a time of your own or now; gives the time that it got.
    Time append(const Given& data, std::optional<Time> at = std::nullopt) {
        const auto json = detail::text_of<T>(data);
        std::int64_t got = 0;
        if (at)
            detail::call(beaver_log_append_at, handle(), json.data(), json.size(), detail::microseconds(*at), &got);
        else
            detail::call(beaver_log_append, handle(), json.data(), json.size(), &got);
        return detail::time(got);
    }

    /// Appends many entries in one commit: any container of pairs of data and time, which may be std::nullopt for now;
    /// gives the times that they got.
    template <class Items = std::initializer_list<std::pair<Given, std::optional<Time>>>>
    std::vector<Time> append_many(const Items& items) {
        const std::string json = detail::array(items, [](const auto& item, std::size_t index) {
            const std::optional<Time> at = item.second;
            std::string row = R"({"data":)" + detail::member<T>(item.first, index);
            if (at) row += R"(,"timestamp_us":)" + std::to_string(detail::microseconds(*at));
            return row + '}';
        });
        detail::Buffer got;
        detail::call(beaver_log_append_many, handle(), json.data(), json.size(), got.out());
        return detail::times(got.view());
    }

    /// Goes through the entries that a query asks for.
    Range<Entry> query(const LogQuery& query) const {
        using Limits = std::numeric_limits<std::int64_t>;
        std::string options = query.reverse ? R"({"reverse":true)" : R"({"reverse":false)";
        if (query.limit) options += R"(,"limit":)" + std::to_string(*query.limit);
        options += '}';
        const auto start = query.start ? detail::microseconds(*query.start) : Limits::min();
        const auto stop = query.end ? detail::microseconds(*query.end) : Limits::max();
        return rows(detail::log_entry<T>, beaver_log_range, start, stop, options.c_str());
    }

    /// Goes through the entries from one time (included) to another (excluded), the oldest first.
    Range<Entry> range(std::optional<Time> start = std::nullopt, std::optional<Time> end = std::nullopt) const {
        LogQuery bounds;
        bounds.start = start;
        bounds.end = end;
        return query(bounds);
    }

    /// Goes through all entries, the oldest first.
    Range<Entry> items() const { return rows(detail::log_entry<T>, beaver_log_items); }

    /// The newest entries, the newest first.
    std::vector<Entry> latest(std::size_t most) const {
        detail::Buffer array;
        detail::call(beaver_log_latest, handle(), most, array.out());
        return detail::all(array.view(), detail::log_entry<T>);
    }

    /// A live view: every `period`, what the aggregates make of the entries of the last `window`, as JSON text or of the type
    /// that is named.
    ///
    ///     auto view = metrics.live(5min, 5s, {{"requests", Aggregate::count()}, {"p99", Aggregate::percentile("ms", 99)}});
    ///     for (const auto& json : view) show(json);
    template <class Result = Text>
    LiveViewOf<Result> live(Seconds window, Seconds period, const Aggregates& aggregates) const {
        std::string members;
        for (const auto& [name, aggregate] : aggregates) {
            members += (members.empty() ? "" : ",") + json_string(name) + ':';
            members += detail::one_value(aggregate.json());
        }
        return LiveViewOf<Result>(view(window, period, R"(,"aggregates":{)" + members + '}'));
    }

    /// The same with a function of your own, which is given the entries as a std::vector<Entry>, the oldest first, and gives
    /// a result.
    template <class Function, class = std::enable_if_t<std::is_invocable_v<Function&, std::vector<Entry>>>>
    LiveEntries<Function, T> live(Seconds window, Seconds period, Function function) const {
        return LiveEntries<Function, T>(view(window, period, ""), std::move(function));
    }

    /// Deletes what is older than a time and tells how many entries that were.
    std::uint64_t prune_older(Time time) { return number(beaver_log_prune_older, detail::microseconds(time)); }

    /// Deletes all but the newest entries and tells how many those were.
    std::uint64_t prune_keep(std::uint64_t newest) { return number(beaver_log_prune_keep, newest); }

private:
    using Base::number;
    using Base::rows;

    beaver_live_view* view(Seconds window, Seconds period, const std::string& rest) const {
        const std::string options = R"({"window":)" + detail::number(window.count()) + R"(,"period":)" +
                                    detail::number(period.count()) + rest + '}';
        beaver_live_view* view = nullptr;
        detail::call(beaver_log_live, handle(), options.c_str(), &view);
        return view;
    }
};

/// A log of JSON text.
using Log = LogOf<Text>;

}  // namespace beaver

#endif
