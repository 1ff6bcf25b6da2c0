/// Messages of channels and events, as they come. Part of beaver.hpp.
#ifndef BEAVER_SUBSCRIPTION_HPP
#define BEAVER_SUBSCRIPTION_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "handle.hpp"
#include "json.hpp"
#include "range.hpp"
#include "text.hpp"
#include "time.hpp"

namespace beaver {

/// A message of a channel.
template <class T>
struct MessageOf {
    /// Its time, unique among the messages of all channels.
    Time timestamp;
    /// What was published.
    detail::Stored<T> payload{};
};

/// A message that is JSON text.
using Message = MessageOf<Text>;

/// What happened to a structure, or what Database::emit() was told.
template <class T>
struct EventOf {
    /// When, unique and in the order of the commits.
    Time timestamp;
    /// Where: "dict:app_config" for a structure, or a topic of your own.
    std::string topic;
    /// What: "set", "del", "push", …
    std::string event;
    /// Details: {"key"}, {"index"}, {"id"}, {"src_id", "tgt_id"}, or {}; or what emit() was given.
    detail::Stored<T> payload{};
};

/// An event whose details are JSON text.
using Event = EventOf<Text>;

namespace detail {

template <class T>
void read(std::string_view json, EventOf<T>& event) {
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "timestamp_us")) event.timestamp = time(integer<std::int64_t>(value));
        if (is(key, "topic")) event.topic = plain_string(value);
        if (is(key, "event")) event.event = plain_string(value);
        if (is(key, "payload")) event.payload = parse<T>(value);
    });
}

template <class T>
void read(std::string_view json, MessageOf<T>& message) {
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "timestamp_us")) message.timestamp = time(integer<std::int64_t>(value));
        if (is(key, "payload")) message.payload = parse<T>(value);
    });
}

template <class Item>
Item item(std::string_view json) {
    Item item;
    read(json, item);
    return item;
}

}  // namespace detail

/// Messages or events from a place on, each once and in the order of the commits, whichever process made them. Those
/// that were not pulled yet wait in the file. It ends with the object.
///
///     for (const auto& message : channel.subscribe()) std::cout << message.payload << '\n';
///
/// The loop waits for the next one, and ends when the feed, or its database, is closed. One thread at a time pulls; any
/// thread may close it. It must stay where it is while a loop goes through it.
template <class Item>
class Feed : public detail::Rows<Feed<Item>, Item> {
public:
    /// Takes over a handle of beaver.h.
    explicit Feed(beaver_subscription* handle) noexcept : handle_(handle) {}

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_subscription* handle() const noexcept { return handle_.get(); }

    /// Waits for the next one; nothing if the time runs out. Throws Limit, once, if some were deleted before they were
    /// pulled: the next call goes on with the oldest that is left. One that is not of the type of the feed throws; the
    /// next call goes on behind it. Throws Closed after close().
    std::optional<Item> next(Timeout timeout = forever) {
        if (failed_) std::rethrow_exception(std::exchange(failed_, nullptr));
        detail::Buffer json;
        if (detail::call(beaver_subscription_next, handle(), timeout.milliseconds(), json.out()) != BEAVER_OK)
            return std::nullopt;
        return detail::item<Item>(json.view());
    }

    /// Waits for the next one, and gives all that are there by then, up to so many; none if the time runs out.
    std::vector<Item> next_many(std::size_t most, Timeout timeout = forever) {
        if (failed_) std::rethrow_exception(std::exchange(failed_, nullptr));
        if constexpr (std::is_same_v<Item, Message> || std::is_same_v<Item, Event>) {
            detail::Buffer array;
            detail::call(beaver_subscription_next_many, handle(), most, timeout.milliseconds(), array.out());
            return detail::all(array.view(), detail::item<Item>);
        } else {
            return one_by_one(most, timeout);
        }
    }

    /// Sets who is told that there may be something to pull, or that there will be nothing more, in the place of whom it
    /// was before; nobody for an empty function. Told once; again only after next(no_wait) gave nothing. May be called
    /// from any thread; must return soon and must not use the library: it wakes an event loop. What it throws is
    /// dropped.
    void on_ready(std::function<void()> ready) {
        using Function = std::function<void()>;
        if (!ready) {
            detail::call(beaver_subscription_on_ready, handle(), beaver_ready_fn{nullptr}, static_cast<void*>(nullptr),
                         beaver_destroy_fn{nullptr});
            return;
        }
        const beaver_ready_fn tell = [](void* userdata) noexcept {
            try {
                (*static_cast<const Function*>(userdata))();
            } catch (...) {  // nobody is there to be told
            }
        };
        const beaver_destroy_fn destroy = [](void* userdata) noexcept { delete static_cast<Function*>(userdata); };
        void* const userdata = std::make_unique<Function>(std::move(ready)).release();
        detail::call(beaver_subscription_on_ready, handle(), tell, userdata, destroy);
    }

    /// A descriptor for poll() and epoll that can be read from as long as there may be something to pull; this object's.
    /// Do not read from it: call next(no_wait) until it gives nothing. Throws Unsupported where there is none (Windows).
    int fd() const {
        int fd = -1;
        detail::call(beaver_subscription_fd, handle(), &fd);
        return fd;
    }

    /// Ends it: a call that waits, and each later one, throws Closed; a loop ends.
    void close() const { detail::call(beaver_subscription_close, handle()); }

private:
    friend detail::Rows<Feed<Item>, Item>;

    std::optional<Item> following() {
        return detail::until_closed([&] { return next(); });
    }

    /// So that one that is not of the type does not take those before it, and those behind it, along.
    std::vector<Item> one_by_one(std::size_t most, Timeout timeout) {
        std::vector<Item> items;
        try {
            while (items.size() < std::max<std::size_t>(most, 1)) {
                auto item = next(items.empty() ? timeout : Timeout(no_wait));
                if (!item) break;
                items.push_back(std::move(*item));
            }
        } catch (...) {
            if (items.empty()) throw;
            failed_ = std::current_exception();
        }
        return items;
    }

    detail::Handle<beaver_subscription> handle_;
    /// What the next pull throws.
    std::exception_ptr failed_;
};

/// The messages of a channel, as they come.
using Subscription = Feed<Message>;

/// Events, as they come.
using Events = Feed<Event>;

namespace detail {

/// Listens by a function of beaver.h that takes a handle and an event.
template <class T = Text, class Function, class C>
Feed<EventOf<T>> events(Function function, const C* handle, std::string_view event) {
    beaver_subscription* events = nullptr;
    call(function, handle, CText("event", event).c_str(), &events);
    return Feed<EventOf<T>>(events);
}

}  // namespace detail
}  // namespace beaver

#endif
