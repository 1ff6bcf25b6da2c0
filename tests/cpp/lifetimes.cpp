// Objects of beaver.hpp end in any order, are moved and not copied, and keep their database open.
#include <memory>
#include <type_traits>
#include <vector>

#include "check.hpp"

template <class Object>
constexpr bool is_moved_only = std::is_nothrow_move_constructible_v<Object> && std::is_nothrow_move_assignable_v<Object> &&
                               !std::is_copy_constructible_v<Object> && !std::is_copy_assignable_v<Object>;
static_assert(is_moved_only<beaver::Database> && is_moved_only<beaver::Dict> && is_moved_only<beaver::List> &&
              is_moved_only<beaver::Queue> && is_moved_only<beaver::Blobs> && is_moved_only<beaver::Log> &&
              is_moved_only<beaver::Collection> && is_moved_only<beaver::Lock> && is_moved_only<beaver::Batch> && is_moved_only<beaver::BlobWriter> &&
              is_moved_only<beaver::BlobReader> && is_moved_only<beaver::Range<std::string>> &&
              is_moved_only<beaver::Channel> && is_moved_only<beaver::Subscription> && is_moved_only<beaver::Events> &&
              is_moved_only<beaver::Listener> && is_moved_only<beaver::LiveView>);
// Copied, it is the same one.
static_assert(std::is_copy_constructible_v<beaver::Cancel> && std::is_copy_assignable_v<beaver::Cancel>);

// Any object, to be destroyed at any time.
using Held = std::shared_ptr<void>;

template <class Object>
static Held hold(Object object) {
    return std::make_shared<Object>(std::move(object));
}

static std::vector<Held> make(const char* path) {
    beaver::Database db(path);
    beaver::Dict dict = db.dict("s");
    dict.set("a", "1");
    beaver::Blobs blobs = db.blobs("s");
    blobs.put("a", "abc");
    beaver::Lock lock = db.lock("s");
    CHECK(lock.acquire(5s));
    auto batch = db.batch();
    batch.dict_set(dict, "b", "2");
    auto items = dict.items();
    CHECK(items.next());
    auto writer = blobs.writer("b");
    writer.write("abc");
    std::vector<Held> all;
    all.push_back(hold(*dict.acquire(5s)));
    all.push_back(hold(std::move(items)));
    all.push_back(hold(*blobs.reader("a")));
    all.push_back(hold(std::move(writer)));
    all.push_back(hold(std::move(batch)));
    all.push_back(hold(std::move(lock)));
    all.push_back(hold(std::move(dict)));
    all.push_back(hold(std::move(blobs)));
    all.push_back(hold(db.list("s")));
    all.push_back(hold(db.queue("s")));
    all.push_back(hold(db.log("s")));
    all.push_back(hold(db.collection("s")));
    all.push_back(hold(db.channel("s")));
    all.push_back(hold(db.channel("s").subscribe()));
    all.push_back(hold(db.list("s").on("push", [](const beaver::Event&) {})));
    all.push_back(hold(db.log("s").live(1h, 1h, {{"n", beaver::Aggregate::count()}})));
    all.push_back(hold(std::move(db)));
    return all;
}

static void any_order_of_destruction_is_safe() {
    for (const std::size_t stride : {1u, 5u, 7u, 11u}) {
        auto all = make("order.db");
        for (std::size_t at = 0; at < all.size(); at++) all[at * stride % all.size()].reset();
        CHECK_INT(0, beaver::live_objects());
    }
    beaver::Database db("order.db");
    CHECK(!db.blobs("s").contains("b"));
    CHECK(!db.dict("s").contains("b"));
    CHECK(!db.dict("s").locked());
    CHECK(!db.lock("s").locked());
}

static void children_keep_their_database() {
    std::optional<beaver::Database> db("children.db");
    beaver::Dict dict = db->dict("s");
    db.reset();
    dict.set("a", "1");
    CHECK_TEXT("1", dict.get("a"));
    auto keys = beaver::Database("children.db").dict("s").keys();
    CHECK_TEXTS("a", keys);
}

static void what_is_assigned_to_is_freed() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("a");
    dict = db.dict("b");
    dict.set("k", "1");
    CHECK_TEXTS("b", db.names("dict"));
    CHECK_INT(2, beaver::live_objects());
}

static void handles_go_to_and_fro() {
    beaver_db* raw = nullptr;
    REQUIRE(beaver_db_open(":memory:", nullptr, &raw, nullptr) == BEAVER_OK);
    beaver::Database db(raw);
    beaver::Dict dict = db.dict("d");
    CHECK_OK(beaver_dict_set(dict.handle(), "k", "1", BEAVER_NUL_TERMINATED, 0, nullptr));
    CHECK_TEXT("1", dict.get("k"));
}

static void errors_and_ends_leave_nothing() {
    {
        beaver::Database db(":memory:");
        beaver::List list = db.list("l");
        list.extend({"1", "2", "3"});
        CHECK_THROWS(ErrorKind::InvalidJson, "", list.push("{"));
        for (const auto& item : list.items()) {
            if (item == "2") break;
        }
        CHECK_INT(2, beaver::live_objects());
    }
    CHECK_INT(0, beaver::live_objects());
}

int main() {
    RUN(any_order_of_destruction_is_safe);
    RUN(children_keep_their_database);
    RUN(what_is_assigned_to_is_freed);
    RUN(handles_go_to_and_fro);
    RUN(errors_and_ends_leave_nothing);
    return check_end();
}
