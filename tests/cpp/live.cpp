// Live views of logs through beaver.hpp.
#include <thread>

#include "check.hpp"

using beaver::Aggregate;

static void numbers_are_made_of_the_window() {
    beaver::Database db(":memory:");
    beaver::Log log = db.log("metrics");
    log.append(R"({"ms":1,"cpu":{"load":0.5}})");
    log.append(R"({"ms":3})");
    log.append(R"({"ms":1000})", at(5));  // long ago
    auto view = log.live(60s, 20ms,
                         {{"all", Aggregate::count()},
                          {"loads", Aggregate::count("cpu.load")},
                          {"a \"mean\"", Aggregate::mean("ms")},
                          {"median", Aggregate::percentile("ms", 50)},
                          {"sum", Aggregate::sum("ms")},
                          {"least", Aggregate::min("ms")},
                          {"most", Aggregate::max("ms")},
                          {"rate", Aggregate::rate()},
                          {"own", Aggregate(R"({"op":"max","path":"none"})")}});
    CHECK_TEXT(R"({"a \"mean\"":2.0,"all":2,"least":1.0,"loads":1,"median":2.0,"most":3.0,"own":null,)"
               R"("rate":0.03333333333333333,"sum":4.0})",
               view.next());
    int seen = 0;
    for (const auto& json : view) {
        CHECK(json.find("\"all\":2") != std::string::npos);
        if (++seen == 2) view.close();
    }
    CHECK_INT(2, seen);
    CHECK_THROWS(ErrorKind::Closed, "closed", view.next());
    CHECK_THROWS(ErrorKind::InvalidArgument, "aggregate", log.live(1s, 1s, beaver::Aggregates()));
    CHECK_THROWS(ErrorKind::InvalidArgument, "window", log.live(0s, 1s, {{"n", Aggregate::count()}}));
    CHECK_THROWS(ErrorKind::InvalidJson, "", log.live(1s, 1s, {{"n", Aggregate("{},1")}}));
}

static void a_function_is_given_the_entries() {
    beaver::Database db(":memory:");
    beaver::Log log = db.log("metrics");
    const auto first = log.append("[1]");
    log.append("[2]");
    auto view = log.live(1h, 10ms, [&](const std::vector<beaver::LogEntry>& entries) {
        CHECK(entries.empty() || entries[0].timestamp == first);
        return entries.size();
    });
    CHECK_INT(2, view.next(10s).value_or(99));
    log.append("[3]");
    for (const auto count : view) {
        CHECK_INT(3, count);
        break;
    }
    view.close();
    auto whole = log.live(1h, 1h, [](std::vector<beaver::LogEntry> entries) { return entries; });
    const auto entries = whole.next();
    CHECK(entries && entries->size() == 3 && entries->at(2).data == "[3]");
    CHECK(!whole.next(beaver::no_wait));
    CHECK(!whole.next(5ms));
}

static void close_ends_a_loop_that_waits() {
    beaver::Database db("live.db");
    auto view = db.log("metrics").live(1h, 1h, {{"n", Aggregate::count()}});
    std::thread other([&] {
        std::this_thread::sleep_for(20ms);
        view.close();
    });
    int seen = 0;
    for (const auto& json : view) seen += json == R"({"n":0})";
    other.join();
    CHECK_INT(1, seen);
}

int main() {
    RUN(numbers_are_made_of_the_window);
    RUN(a_function_is_given_the_entries);
    RUN(close_ends_a_loop_that_waits);
    return check_end();
}
