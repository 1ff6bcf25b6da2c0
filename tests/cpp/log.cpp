// Logs through beaver.hpp.
#include "check.hpp"

template <class Entries>
static std::string told(Entries&& entries) {
    std::string all;
    for (const auto& entry : entries) all += std::to_string(microseconds(entry.timestamp)) + ':' + entry.data + ' ';
    return all;
}

static void in_the_order_of_time() {
    beaver::Database db(":memory:");
    beaver::Log log = db.log("events");
    CHECK_INT(20, microseconds(log.append("2", at(20))));
    CHECK_INT(10, microseconds(log.append("[1, 1]", at(10))));
    CHECK_INT(21, microseconds(log.append("3", at(20))));
    CHECK_STR("10:[1, 1] 20:2 21:3 ", told(log.items()).c_str());
    CHECK_STR("20:2 ", told(log.range(at(11), at(21))).c_str());
    CHECK_STR("20:2 21:3 ", told(log.range(at(20))).c_str());
    CHECK_STR("21:3 20:2 ", told(log.latest(2)).c_str());
    beaver::LogQuery query;
    query.limit = 1;
    query.reverse = true;
    query.end = at(21);
    CHECK_STR("20:2 ", told(log.query(query)).c_str());
    CHECK_INT(3, log.size());
}

static void now() {
    beaver::Database db(":memory:");
    beaver::Log log = db.log("events");
    const auto before = beaver::to_time(std::chrono::system_clock::now());
    const auto first = log.append("1");
    const auto second = log.append("2");
    CHECK(before <= first && first < second);
    CHECK(second < std::chrono::system_clock::now() + 1s);
}

static void many_at_once() {
    beaver::Database db(":memory:");
    beaver::Log log = db.log("events");
    const auto times = log.append_many({{"1", at(5)}, {"2", at(5)}, {"3", std::nullopt}});
    REQUIRE(times.size() == 3);
    CHECK_INT(5, microseconds(times[0]));
    CHECK_INT(6, microseconds(times[1]));
    CHECK(times[2] > at(6));
    CHECK_THROWS(ErrorKind::InvalidJson, "", log.append_many({{"1", std::nullopt}, {R"(1,"timestamp_us":7)", std::nullopt}}));
    CHECK_INT(3, log.clear());
}

static void pruning() {
    beaver::Database db(":memory:");
    beaver::Log log = db.log("events");
    for (int time = 1; time <= 5; time++) log.append("0", at(time));
    CHECK_INT(1, log.prune_older(at(2)));
    CHECK_INT(2, log.prune_keep(2));
    CHECK_STR("4:0 5:0 ", told(log.items()).c_str());
}

int main() {
    RUN(in_the_order_of_time);
    RUN(now);
    RUN(many_at_once);
    RUN(pruning);
    return check_end();
}
