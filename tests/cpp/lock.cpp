// Locks and acquired structures through beaver.hpp.
#include <thread>

#include "check.hpp"

static void one_at_a_time() {
    beaver::Database db("lock.db");
    beaver::Lock mine = db.lock("refresh");
    beaver::Lock other = db.lock("refresh");
    CHECK(mine.acquire());
    CHECK(mine.held());
    CHECK(!other.held());
    CHECK(other.locked());
    CHECK(!other.acquire(20ms));
    CHECK(!other.release());
    CHECK(!other.renew());
    CHECK(mine.renew(30s));
    CHECK(mine.release());
    CHECK(other.acquire(beaver::no_wait, 20ms));
    std::this_thread::sleep_for(40ms);
    CHECK(!other.renew());
    CHECK_THROWS(ErrorKind::InvalidArgument, "", mine.acquire(beaver::no_wait, 0s));
}

static void the_end_of_the_object_releases() {
    beaver::Database db("end.db");
    beaver::Lock waiting = db.lock("refresh");
    {
        beaver::Lock holding = db.lock("refresh");
        CHECK(holding.acquire());
        CHECK(!waiting.acquire(beaver::no_wait));
    }
    CHECK(waiting.acquire(5s));
    CHECK_INT(1, waiting.clear());
    CHECK(!waiting.locked());
}

template <class Structure, class Change>
static void owned(Structure structure, Change change) {
    CHECK(!structure.release());
    {
        auto mine = structure.acquire(beaver::no_wait);
        REQUIRE(mine);
        CHECK(structure.locked());
        CHECK(!structure.acquire(10ms));
        change(*mine);
        CHECK_THROWS(ErrorKind::Busy, "", change(structure));
        CHECK(mine->renew(30s));
        CHECK(mine->release());
        CHECK(!mine->release());
        change(structure);
        CHECK(structure.acquire(beaver::no_wait));
    }
    CHECK(!structure.locked());
    CHECK_INT(2, structure.size());
}

static void structures_have_one_owner() {
    beaver::Options options;
    options.busy_timeout = 50ms;
    beaver::Database db("owned.db", options);
    int key = 0;
    owned(db.dict("d"), [&](beaver::Dict& dict) { dict.set(std::to_string(key++), "1"); });
    owned(db.list("l"), [](beaver::List& list) { list.push("1"); });
    owned(db.queue("q"), [](beaver::Queue& queue) { queue.put("1"); });
    owned(db.blobs("b"), [&](beaver::Blobs& blobs) { blobs.put(std::to_string(key++), "1"); });
    owned(db.log("g"), [](beaver::Log& log) { log.append("1"); });
}

static void waits() {
    CHECK_INT(-1, beaver::forever.milliseconds());
    CHECK_INT(-1, beaver::Timeout(std::nullopt).milliseconds());
    CHECK_INT(0, beaver::Timeout(beaver::no_wait).milliseconds());
    CHECK_INT(1, beaver::Timeout(1us).milliseconds());
    CHECK_INT(1500, beaver::Timeout(beaver::Seconds(1.5)).milliseconds());
    CHECK_INT(-1, beaver::Timeout(std::chrono::hours::max()).milliseconds());
    CHECK_THROWS(ErrorKind::InvalidArgument, "negative", beaver::Timeout(-1s));
}

int main() {
    RUN(one_at_a_time);
    RUN(the_end_of_the_object_releases);
    RUN(structures_have_one_owner);
    RUN(waits);
    return check_end();
}
