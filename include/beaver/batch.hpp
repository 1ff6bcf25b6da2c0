/// Batches: changes of any structures in one commit. Part of beaver.hpp.
#ifndef BEAVER_BATCH_HPP
#define BEAVER_BATCH_HPP

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "blob.hpp"
#include "channel.hpp"
#include "collection.hpp"
#include "dict.hpp"
#include "list.hpp"
#include "log.hpp"
#include "queue.hpp"

namespace beaver {

/// A condition of an operation in a batch, on what is there at that moment in the batch; one that is not met fails the
/// whole batch as Conflict.
class When {
public:
    /// No condition.
    When() = default;
    /// What it changes must not be there.
    static When absent() { return When(R"({"if":"absent"})"); }
    /// What it changes must equal this, by value.
    static When equals(const JsonView& value) {
        return When(R"({"if":{"equals":)" + detail::member<Text>(value) + "}}");
    }
    /// As beaver.h takes it.
    const char* json() const noexcept { return json_.empty() ? nullptr : json_.c_str(); }

private:
    explicit When(std::string json) : json_(std::move(json)) {}
    std::string json_;
};

/// What an operation of a batch did: done, or whether there was anything to do; a count of what was deleted; the times
/// of log entries or messages.
using Outcome = std::variant<bool, std::uint64_t, std::vector<Time>>;

/// Changes that are collected first and then made in one commit: all of them, or none. Structures need not outlive the
/// call that names them; one that acquire() gave passes its lock. A call that throws adds nothing.
///
///     db.batch().dict_set(config, "theme", R"("dark")").log_append(history, R"("theme")").commit();
class Batch {
public:
    /// Takes over a handle of beaver.h.
    explicit Batch(beaver_batch* handle) noexcept : handle_(handle) {}

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_batch* handle() const noexcept { return handle_.get(); }

    /// Sets a key of a dict.
    template <class T>
    Batch& dict_set(const DictOf<T>& dict, std::string_view key, const detail::Given<T>& value, Ttl ttl = std::nullopt,
                    const When& when = {}) {
        const auto json = detail::text_of<T>(value);
        return add(beaver_batch_dict_set, dict.handle(), c(key).c_str(), json.data(), json.size(),
                   detail::ttl_seconds(ttl), when.json());
    }

    /// Deletes a key of a dict.
    template <class T>
    Batch& dict_delete(const DictOf<T>& dict, std::string_view key, const When& when = {}) {
        return add(beaver_batch_dict_delete, dict.handle(), c(key).c_str(), when.json());
    }

    /// Deletes every key of a dict.
    template <class T>
    Batch& dict_clear(const DictOf<T>& dict) {
        return add(beaver_batch_dict_clear, dict.handle());
    }

    /// Appends a value to a list.
    template <class T>
    Batch& list_push(const ListOf<T>& list, const detail::Given<T>& value) {
        const auto json = detail::text_of<T>(value);
        return add(beaver_batch_list_push, list.handle(), json.data(), json.size());
    }

    /// Puts a value before the first of a list.
    template <class T>
    Batch& list_prepend(const ListOf<T>& list, const detail::Given<T>& value) {
        const auto json = detail::text_of<T>(value);
        return add(beaver_batch_list_prepend, list.handle(), json.data(), json.size());
    }

    /// Appends many values to a list: any container of values.
    template <class T, class Values = std::initializer_list<detail::Given<T>>>
    Batch& list_extend(const ListOf<T>& list, const Values& values) {
        const std::string json = detail::array_of<T>(values);
        return add(beaver_batch_list_extend, list.handle(), json.data(), json.size());
    }

    /// Puts a value before an index of a list, which is clamped. Indexes are as the list is at that point of the batch.
    template <class T>
    Batch& list_insert(const ListOf<T>& list, std::int64_t index, const detail::Given<T>& value) {
        const auto json = detail::text_of<T>(value);
        return add(beaver_batch_list_insert, list.handle(), index, json.data(), json.size());
    }

    /// Replaces the value at an index of a list; out of range fails the batch as NotFound.
    template <class T>
    Batch& list_set(const ListOf<T>& list, std::int64_t index, const detail::Given<T>& value, const When& when = {}) {
        const auto json = detail::text_of<T>(value);
        return add(beaver_batch_list_set, list.handle(), index, json.data(), json.size(), when.json());
    }

    /// Deletes the value at an index of a list; out of range fails the batch as NotFound.
    template <class T>
    Batch& list_delete(const ListOf<T>& list, std::int64_t index, const When& when = {}) {
        return add(beaver_batch_list_delete, list.handle(), index, when.json());
    }

    /// Deletes the first value of a list that equals another, if there is one.
    template <class T>
    Batch& list_remove(const ListOf<T>& list, const detail::Given<T>& value) {
        const auto json = detail::text_of<T>(value);
        return add(beaver_batch_list_remove, list.handle(), json.data(), json.size());
    }

    /// Deletes every value of a list.
    template <class T>
    Batch& list_clear(const ListOf<T>& list) {
        return add(beaver_batch_list_clear, list.handle());
    }

    /// Puts an item into a queue.
    template <class T>
    Batch& queue_put(const QueueOf<T>& queue, const detail::Given<T>& data, double priority = 0) {
        const auto json = detail::text_of<T>(data);
        return add(beaver_batch_queue_put, queue.handle(), json.data(), json.size(), priority);
    }

    /// Settles a leased item of a queue: work and its result in one commit.
    template <class T>
    Batch& queue_ack(const QueueOf<T>& queue, std::uint64_t id) {
        return add(beaver_batch_queue_ack, queue.handle(), id);
    }

    /// Deletes every item of a queue.
    template <class T>
    Batch& queue_clear(const QueueOf<T>& queue) {
        return add(beaver_batch_queue_clear, queue.handle());
    }

    /// Stores a blob. Its condition looks at the metadata.
    Batch& blob_put(const Blobs& blobs, std::string_view key, BytesView bytes,
                    const Blobs::Metadata& metadata = std::nullopt, const When& when = {}) {
        return add(beaver_batch_blobs_put, blobs.handle(), c(key).c_str(), bytes.data(), bytes.size(),
                   Blobs::text(metadata), Blobs::length(metadata), when.json());
    }

    /// Deletes a blob.
    Batch& blob_delete(const Blobs& blobs, std::string_view key) {
        return add(beaver_batch_blobs_delete, blobs.handle(), c(key).c_str());
    }

    /// Deletes every blob of a store.
    Batch& blob_clear(const Blobs& blobs) { return add(beaver_batch_blobs_clear, blobs.handle()); }

    /// Appends an entry to a log, at a time of your own or that of the commit.
    template <class T>
    Batch& log_append(const LogOf<T>& log, const detail::Given<T>& data, std::optional<Time> at = std::nullopt) {
        const auto json = detail::text_of<T>(data);
        if (!at) return add(beaver_batch_log_append, log.handle(), json.data(), json.size());
        return add(beaver_batch_log_append_at, log.handle(), json.data(), json.size(), detail::microseconds(*at));
    }

    /// Deletes every entry of a log.
    template <class T>
    Batch& log_clear(const LogOf<T>& log) {
        return add(beaver_batch_log_clear, log.handle());
    }

    /// Publishes a message on a channel.
    template <class T>
    Batch& channel_publish(const ChannelOf<T>& channel, const detail::Given<T>& payload) {
        const auto json = detail::text_of<T>(payload);
        return add(beaver_batch_channel_publish, channel.handle(), json.data(), json.size());
    }

    /// Deletes every message of a channel.
    template <class T>
    Batch& channel_clear(const ChannelOf<T>& channel) {
        return add(beaver_batch_channel_clear, channel.handle());
    }

    /// Indexes a document of a collection, as Collection::index() does; without an id, under a random UUID.
    template <class T>
    Batch& collection_index(const CollectionOf<T>& collection, std::optional<std::string_view> id,
                            const detail::Given<T>& body, VectorView embedding = {}, const JsonView& options = {}) {
        const auto json = detail::text_of<T>(body);
        return add(beaver_batch_collection_index, collection.handle(), detail::OptionalId(id).c_str(), json.data(),
                   json.size(), embedding.data(), embedding.size(), detail::OptionsText(options).c_str(),
                   static_cast<beaver_buf*>(nullptr));
    }

    /// Removes a document of a collection with everything that belongs to it.
    template <class T>
    Batch& collection_drop(const CollectionOf<T>& collection, std::string_view id) {
        return add(beaver_batch_collection_drop, collection.handle(), detail::CText("id", id).c_str());
    }

    /// Removes every document and edge of a collection.
    template <class T>
    Batch& collection_clear(const CollectionOf<T>& collection) {
        return add(beaver_batch_collection_clear, collection.handle());
    }

    /// Connects two documents of a collection; fails the batch as NotFound if one of them is not there by then.
    template <class T>
    Batch& collection_connect(const CollectionOf<T>& collection, std::string_view source, std::string_view target,
                              std::string_view label, double weight = 1,
                              const std::optional<JsonView>& metadata = std::nullopt) {
        const std::string options = detail::edge_options(weight, metadata);
        return add(beaver_batch_collection_connect, collection.handle(), detail::CText("source", source).c_str(),
                   detail::CText("target", target).c_str(), detail::CText("label", label).c_str(), options.c_str());
    }

    /// Removes the edge of a label from one document of a collection to another, or all from the one to the other.
    template <class T>
    Batch& collection_disconnect(const CollectionOf<T>& collection, std::string_view source, std::string_view target,
                                 std::optional<std::string_view> label = std::nullopt) {
        return add(beaver_batch_collection_disconnect, collection.handle(), detail::CText("source", source).c_str(),
                   detail::CText("target", target).c_str(), detail::OptionalText("label", label).c_str());
    }

    /// How many operations it holds.
    std::uint64_t size() const {
        std::uint64_t count = 0;
        detail::call(beaver_batch_len, handle(), &count);
        return count;
    }

    /// Makes all the changes in one commit, in order, or none of them, and tells what each did. With `durable`, the
    /// commit outlasts a loss of power, or need not; without, as the database was opened. If it fails,
    /// Error::operation() tells at which operation. The batch is empty afterwards, whatever happens, and can collect
    /// again.
    std::vector<Outcome> commit(std::optional<bool> durable = std::nullopt) {
        const char* const options =
            !durable ? nullptr : *durable ? R"({"durable":true})" : R"({"durable":false})";
        detail::Buffer array;
        detail::call(beaver_batch_commit, handle(), options, array.out());
        return detail::all(array.view(), outcome);
    }

private:
    template <class Function, class... Arguments>
    Batch& add(Function function, Arguments... arguments) {
        detail::call(function, handle(), arguments...);
        return *this;
    }

    static Outcome outcome(std::string_view json) {
        if (json == "true" || json == "false") return json == "true";
        if (json[0] != '[') return detail::integer<std::uint64_t>(json);
        return detail::times(json);
    }

    static detail::CText c(std::string_view key) { return {"key", key}; }

    detail::Handle<beaver_batch> handle_;
};

}  // namespace beaver

#endif
