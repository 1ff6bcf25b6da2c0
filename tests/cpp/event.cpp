// Events through beaver.hpp.
#include <atomic>
#include <mutex>

#include "check.hpp"
#include "waits.hpp"

static std::string told(const std::optional<beaver::Event>& event) {
    return event ? event->topic + ' ' + event->event + ' ' + event->payload : "(none)";
}

#define CHECK_EVENT(expected, events) CHECK_STR(expected, told((events).next(10s)).c_str())

static void changes_are_told_to_who_listens() {
    beaver::Database db("event.db");
    beaver::Database other("event.db");
    beaver::Dict dict = db.dict("config");
    dict.set("before", "1");
    beaver::Events set = other.dict("config").on("set");
    beaver::Events all = other.dict("config").on("*");
    dict.set("theme", R"("dark")");
    dict.erase("theme");
    CHECK(!dict.erase("theme"));
    CHECK_EVENT(R"(dict:config set {"key":"theme"})", set);
    CHECK(!set.next(beaver::no_wait));
    const auto both = all.next_many(1, 10s);
    REQUIRE(both.size() == 1);
    CHECK_STR(R"(dict:config set {"key":"theme"})", told(both[0]).c_str());
    CHECK(std::chrono::system_clock::now() - both[0].timestamp < 1min);
    CHECK_EVENT(R"(dict:config del {"key":"theme"})", all);
    CHECK_THROWS(ErrorKind::InvalidArgument, "empty", dict.on(""));
}

static void every_structure_has_events() {
    beaver::Database db(":memory:");
    beaver::List list = db.list("s");
    beaver::Queue queue = db.queue("s");
    beaver::Blobs blobs = db.blobs("s");
    beaver::Log log = db.log("s");
    beaver::Collection collection = db.collection("s");
    beaver::Channel channel = db.channel("s");
    beaver::Lock lock = db.lock("s");
    auto of_list = list.on("*"), of_queue = queue.on("*"), of_blobs = blobs.on("*"), of_log = log.on("*");
    auto of_collection = collection.on("*"), of_channel = channel.on("*"), of_lock = lock.on("*");
    list.push("1");
    queue.put("1");
    blobs.put("k", "x");
    log.append("1", at(1000));
    collection.index("a", "1");
    channel.publish("1");
    channel.clear();
    CHECK(lock.acquire(beaver::no_wait));
    CHECK_EVENT("list:s push {}", of_list);
    CHECK_EVENT("queue:s put {}", of_queue);
    CHECK_EVENT(R"(blob:s put {"key":"k"})", of_blobs);
    CHECK_EVENT(R"(log:s append {"timestamp_us":1000})", of_log);
    CHECK_EVENT(R"(collection:s index {"id":"a"})", of_collection);
    CHECK_EVENT("channel:s clear {}", of_channel);
    CHECK_EVENT("lock:s acquire {}", of_lock);
}

static void topics_of_ones_own() {
    beaver::Database db(":memory:");
    CHECK(!db.emit("builds", "done", "1"));
    beaver::Events done = db.on("builds", "done");
    CHECK(db.emit("builds", "done", R"({"number": 7})"));
    CHECK(!db.emit("builds", "begun", "null"));
    CHECK_EVENT(R"(builds done {"number": 7})", done);
    done.close();
    for (const auto& event : done) CHECK_STR("none", event.event.c_str());
    CHECK_THROWS(ErrorKind::InvalidArgument, "*", db.emit("builds", "*", "1"));
}

static void listeners_are_called() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("config");
    beaver::Lock lock = db.lock("l");
    std::atomic<int> sets{0}, locks{0}, builds{0};
    auto set = dict.on("set", [&](const beaver::Event&) { ++sets; });
    auto locked = lock.on("acquire", [&](const beaver::Event& event) { locks += event.topic == "lock:l"; });
    auto built = db.on("builds", "done", [&](const beaver::Event& event) { builds += std::stoi(event.payload); });
    dict.set("a", "1");
    dict.set("b", "2");
    CHECK(lock.acquire(beaver::no_wait));
    CHECK(db.emit("builds", "done", "5"));
    CHECK(comes([&] { return sets == 2 && locks == 1 && builds == 5; }));
    set.off();
    dict.set("c", "3");
    built.off();
    CHECK(!db.emit("builds", "other", "1"));
    CHECK_INT(2, sets.load());
}

int main() {
    RUN(changes_are_told_to_who_listens);
    RUN(every_structure_has_events);
    RUN(topics_of_ones_own);
    RUN(listeners_are_called);
    return check_end();
}
