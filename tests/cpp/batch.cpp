// Batches through beaver.hpp.
#include "check.hpp"

struct Structures {
    beaver::Database db{":memory:"};
    beaver::Dict dict = db.dict("s");
    beaver::List list = db.list("s");
    beaver::Queue queue = db.queue("s");
    beaver::Blobs blobs = db.blobs("s");
    beaver::Log log = db.log("s");
    beaver::Channel channel = db.channel("s");
};

static void every_operation() {
    Structures s;
    auto batch = s.db.batch();
    batch.dict_set(s.dict, "a", "1")
        .dict_set(s.dict, "b", "2", 1h)
        .dict_delete(s.dict, "a")
        .dict_delete(s.dict, "missing")
        .list_push(s.list, "2")
        .list_prepend(s.list, "1")
        .list_extend(s.list, {"3", "4", "5"})
        .list_insert(s.list, 0, "0")
        .list_set(s.list, -1, R"("five")")
        .list_delete(s.list, 1)
        .list_remove(s.list, "3")
        .queue_put(s.queue, "1", 2.5)
        .blob_put(s.blobs, "a", "bytes", "{}")
        .blob_put(s.blobs, "b", beaver::Bytes{1})
        .blob_delete(s.blobs, "b")
        .log_append(s.log, "1", at(7))
        .log_append(s.log, "2")
        .channel_publish(s.channel, "1");
    CHECK_INT(18, batch.size());
    const auto done = batch.commit(true);
    REQUIRE(done.size() == 18);
    CHECK(std::get<bool>(done[2]));
    CHECK(!std::get<bool>(done[3]));
    CHECK_INT(7, microseconds(std::get<std::vector<beaver::Time>>(done[15]).at(0)));
    CHECK(std::get<std::vector<beaver::Time>>(done[17]).at(0) == s.channel.items().next()->timestamp);
    CHECK_INT(0, batch.size());
    CHECK_TEXTS("b", s.dict.keys());
    CHECK_TEXTS("0,2,4,\"five\"", s.list.items());
    CHECK_TEXTS("a", s.blobs.keys());
    CHECK_TEXT("{}", s.blobs.get("a")->metadata);
    CHECK_INT(2, s.log.size());

    const auto job = s.queue.lease(30s, beaver::no_wait);
    REQUIRE(job);
    batch.queue_ack(s.queue, job->id).commit();
    CHECK_INT(0, s.queue.leased());
    const auto cleared = batch.dict_clear(s.dict).list_clear(s.list).queue_clear(s.queue).blob_clear(s.blobs)
                             .log_clear(s.log).channel_clear(s.channel).commit(false);
    CHECK_INT(4, std::get<std::uint64_t>(cleared.at(1)));
    CHECK(s.list.empty() && s.dict.empty() && s.blobs.empty() && s.log.empty() && s.channel.empty());
}

static void all_or_nothing() {
    Structures s;
    s.dict.set("a", "1");
    auto batch = s.db.batch();
    batch.list_push(s.list, "1")
        .dict_set(s.dict, "a", "2", std::nullopt, beaver::When::equals("1.0"))
        .dict_set(s.dict, "a", "3", std::nullopt, beaver::When::absent());
    try {
        batch.commit();
        CHECK(!"a condition that is not met throws");
    } catch (const beaver::Error& error) {
        CHECK(error.kind() == ErrorKind::Conflict);
        CHECK_INT(2, error.operation().value_or(99));
    }
    CHECK_TEXT("1", s.dict.get("a"));
    CHECK(s.list.empty());
    CHECK_INT(0, batch.size());
    CHECK_THROWS(ErrorKind::NotFound, "", batch.list_set(s.list, 3, "1").commit());
    CHECK_THROWS(ErrorKind::InvalidJson, "", batch.list_push(s.list, "{"));
    CHECK_THROWS(ErrorKind::InvalidJson, "", beaver::When::equals("1}}"));
    CHECK_INT(0, batch.size());
}

static void an_owner_passes_its_lock() {
    beaver::Options options;
    options.busy_timeout = 50ms;
    beaver::Database db("owner.db", options);
    beaver::Dict dict = db.dict("s");
    const auto mine = dict.acquire(beaver::no_wait);
    REQUIRE(mine);
    CHECK_THROWS(ErrorKind::Busy, "", db.batch().dict_set(dict, "a", "1").commit());
    db.batch().dict_set(*mine, "a", "1").commit();
    CHECK_TEXT("1", dict.get("a"));
}

int main() {
    RUN(every_operation);
    RUN(all_or_nothing);
    RUN(an_owner_passes_its_lock);
    return check_end();
}
