/// Channels. Part of beaver.hpp.
#ifndef BEAVER_CHANNEL_HPP
#define BEAVER_CHANNEL_HPP

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "structure.hpp"

namespace beaver {

/// Where a subscription begins.
class Start {
public:
    /// With what is published after the call.
    static Start now() { return Start(R"({"start":"now"})"); }
    /// With the oldest message that is still there.
    static Start oldest() { return Start(R"({"start":"oldest"})"); }
    /// Behind the message of that time: where an earlier subscription ended.
    static Start after(Time time) {
        return Start(R"({"after_us":)" + std::to_string(detail::microseconds(time)) + '}');
    }
    /// As beaver.h takes it.
    const std::string& json() const noexcept { return json_; }

private:
    explicit Start(std::string json) : json_(std::move(json)) {}
    std::string json_;
};

/// How long the messages of a channel are kept. What is too old, or too many, is deleted in passing by those who publish;
/// a sixteenth more, or 64, may stand for a while.
struct Retention {
    /// The age up to which a message is kept; nothing for as long as the file.
    std::optional<Seconds> max_age = std::chrono::hours(24);
    /// How many messages are kept; nothing for all.
    std::optional<std::uint64_t> max_messages = 100000;
};

/// Messages between programs, through the file: what one publishes, every subscriber in any process gets, once and in the
/// order of the commits. They stay for a while, as the retention says.
template <class T>
class ChannelOf : public Structure<ChannelOf<T>, beaver_channel, T> {
    using Base = Structure<ChannelOf, beaver_channel, T>;

public:
    using Base::Base;
    using Base::handle;
    /// What is published, and what subscribers get.
    using Given = detail::Given<T>;
    using Message = MessageOf<T>;

    /// Publishes a message, and tells its time. Who waits for it wakes at once.
    Time publish(const Given& payload) {
        const auto json = detail::text_of<T>(payload);
        std::int64_t got = 0;
        detail::call(beaver_channel_publish, handle(), json.data(), json.size(), &got);
        return detail::time(got);
    }

    /// Publishes many messages in one commit, in their order: any container of payloads; gives their times.
    template <class Payloads = std::initializer_list<Given>>
    std::vector<Time> publish_many(const Payloads& payloads) {
        const std::string json = detail::array_of<T>(payloads);
        detail::Buffer got;
        detail::call(beaver_channel_publish_many, handle(), json.data(), json.size(), got.out());
        return detail::times(got.view());
    }

    /// Begins to listen. Every message that is published after this returned is given, and with another start also those
    /// that are there.
    Feed<Message> subscribe(const Start& start = Start::now()) const {
        beaver_subscription* subscription = nullptr;
        detail::call(beaver_channel_subscribe, handle(), start.json().c_str(), &subscription);
        return Feed<Message>(subscription);
    }

    /// The same with a function that is called for each message, from a thread of its own.
    template <class Function, class = std::enable_if_t<std::is_invocable_v<Function&, const Message&>>>
    Listener subscribe(Function function, const Start& start = Start::now(), OnError on_error = {}) const {
        return Listener(subscribe(start), std::move(function), std::move(on_error));
    }

    /// Goes through the messages that are there, the oldest first.
    Range<Message> items() const { return rows(detail::item<Message>, beaver_channel_items); }

    /// How long messages are kept.
    Retention retention() const {
        detail::Buffer json;
        detail::call(beaver_channel_retention, handle(), json.out());
        Retention retention{std::nullopt, std::nullopt};
        detail::each_member(json.view(), [&](std::string_view key, std::string_view value) {
            if (value == "null") return;
            if (detail::is(key, "max_age")) retention.max_age = Seconds(detail::number(value));
            if (detail::is(key, "max_messages")) retention.max_messages = detail::integer<std::uint64_t>(value);
        });
        return retention;
    }

    /// Chooses how long messages are kept, for all processes.
    void set_retention(const Retention& retention) {
        const auto& [age, messages] = retention;
        const std::string json = R"({"max_age":)" + (age ? detail::number(age->count()) : "null") +
                                 R"(,"max_messages":)" + (messages ? std::to_string(*messages) : "null") + '}';
        detail::call(beaver_channel_set_retention, handle(), json.c_str());
    }

private:
    using Base::rows;
};

/// A channel of JSON text.
using Channel = ChannelOf<Text>;

}  // namespace beaver

#endif
