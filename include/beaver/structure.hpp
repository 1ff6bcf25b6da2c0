/// What all structures do alike. Part of beaver.hpp.
#ifndef BEAVER_STRUCTURE_HPP
#define BEAVER_STRUCTURE_HPP

#include <cstddef>
#include <cstdint>
#include <ios>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "handle.hpp"
#include "json.hpp"
#include "listener.hpp"
#include "range.hpp"
#include "subscription.hpp"
#include "text.hpp"
#include "time.hpp"

namespace beaver {

/// How a dump is written: one JSON document, or a line for each item.
enum class DumpFormat { Json, JsonLines };

/// What a load does with what is there: replaces it, or adds to it (keys of the dump win).
enum class LoadMode { Replace, Append };

namespace detail {

/// The functions of beaver.h for a structure.
template <class C>
struct Api;

#define BEAVER_HPP_API(kind)                                        \
    template <>                                                     \
    struct Api<beaver_##kind> {                                     \
        static constexpr auto acquire = beaver_##kind##_acquire;    \
        static constexpr auto release = beaver_##kind##_release;    \
        static constexpr auto renew = beaver_##kind##_renew;        \
        static constexpr auto locked = beaver_##kind##_locked;      \
        static constexpr auto len = beaver_##kind##_len;            \
        static constexpr auto clear = beaver_##kind##_clear;        \
        static constexpr auto dump = beaver_##kind##_dump;          \
        static constexpr auto dump_to = beaver_##kind##_dump_to;    \
        static constexpr auto load = beaver_##kind##_load;          \
        static constexpr auto load_from = beaver_##kind##_load_from; \
        static constexpr auto on = beaver_##kind##_on;              \
    }
BEAVER_HPP_API(dict);
BEAVER_HPP_API(list);
BEAVER_HPP_API(queue);
BEAVER_HPP_API(blobs);
BEAVER_HPP_API(log);
BEAVER_HPP_API(collection);
BEAVER_HPP_API(channel);
#undef BEAVER_HPP_API

inline const char* options(DumpFormat format) {
    return format == DumpFormat::JsonLines ? R"({"format":"jsonl"})" : R"({"format":"json"})";
}

inline const char* options(LoadMode mode) {
    return mode == LoadMode::Append ? R"({"mode":"append"})" : R"({"mode":"replace"})";
}

inline std::vector<Time> times(std::string_view array) {
    return all(array, +[](std::string_view json) { return time(integer<std::int64_t>(json)); });
}

}  // namespace detail

/// The base of Dict, List, Queue, Blobs, Log, Collection and Channel, whose values are of a type T.
template <class Self, class C, class T = Text>
class Structure {
    using Api = detail::Api<C>;

public:
    /// Takes over a handle of beaver.h.
    explicit Structure(C* handle) noexcept : handle_(handle) {}

    /// The handle for functions of beaver.h; it stays this object's.
    C* handle() const noexcept { return handle_.get(); }

    /// Acquires the structure for one owner, who uses what this gives: until that is released, ends, or its time is
    /// over, every change and take by anybody else, in any process, waits, up to the busy timeout. Nothing if the time
    /// runs out.
    std::optional<Self> acquire(Timeout timeout, Seconds ttl = default_ttl) {
        C* owned = nullptr;
        if (detail::call(Api::acquire, handle(), timeout.milliseconds(), ttl.count(), &owned) == BEAVER_TIMEOUT)
            return std::nullopt;
        return Self(owned);
    }

    /// Ends what acquire() began, called on what it gave. False if it had ended already.
    bool release() { return detail::call(Api::release, handle()) == BEAVER_OK; }

    /// Holds the acquired structure for so long from now on. False if it had ended already.
    bool renew(Seconds ttl = default_ttl) { return detail::call(Api::renew, handle(), ttl.count()) == BEAVER_OK; }

    /// Whether anybody has acquired the structure.
    bool locked() const {
        bool locked = false;
        detail::call(Api::locked, handle(), &locked);
        return locked;
    }

    /// Listens to an event of the structure, in this process and all others, from now on: "set", "del", "clear", …, as
    /// beaver_dict_on() and its like name them, or "*" for all of them. An event is written in the commit of the change
    /// that it tells of, and only if somebody listens.
    Events on(std::string_view event) const { return detail::events(Api::on, handle(), event); }

    /// The same with a function that is called for each event, from a thread of its own.
    template <class Function>
    Listener on(std::string_view event, Function function, OnError on_error = {}) const {
        return Listener(on(event), std::move(function), std::move(on_error));
    }

    /// How many items there are; of a queue, those that could be taken now.
    std::uint64_t size() const { return number(Api::len); }

    /// Whether there are none.
    bool empty() const { return size() == 0; }

    /// Deletes every item and tells how many there were.
    std::uint64_t clear() { return number(Api::clear); }

    /// Everything as text, as of one moment.
    std::string dump(DumpFormat format = DumpFormat::Json) const {
        detail::Buffer text;
        detail::call(Api::dump, handle(), detail::options(format), text.out());
        return text.text();
    }

    /// The same piece by piece: `write` takes a std::string_view, and returns false or throws to stop it.
    template <class Write>
    void dump_to(Write write, DumpFormat format = DumpFormat::Json) const {
        using Callback = detail::Callback<Write>;
        Callback callback(std::move(write));
        const beaver_write_fn piece = [](void* userdata, const std::uint8_t* data, std::size_t len) noexcept {
            const std::string_view text(reinterpret_cast<const char*>(data), len);
            return Callback::run(userdata, true, false, text);
        };
        callback.around([&] {
            detail::call(Api::dump_to, handle(), detail::options(format), piece, callback.userdata(),
                         beaver_destroy_fn{nullptr});
        });
    }

    /// The same into a stream; throws std::ios_base::failure if it does not take it.
    void dump(std::ostream& stream, DumpFormat format = DumpFormat::Json) const {
        const auto write = [&](std::string_view text) {
            if (!stream.write(text.data(), static_cast<std::streamsize>(text.size())))
                throw std::ios_base::failure("the stream does not take the dump");
        };
        dump_to(write, format);
    }

    /// Reads a dump, of BeaverDB 1.x too: all of it, or nothing. Tells how many items it had.
    std::uint64_t load(std::string_view text, LoadMode mode = LoadMode::Replace) {
        std::uint64_t count = 0;
        detail::call(Api::load, handle(), detail::data(text), text.size(), detail::options(mode), &count);
        return count;
    }

    /// The same piece by piece: `read(char* buffer, std::size_t capacity)` returns how much it wrote, 0 at the end, and
    /// throws to stop it.
    template <class Read>
    std::uint64_t load_from(Read read, LoadMode mode = LoadMode::Replace) {
        using Callback = detail::Callback<Read>;
        Callback callback(std::move(read));
        const beaver_read_fn piece = [](void* userdata, std::uint8_t* buffer, std::size_t capacity) noexcept {
            return Callback::run(userdata, std::int64_t{0}, std::int64_t{-1}, reinterpret_cast<char*>(buffer),
                                 capacity);
        };
        std::uint64_t count = 0;
        callback.around([&] {
            detail::call(Api::load_from, handle(), piece, callback.userdata(), beaver_destroy_fn{nullptr},
                         detail::options(mode), &count);
        });
        return count;
    }

    /// The same out of a stream; throws std::ios_base::failure if reading it fails.
    std::uint64_t load(std::istream& stream, LoadMode mode = LoadMode::Replace) {
        const auto read = [&](char* buffer, std::size_t capacity) {
            stream.read(buffer, static_cast<std::streamsize>(capacity));
            if (stream.bad() || (stream.fail() && !stream.eof()))
                throw std::ios_base::failure("the stream does not give the dump");
            return static_cast<std::size_t>(stream.gcount());
        };
        return load_from(read, mode);
    }

protected:
    /// A count that a function gives.
    template <class Function, class... Arguments>
    std::uint64_t number(Function function, Arguments... arguments) const {
        std::uint64_t number = 0;
        detail::call(function, handle(), arguments..., &number);
        return number;
    }

    /// An answer that a function gives.
    template <class Function, class... Arguments>
    bool flag(Function function, Arguments... arguments) const {
        bool flag = false;
        detail::call(function, handle(), arguments..., &flag);
        return flag;
    }

    /// A value that a function gives, or nothing if it is not there.
    template <class Function, class... Arguments>
    std::optional<detail::Stored<T>> value(Function function, Arguments... arguments) const {
        detail::Buffer json;
        if (detail::call(function, handle(), arguments..., json.out()) != BEAVER_OK) return std::nullopt;
        return detail::parse<T>(json.view());
    }

    /// A value that a function takes out; the text of one that is no T is given to `put_back`.
    template <class PutBack, class Function, class... Arguments>
    std::optional<detail::Stored<T>> take(PutBack put_back, Function function, Arguments... arguments) const {
        detail::Buffer json;
        if (detail::call(function, handle(), arguments..., json.out()) != BEAVER_OK) return std::nullopt;
        return detail::taken([&] { return detail::parse<T>(json.view()); }, [&] { put_back(json.view()); });
    }

    /// The rows of an iterator that a function makes.
    template <class Row, class Function, class... Arguments>
    Range<Row> rows(Row (*parse)(std::string_view), Function function, Arguments... arguments) const {
        beaver_iter* iter = nullptr;
        detail::call(function, handle(), arguments..., &iter);
        return Range<Row>(iter, parse);
    }

private:
    detail::Handle<C> handle_;
};

}  // namespace beaver

#endif
