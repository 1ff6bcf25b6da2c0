// Channels and subscriptions through beaver.hpp.
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "check.hpp"
#include "waits.hpp"

template <class Messages>
static std::string payloads(Messages&& messages) {
    std::string all;
    for (const auto& message : messages) all += message.payload + ' ';
    return all;
}

static void subscriptions_begin_where_they_are_told() {
    beaver::Database db(":memory:");
    beaver::Channel channel = db.channel("news");
    const auto first = channel.publish("1");
    CHECK(std::chrono::system_clock::now() - first < 1min);
    auto now = channel.subscribe(), oldest = channel.subscribe(beaver::Start::oldest());
    auto after = channel.subscribe(beaver::Start::after(first));
    const auto times = channel.publish_many({R"({"b": 2})", "3"});
    REQUIRE(times.size() == 2 && first < times[0] && times[0] < times[1]);
    CHECK_STR(R"({"b": 2})", now.next(10s)->payload.c_str());
    CHECK(now.next(10s)->timestamp == times[1]);
    CHECK(!now.next(beaver::no_wait));
    CHECK(!now.next(5ms));
    CHECK_STR("1 {\"b\": 2} ", payloads(oldest.next_many(2, 10s)).c_str());
    CHECK_STR("3 ", payloads(oldest.next_many(9, 10s)).c_str());
    CHECK(oldest.next_many(9, beaver::no_wait).empty());
    CHECK_STR("{\"b\": 2} ", payloads(after.next_many(1, 10s)).c_str());
    CHECK_STR("1 {\"b\": 2} 3 ", payloads(channel.items()).c_str());
    CHECK_THROWS(ErrorKind::InvalidJson, "", channel.publish_many({"1", "{"}));
    CHECK_THROWS(ErrorKind::InvalidJson, "", channel.publish("{"));
    CHECK_INT(3, channel.size());
}

static void a_loop_ends_when_it_is_closed() {
    beaver::Database db("loop.db");
    beaver::Channel channel = db.channel("news");
    beaver::Subscription subscription = channel.subscribe();
    std::atomic<int> seen{0};
    std::thread other([&] {
        channel.publish_many({"1", "2", "3"});
        CHECK(comes([&] { return seen == 3; }));
        subscription.close();
    });
    for (auto& message : subscription) CHECK_STR(std::to_string(++seen).c_str(), message.payload.c_str());
    CHECK_INT(3, seen.load());
    other.join();
    CHECK_THROWS(ErrorKind::Closed, "closed", subscription.next());
    for (const auto& message : subscription) CHECK_STR("none", message.payload.c_str());
    beaver::Subscription of_database = channel.subscribe();
    std::thread closer([&] { db.close(); });
    for (const auto& message : of_database) CHECK_STR("none", message.payload.c_str());
    closer.join();
}

static void messages_are_kept_as_the_retention_says() {
    beaver::Database db(":memory:");
    beaver::Channel channel = db.channel("news");
    CHECK(channel.retention().max_age == 24h && channel.retention().max_messages == 100000u);
    channel.set_retention({500ms, std::nullopt});
    CHECK(channel.retention().max_age == 500ms && !channel.retention().max_messages);
    channel.set_retention({std::nullopt, 7});
    CHECK(!channel.retention().max_age && channel.retention().max_messages == 7u);
    CHECK_THROWS(ErrorKind::InvalidArgument, "max_age", channel.set_retention({0s, 1}));
}

static void lost_messages_are_told_once() {
    beaver::Database db(":memory:");
    beaver::Channel channel = db.channel("news");
    const auto first = channel.publish("1");
    channel.publish("2");
    CHECK_INT(2, channel.clear());
    channel.publish("3");
    beaver::Subscription late = channel.subscribe(beaver::Start::after(first));
    CHECK_THROWS(ErrorKind::Limit, "removed", late.next(10s));
    CHECK_STR("3", late.next(10s)->payload.c_str());
}

static void who_is_told_of_readiness_pulls_until_nothing_is_left() {
    beaver::Database db("ready.db");
    beaver::Channel channel = db.channel("news");
    beaver::Subscription subscription = channel.subscribe();
    CHECK(!subscription.next(beaver::no_wait));
    const auto told = std::make_shared<std::atomic<int>>(0);
    subscription.on_ready([told] {
        ++*told;
        throw std::runtime_error("dropped");
    });
    CHECK_INT(2, told.use_count());
    channel.publish("1");
    channel.publish("2");
    CHECK(comes([&] { return *told == 1; }));
#ifndef _WIN32
    CHECK(subscription.fd() >= 0);
    CHECK_INT(subscription.fd(), subscription.fd());
#endif
    CHECK_STR("1 2 ", payloads(subscription.next_many(5, 10s)).c_str());
    CHECK(!subscription.next(beaver::no_wait));
    subscription.on_ready({});
    CHECK(comes([&] { return told.use_count() == 1; }));
    channel.publish("3");
    CHECK_STR("3", subscription.next(10s)->payload.c_str());
    CHECK_INT(1, told->load());
}

static void a_listener_is_called_for_each_message() {
    beaver::Database db("listener.db");
    beaver::Database other("listener.db");
    beaver::Channel channel = db.channel("news");
    std::atomic<int> sum{0};
    auto listener = channel.subscribe([&](const beaver::Message& message) { sum += std::stoi(message.payload); });
    other.channel("news").publish("40");
    channel.publish("2");
    CHECK(comes([&] { return sum == 42; }));
    db.interrupt();  // is no reason to end
    channel.publish("100");
    CHECK(comes([&] { return sum == 142; }));
    beaver::Listener moved = std::move(listener);
    moved.off();
    moved.off();
    listener.off();
    channel.publish("1000");
    CHECK_INT(142, sum.load());
    {
        auto all = channel.subscribe([&](beaver::Message message) { sum -= std::stoi(message.payload); },
                                     beaver::Start::oldest());
        CHECK(comes([&] { return sum == -1000; }));
    }
}

static void what_ends_a_listener_comes_out_of_off() {
    beaver::Database db(":memory:");
    beaver::Channel channel = db.channel("news");
    std::atomic<int> calls{0};
    auto listener = channel.subscribe([&](const beaver::Message&) {
        ++calls;
        throw std::runtime_error("enough");
    });
    channel.publish_many({"1", "2"});
    CHECK(comes([&] { return calls == 1; }));
    std::string thrown;
    try {
        listener.off();
    } catch (const std::runtime_error& error) {
        thrown = error.what();
    }
    CHECK_STR("enough", thrown.c_str());
    listener.off();  // tells once
    CHECK_INT(1, calls.load());

    // An error of the library too, unless it may go on.
    const auto first = channel.items().next()->timestamp;
    channel.clear();
    channel.publish("3");
    std::atomic<int> errors{0};
    auto strict = channel.subscribe([](const beaver::Message&) {}, beaver::Start::after(first), [&](const beaver::Error&) {
        ++errors;
        return false;
    });
    CHECK(comes([&] { return errors == 1; }));
    CHECK_THROWS(ErrorKind::Limit, "removed", strict.off());
    std::atomic<int> sum{0};
    auto lenient = channel.subscribe([&](const beaver::Message& message) { sum += std::stoi(message.payload); },
                                     beaver::Start::after(first), [&](const beaver::Error& error) {
                                         ++errors;
                                         return error.kind() == ErrorKind::Limit;
                                     });
    CHECK(comes([&] { return sum == 3; }));
    lenient.off();
    CHECK_INT(2, errors.load());
}

static void a_function_may_end_its_own_listener() {
    beaver::Database db(":memory:");
    beaver::Channel channel = db.channel("news");
    std::mutex mutex;
    std::optional<beaver::Listener> listener;
    std::atomic<int> calls{0};
    {
        const std::lock_guard<std::mutex> lock(mutex);
        listener.emplace(channel.subscribe([&](const beaver::Message&) {
            const std::lock_guard<std::mutex> lock(mutex);
            listener.reset();
            ++calls;
        }));
    }
    channel.publish_many({"1", "2"});
    CHECK(comes([&] { return calls == 1 && beaver::live_objects() == 2; }));
}

int main() {
    RUN(subscriptions_begin_where_they_are_told);
    RUN(a_loop_ends_when_it_is_closed);
    RUN(messages_are_kept_as_the_retention_says);
    RUN(lost_messages_are_told_once);
    RUN(who_is_told_of_readiness_pulls_until_nothing_is_left);
    RUN(a_listener_is_called_for_each_message);
    RUN(what_ends_a_listener_comes_out_of_off);
    RUN(a_function_may_end_its_own_listener);
    return check_end();
}
