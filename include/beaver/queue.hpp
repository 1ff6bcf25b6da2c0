/// Priority queues. Part of beaver.hpp.
#ifndef BEAVER_QUEUE_HPP
#define BEAVER_QUEUE_HPP

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "structure.hpp"

namespace beaver {

/// An item of a queue.
template <class T>
struct QueueItemOf {
    /// The value.
    detail::Stored<T> data{};
    /// The lowest comes first.
    double priority = 0;
    /// When it was put.
    Time timestamp;
};

/// An item that is lent out.
template <class T>
struct LeasedItemOf : QueueItemOf<T> {
    /// What to settle it by; never used twice.
    std::uint64_t id = 0;
    /// How often it was lent out, this time included.
    std::uint32_t attempts = 0;
};

/// Items whose data are JSON text.
using QueueItem = QueueItemOf<Text>;
using LeasedItem = LeasedItemOf<Text>;

/// What becomes of items that fail again and again: lent out so often, they are moved to the queue of that name.
struct DeadLetter {
    std::uint32_t max_attempts = 1;
    std::string queue;
};

namespace detail {

template <class T>
LeasedItemOf<T> leased_item(std::string_view json) {
    LeasedItemOf<T> item;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "data")) item.data = parse<T>(value);
        if (is(key, "priority")) item.priority = number(value);
        if (is(key, "timestamp_us")) item.timestamp = time(integer<std::int64_t>(value));
        if (is(key, "id")) item.id = integer<std::uint64_t>(value);
        if (is(key, "attempts")) item.attempts = integer<std::uint32_t>(value);
    });
    return item;
}

template <class T>
QueueItemOf<T> queue_item(std::string_view json) {
    return leased_item<T>(json);
}

inline void put_back(const beaver_queue* queue, const QueueItem& item) {
    call(beaver_queue_put_back, queue, data(item.data), item.data.size(), item.priority, microseconds(item.timestamp));
}

}  // namespace detail

/// A priority queue: the lowest priority number comes first, among equals what was put first. get() takes an item for
/// good; lease() lends it out until it is acknowledged, so that work survives a worker that dies. An item whose data are no T
/// stays in the queue: what would take it puts it back, and throws.
template <class T>
class QueueOf : public Structure<QueueOf<T>, beaver_queue, T> {
    using Base = Structure<QueueOf, beaver_queue, T>;

public:
    using Base::Base;
    using Base::handle;
    /// What is put into the queue, and what comes out.
    using Given = detail::Given<T>;
    using Item = QueueItemOf<T>;
    using Leased = LeasedItemOf<T>;

    /// Puts an item, at any finite priority. Who waits for one wakes at once.
    void put(const Given& data, double priority = 0) {
        const auto json = detail::text_of<T>(data);
        detail::call(beaver_queue_put, handle(), json.data(), json.size(), priority);
    }

    /// Puts many items in one commit: any container of pairs of data and priority.
    template <class Items = std::initializer_list<std::pair<Given, double>>>
    void put_many(const Items& items) {
        const std::string json = detail::array(items, [](const auto& item, std::size_t index) {
            const auto& [data, priority] = item;
            if (!std::isfinite(priority))
                throw Error(ErrorKind::InvalidArgument, "the priority is not finite", index);
            return R"({"data":)" + detail::member<T>(data, index) + R"(,"priority":)" +
                   detail::number(priority) + '}';
        });
        detail::call(beaver_queue_put_many, handle(), json.data(), json.size());
    }

    /// Takes the first item; waits for one if there is none.
    std::optional<Item> get(Timeout timeout = forever) {
        detail::Buffer json;
        if (detail::call(beaver_queue_get, handle(), timeout.milliseconds(), json.out()) != BEAVER_OK)
            return std::nullopt;
        return detail::taken([&] { return detail::queue_item<T>(json.view()); },
                             [&] { detail::put_back(handle(), detail::queue_item<Text>(json.view())); });
    }

    /// Takes up to so many of the first items in one commit, as soon as there is one; none if the time runs out.
    std::vector<Item> get_many(std::size_t most, Timeout timeout = forever) {
        detail::Buffer array;
        detail::call(beaver_queue_get_many, handle(), most, timeout.milliseconds(), array.out());
        const auto put_back = [&] {
            for (const auto& item : detail::all(array.view(), detail::queue_item<Text>))
                detail::put_back(handle(), item);
        };
        return detail::taken([&] { return detail::all(array.view(), detail::queue_item<T>); }, put_back);
    }

    /// Puts an item that was taken back to its place in the order, for who took it and cannot have it: a task that was
    /// cancelled just then. Who waits for one wakes at once.
    void put_back(const Item& item) {
        detail::put_back(handle(), {std::string(detail::text_of<T>(item.data)), item.priority, item.timestamp});
    }

    /// The item that get() would take now.
    std::optional<Item> peek() const {
        detail::Buffer json;
        if (detail::call(beaver_queue_peek, handle(), json.out()) != BEAVER_OK) return std::nullopt;
        return detail::queue_item<T>(json.view());
    }

    /// Goes through the items that could be taken now, in order.
    Range<Item> items() const { return rows(detail::queue_item<T>, beaver_queue_items); }

    /// Lends the first item out; waits for one if there is none. Unless it is settled by ack() it comes back when its
    /// time is over, in its old place and under another id.
    std::optional<Leased> lease(Seconds lease, Timeout timeout = forever,
                                const std::optional<DeadLetter>& dead_letter = std::nullopt) {
        std::string options;
        if (dead_letter) {
            const auto most = std::to_string(dead_letter->max_attempts);
            options = R"({"max_attempts":)" + most + R"(,"dead_letter":)" + json_string(dead_letter->queue) + '}';
        }
        std::uint64_t id = 0;
        detail::Buffer json;
        const auto status = detail::call(beaver_queue_lease, handle(), lease.count(), timeout.milliseconds(),
                                         dead_letter ? options.c_str() : nullptr, &id, json.out());
        if (status != BEAVER_OK) return std::nullopt;
        return detail::taken([&] { return detail::leased_item<T>(json.view()); }, [&] { nack(id); });
    }

    /// Settles a leased item: its work is done, and it is gone. False if the lease was over already.
    bool ack(std::uint64_t id) { return detail::call(beaver_queue_ack, handle(), id) == BEAVER_OK; }

    /// Gives a leased item back, to be taken again after the delay. False if the lease was over already.
    bool nack(std::uint64_t id, Seconds delay = Seconds(0)) {
        return detail::call(beaver_queue_nack, handle(), id, delay.count()) == BEAVER_OK;
    }

    /// Lets a lease end so long from now instead. False if it was over already.
    bool extend(std::uint64_t id, Seconds lease) {
        return detail::call(beaver_queue_extend, handle(), id, lease.count()) == BEAVER_OK;
    }

    /// How many items are out on a lease that still runs.
    std::uint64_t leased() const { return number(beaver_queue_leased); }

private:
    using Base::number;
    using Base::rows;
};

/// A queue of JSON text.
using Queue = QueueOf<Text>;

}  // namespace beaver

#endif
