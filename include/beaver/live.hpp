/// Live views of logs. Part of beaver.hpp.
#ifndef BEAVER_LIVE_HPP
#define BEAVER_LIVE_HPP

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "handle.hpp"
#include "json.hpp"
#include "log_entry.hpp"
#include "range.hpp"
#include "text.hpp"
#include "time.hpp"

namespace beaver {

/// A number that is made of the entries of a window; with a path, of the numbers that stand there ("cpu.load"; an entry
/// that is itself a number has the path "value"). Entries without a number there do not take part; without any number,
/// what is not a count, a sum or a rate is null.
class Aggregate {
public:
    /// How many entries, or numbers.
    static Aggregate count(std::string_view path = {}) { return Aggregate(object("count", path)); }
    /// The same for each second of the window.
    static Aggregate rate(std::string_view path = {}) { return Aggregate(object("rate", path)); }
    /// The sum.
    static Aggregate sum(std::string_view path) { return Aggregate(object("sum", path)); }
    /// The arithmetic mean.
    static Aggregate mean(std::string_view path) { return Aggregate(object("mean", path)); }
    /// The smallest.
    static Aggregate min(std::string_view path) { return Aggregate(object("min", path)); }
    /// The largest.
    static Aggregate max(std::string_view path) { return Aggregate(object("max", path)); }
    /// The number below which `p` percent lie, from 0 to 100.
    static Aggregate percentile(std::string_view path, double p) {
        std::string json = object("percentile", path);
        json.pop_back();
        return Aggregate(json + R"(,"p":)" + detail::number(p) + '}');
    }

    /// As beaver.h takes it: {"op": "mean", "path": "ms"}.
    explicit Aggregate(const JsonView& json) : json_(json.view()) {}

    /// The same.
    const std::string& json() const noexcept { return json_; }

private:
    static std::string object(std::string_view op, std::string_view path) {
        const std::string of = path.empty() ? "" : R"(,"path":)" + json_string(path);
        return R"({"op":)" + json_string(op) + of + '}';
    }

    std::string json_;
};

/// Aggregates by their names.
using Aggregates = std::vector<std::pair<std::string, Aggregate>>;

namespace detail {

/// A view of beaver.h, by which LiveView and LiveEntries go.
class View {
public:
    explicit View(beaver_live_view* handle) noexcept : handle_(handle) {}

    beaver_live_view* handle() const noexcept { return handle_.get(); }
    bool next(Timeout timeout, Buffer& json) {
        return call(beaver_live_view_next, handle(), timeout.milliseconds(), json.out()) == BEAVER_OK;
    }
    void close() const { call(beaver_live_view_close, handle()); }

private:
    Handle<beaver_live_view> handle_;
};

}  // namespace detail

/// What aggregates make of the last while of a log, again and again. See Log::live(). A loop waits for the next result,
/// and ends when the view, or its database, is closed. One thread at a time pulls; any thread may close it. It must stay
/// where it is while a loop goes through it.
template <class Result>
class LiveViewOf : public detail::Rows<LiveViewOf<Result>, detail::Stored<Result>> {
public:
    /// Takes over a handle of beaver.h.
    explicit LiveViewOf(beaver_live_view* handle) noexcept : view_(handle) {}

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_live_view* handle() const noexcept { return view_.handle(); }

    /// Waits until the next result is due: a JSON object of a number for each aggregate. The first is at once, the
    /// others one period after each other; those that nobody waited for are left out. Nothing if the time runs out.
    std::optional<detail::Stored<Result>> next(Timeout timeout = forever) {
        detail::Buffer json;
        if (!view_.next(timeout, json)) return std::nullopt;
        return detail::parse<Result>(json.view());
    }

    /// Ends it: a call that waits, and each later one, throws Closed; a loop ends.
    void close() const { view_.close(); }

private:
    friend detail::Rows<LiveViewOf, detail::Stored<Result>>;

    std::optional<detail::Stored<Result>> following() {
        return detail::until_closed([&] { return next(); });
    }

    detail::View view_;
};

/// Aggregates as JSON text.
using LiveView = LiveViewOf<Text>;

/// What a function makes of the last while of a log, again and again. See Log::live(); as LiveView.
template <class Function, class T = Text>
class LiveEntries
    : public detail::Rows<LiveEntries<Function, T>, std::invoke_result_t<Function&, std::vector<LogEntryOf<T>>>> {
public:
    /// What the function gives.
    using Result = std::invoke_result_t<Function&, std::vector<LogEntryOf<T>>>;

    /// Takes over a handle of beaver.h, made without aggregates.
    LiveEntries(beaver_live_view* handle, Function function) : view_(handle), function_(std::move(function)) {}

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_live_view* handle() const noexcept { return view_.handle(); }

    /// Waits until the next result is due, and gives what the function makes of the entries, the oldest first. Nothing if
    /// the time runs out.
    std::optional<Result> next(Timeout timeout = forever) {
        detail::Buffer json;
        if (!view_.next(timeout, json)) return std::nullopt;
        return function_(detail::all(json.view(), detail::log_entry<T>));
    }

    /// Ends it, as LiveView::close() does.
    void close() const { view_.close(); }

private:
    friend detail::Rows<LiveEntries, Result>;

    std::optional<Result> following() {
        return detail::until_closed([&] { return next(); });
    }

    detail::View view_;
    Function function_;
};

}  // namespace beaver

#endif
