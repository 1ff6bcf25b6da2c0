// Collections through beaver.hpp: documents, batches, edges.
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "check.hpp"

static void documents_by_id() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("articles");
    const auto first = coll.index("a", R"({"n": 1.50})", {0.5f, -1.25f});
    CHECK_STR("a", first.id.c_str());
    CHECK(first.written);
    CHECK(!coll.index("a", R"({"n": 1.50})", std::vector<float>{0.5f, -1.25f}).written);
    const auto found = coll.get("a");
    REQUIRE(found && found->embedding);
    CHECK_STR(R"({"n": 1.50})", found->body.c_str());
    CHECK(*found->embedding == (std::vector<float>{0.5f, -1.25f}));
    CHECK(!coll.get("b"));
    CHECK(coll.index({"b", "[1]", std::nullopt}));
    CHECK(!coll.get("b")->embedding);
    const auto unnamed = coll.index(std::nullopt, R"("a plain string")");
    CHECK_INT(36, unnamed.id.size());
    CHECK_STR(R"("a plain string")", coll.get(unnamed.id)->body.c_str());
    CHECK(coll.contains("b"));
    CHECK(coll.drop("b"));
    CHECK(!coll.drop("b"));
    CHECK(!coll.contains("b"));
    CHECK_INT(2, coll.size());
    CHECK_INT(2, coll.clear());
    CHECK(coll.empty());
}

static void vectors_are_any_floats() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("vectors");
    const std::array<float, 2> array{1, 2};
    const float raw[] = {1, 2, 3};
    coll.index("list", "1", {1, 2});
    CHECK(!coll.index("list", "1", array).written);
    CHECK(!coll.index("list", "1", beaver::VectorView(raw, 2)).written);
    CHECK(coll.index("list", "1").written);  // without one
    CHECK(!coll.index("list", "1", {}).written);
    CHECK_THROWS(ErrorKind::InvalidArgument, "empty", coll.index("a", "1", std::vector<float>()));
    CHECK_THROWS(ErrorKind::InvalidArgument, "empty", coll.index({"a", "1", std::vector<float>()}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "finite", coll.index("a", "1", {1, std::numeric_limits<float>::quiet_NaN()}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", (coll.index("a", "1", {1, 2}), coll.index("b", "1", {1, 2, 3})));
    CHECK_THROWS(ErrorKind::InvalidArgument, "NUL", coll.index(std::string_view("a\0b", 3), "1"));
    CHECK_THROWS(ErrorKind::InvalidArgument, "empty", coll.index("", "1"));
    CHECK_THROWS(ErrorKind::InvalidJson, "", coll.index("a", ""));
    CHECK_THROWS(ErrorKind::InvalidArgument, "speed", coll.index("a", "1", {}, R"({"speed":1})"));
}

static void tells_what_it_holds() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("stats");
    CHECK_INT(0, coll.stats().documents);
    CHECK(!coll.stats().dimension);
    CHECK_STR("exact", coll.stats().vectors.tier.c_str());
    std::vector<beaver::Document> documents;
    for (int i = 0; i < 300; i++) {
        documents.push_back({std::to_string(i), "{}", std::vector<float>{i * 1.f, i % 7 * 1.f}});
    }
    coll.index_many(documents);
    coll.compact();
    CHECK(coll.drop("7"));
    const auto stats = coll.stats();
    CHECK_INT(299, stats.documents);
    CHECK_INT(2, stats.dimension.value_or(0));
    CHECK_STR("flat", stats.vectors.tier.c_str());
    CHECK_INT(1, stats.vectors.partitions);
    CHECK_INT(300, stats.vectors.codes);
    CHECK_INT(1, stats.vectors.stale);
    CHECK(stats.vectors.bytes >= 300);
    CHECK(stats.vectors.epoch > 0);
    CHECK(!stats.vectors.building);
}

static void settings_are_chosen_once() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("settings");
    CHECK_STR("l2", coll.settings().metric.c_str());
    CHECK(!coll.settings().dimension);
    coll.configure(R"({"metric":"cosine"})");
    coll.index("a", "1", {1, 2, 3});
    CHECK_STR("cosine", coll.settings().metric.c_str());
    CHECK_STR("porter", coll.settings().tokenizer.c_str());
    CHECK_INT(3, coll.settings().dimension.value_or(0));
    CHECK_THROWS(ErrorKind::Conflict, "", coll.configure("{}"));
}

static void many_at_once() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("many");
    std::uint64_t told = 0;
    const auto watch = [&](std::uint64_t done, std::uint64_t total) {
        CHECK(done <= total);
        told = done;
    };
    const std::vector<beaver::Document> documents = {
        {"b\"", "[1,  2]", std::vector<float>{1, 2}}, {"a", "null"}, {"c", "3", std::vector<float>{3, 4}}};
    CHECK_INT(3, coll.index_many(documents, {}, watch));
    CHECK_INT(3, told);
    CHECK_IDS("a,b\",c", coll.items());
    CHECK(*coll.get("c")->embedding == (std::vector<float>{3, 4}));
    CHECK(*coll.get("b\"")->embedding == (std::vector<float>{1, 2}));
    CHECK(!coll.get("a")->embedding);
    CHECK_INT(2, coll.index_many({{"d", "1"}, {"e", "2"}}));
    CHECK_INT(0, coll.index_many({}));

    CHECK_THROWS(ErrorKind::InvalidJson, "not one", coll.index_many({{"x", R"(1},{"body":2)"}}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "dimension",
                 coll.index_many({{"x", "1", std::vector<float>{1}}, {"y", "1", std::vector<float>{1, 2}}}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "empty", coll.index_many({{"x", "1", std::vector<float>()}}));
    CHECK_THROWS(ErrorKind::Interrupted, "", coll.index_many(documents, {}, [](std::uint64_t, std::uint64_t) { return false; }));
    std::string thrown;
    try {
        coll.index_many(documents, {}, [](std::uint64_t, std::uint64_t) { throw std::runtime_error("enough"); });
    } catch (const std::runtime_error& error) {
        thrown = error.what();
    }
    CHECK_STR("enough", thrown.c_str());
    CHECK_INT(5, coll.size());
}

static void batches() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("batched");
    const auto done = db.batch()
                          .collection_index(coll, "a", "1", {1, 2})
                          .collection_index(coll, "b", "2", {}, R"({"fts":false})")
                          .collection_index(coll, std::nullopt, "3")
                          .collection_connect(coll, "a", "b", "KNOWS", 2.5, "[1]")
                          .collection_connect(coll, "b", "a", "KNOWS")
                          .collection_disconnect(coll, "b", "a", "KNOWS")
                          .collection_drop(coll, "none")
                          .commit();
    CHECK_INT(7, done.size());
    CHECK(std::get<bool>(done.at(0)) && !std::get<bool>(done.at(6)));
    CHECK_INT(1, std::get<std::uint64_t>(done.at(5)));
    CHECK_INT(3, coll.size());
    CHECK_INT(1, coll.degree("a", R"({"direction":"both"})"));
    try {
        db.batch().collection_clear(coll).collection_connect(coll, "a", "b", "KNOWS").commit();
        CHECK(!"the documents are gone by then");
    } catch (const beaver::Error& error) {
        CHECK(error.kind() == ErrorKind::NotFound);
        CHECK_INT(1, error.operation().value_or(9));
    }
    CHECK_INT(3, coll.size());
    CHECK_INT(3, std::get<std::uint64_t>(db.batch().collection_clear(coll).commit().at(0)));
}

static void edges() {
    beaver::Database db(":memory:");
    beaver::Collection net = db.collection("net");
    net.index_many({{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}});
    net.connect("a", "b", "KNOWS", 0.1, R"({"since": 2020})");
    CHECK_INT(3, net.connect_many({{"b", "c", "KNOWS"}, {"a", "d", "LIKES", 4}, {"d", "c", "LIKES", 0.5, "[1]"}}));
    const auto known = net.neighbors("a");
    REQUIRE(known.size() == 2);
    CHECK_STR("2", known[0].body.c_str());
    CHECK_STR("KNOWS", known[0].edge.label.c_str());
    CHECK(known[0].edge.weight == 0.1);
    CHECK_TEXT(R"({"since": 2020})", known[0].edge.metadata);
    CHECK_TEXT("(none)", known[1].edge.metadata);
    CHECK_IDS("b", net.neighbors("c", R"({"direction":"incoming","labels":["KNOWS"]})"));
    const auto walked = net.walk("a", R"({"depth":3,"paths":true})");
    CHECK_IDS("b,d,c", walked);
    CHECK_INT(2, walked.at(2).distance);
    CHECK_TEXTS("a,b,c", walked[2].path);
    CHECK(net.walk("a").at(0).path.empty());
    CHECK_TEXTS("a,b,c", net.shortest_path("a", "c")->ids);
    CHECK(net.shortest_path("a", "c", R"({"weighted":true})")->cost == 1.1);
    CHECK(!net.shortest_path("c", "a"));
    CHECK_INT(2, net.degree("a"));
    CHECK_INT(0, net.disconnect("a", "b", "LIKES"));
    CHECK_INT(1, net.disconnect("a", "b"));
    CHECK_THROWS(ErrorKind::NotFound, "", net.connect("a", "nobody", "KNOWS"));
    CHECK_THROWS(ErrorKind::NotFound, "", net.connect_many({{"a", "b", "X"}, {"nobody", "a", "X"}}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "finite", net.connect("a", "b", "X", INFINITY));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", net.connect("a", "b", "X", -1));
    CHECK_THROWS(ErrorKind::InvalidJson, "not one", net.connect("a", "b", "X", 1, R"(1,"weight":2)"));
    CHECK_INT(1, net.degree("a"));
}

static void made_anew() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("anew");
    coll.index("a", R"("text")", {1, 2});
    std::uint64_t told = 0;
    coll.rebuild([&](std::uint64_t done, std::uint64_t) { told = done; });
    CHECK(told > 0);
    const auto report = db.repair();
    CHECK_TEXTS("anew", report.rebuilt);
    CHECK_TEXTS("", report.problems);
    CHECK(db.verify().ok);
    CHECK_INT(1, coll.search({1, 2}).size());
}

static void one_owner() {
    beaver::Database db("owned.db");
    beaver::Collection coll = db.collection("owned");
    auto mine = coll.acquire(beaver::no_wait);
    REQUIRE(mine);
    CHECK(coll.locked());
    CHECK(!coll.acquire(beaver::no_wait));
    mine->index("a", "1");
    CHECK(mine->renew());
    CHECK(mine->release());
    CHECK(!coll.locked());
    CHECK_TEXTS("owned", db.names("collection"));
}

int main() {
    RUN(documents_by_id);
    RUN(vectors_are_any_floats);
    RUN(settings_are_chosen_once);
    RUN(tells_what_it_holds);
    RUN(many_at_once);
    RUN(batches);
    RUN(edges);
    RUN(made_anew);
    RUN(one_owner);
    return check_end();
}
