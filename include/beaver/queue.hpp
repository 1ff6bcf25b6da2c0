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
struct QueueItem {
    /// The value, JSON text.
    std::string data;
    /// The lowest comes first.
    double priority = 0;
    /// When it was put.
    Time timestamp;
};

/// An item that is lent out.
struct LeasedItem : QueueItem {
    /// What to settle it by; never used twice.
    std::uint64_t id = 0;
    /// How often it was lent out, this time included.
    std::uint32_t attempts = 0;
};

/// What becomes of items that fail again and again: lent out so often, they are moved to the queue of that name.
struct DeadLetter {
    std::uint32_t max_attempts = 1;
    std::string queue;
};

namespace detail {

inline LeasedItem leased_item(std::string_view json) {
    LeasedItem item;
    each_member(json, [&](std::string_view key, std::string_view value) {
        if (is(key, "data")) item.data = value;
        if (is(key, "priority")) item.priority = number(value);
        if (is(key, "timestamp_us")) item.timestamp = time(integer<std::int64_t>(value));
        if (is(key, "id")) item.id = integer<std::uint64_t>(value);
        if (is(key, "attempts")) item.attempts = integer<std::uint32_t>(value);
    });
    return item;
}

inline QueueItem queue_item(std::string_view json) { return leased_item(json); }

}  // namespace detail

/// A priority queue: the lowest priority number comes first, among equals what was put first. get() takes an item for
/// good; lease() lends it out until it is acknowledged, so that work survives a worker that dies.
class Queue : public Structure<Queue, beaver_queue> {
public:
    using Structure::Structure;

    /// Puts an item, at any finite priority. Who waits for one wakes at once.
    void put(std::string_view data, double priority = 0) {
        detail::call(beaver_queue_put, handle(), detail::data(data), data.size(), priority);
    }

    /// Puts many items in one commit: any container of pairs of data and priority.
    template <class Items = std::initializer_list<std::pair<std::string_view, double>>>
    void put_many(const Items& items) {
        const std::string json = detail::array(items, [](const auto& item, std::size_t index) {
            const auto& [data, priority] = item;
            if (!std::isfinite(priority))
                throw Error(ErrorKind::InvalidArgument, "the priority is not finite", index);
            return R"({"data":)" + std::string(detail::one_value(data, index)) + R"(,"priority":)" +
                   detail::number(priority) + '}';
        });
        detail::call(beaver_queue_put_many, handle(), json.data(), json.size());
    }

    /// Takes the first item; waits for one if there is none.
    std::optional<QueueItem> get(Timeout timeout = forever) {
        detail::Buffer item;
        if (detail::call(beaver_queue_get, handle(), timeout.milliseconds(), item.out()) != BEAVER_OK)
            return std::nullopt;
        return detail::queue_item(item.view());
    }

    /// Takes up to so many of the first items in one commit, as soon as there is one; none if the time runs out.
    std::vector<QueueItem> get_many(std::size_t most, Timeout timeout = forever) {
        detail::Buffer array;
        detail::call(beaver_queue_get_many, handle(), most, timeout.milliseconds(), array.out());
        std::vector<QueueItem> items;
        detail::each_part(array.view(), [&](std::string_view item) { items.push_back(detail::queue_item(item)); });
        return items;
    }

    /// Puts an item that was taken back to its place in the order, for who took it and cannot have it: a task that was
    /// cancelled just then. Who waits for one wakes at once.
    void put_back(const QueueItem& item) {
        detail::call(beaver_queue_put_back, handle(), detail::data(item.data), item.data.size(), item.priority,
                     detail::microseconds(item.timestamp));
    }

    /// The item that get() would take now.
    std::optional<QueueItem> peek() const {
        detail::Buffer item;
        if (detail::call(beaver_queue_peek, handle(), item.out()) != BEAVER_OK) return std::nullopt;
        return detail::queue_item(item.view());
    }

    /// Goes through the items that could be taken now, in order.
    Range<QueueItem> items() const { return rows(detail::queue_item, beaver_queue_items); }

    /// Lends the first item out; waits for one if there is none. Unless it is settled by ack() it comes back when its
    /// time is over, in its old place and under another id.
    std::optional<LeasedItem> lease(Seconds lease, Timeout timeout = forever,
                                    const std::optional<DeadLetter>& dead_letter = std::nullopt) {
        std::string options;
        if (dead_letter) {
            const auto most = std::to_string(dead_letter->max_attempts);
            options = R"({"max_attempts":)" + most + R"(,"dead_letter":)" + json_string(dead_letter->queue) + '}';
        }
        std::uint64_t id = 0;
        detail::Buffer item;
        const auto status = detail::call(beaver_queue_lease, handle(), lease.count(), timeout.milliseconds(),
                                         dead_letter ? options.c_str() : nullptr, &id, item.out());
        if (status != BEAVER_OK) return std::nullopt;
        return detail::leased_item(item.view());
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
};

}  // namespace beaver

#endif
