// Searches in collections through beaver.hpp.
#include <limits>

#include "check.hpp"

static void by_vector() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("colours");
    CHECK(coll.search({1, 0}).empty());
    coll.index("red", R"({"warm": true})", {1, 0});
    coll.index("blue", R"({"warm": false})", {0, 1});
    coll.index("violet", R"({"warm": false})", {0.5f, 0.5f});
    coll.index("none", "1");
    const auto hits = coll.search({1, 0});
    CHECK_IDS("red,violet,blue", hits);
    CHECK(hits.at(1).score == 0.5);
    CHECK_STR(R"({"warm": false})", hits[1].body.c_str());
    CHECK(hits[1].fragments.empty());
    CHECK_IDS("violet", coll.search(std::vector<float>{1, 0}, R"({"k":1,"where":{"warm":false}})"));
    const auto plan = coll.explain_search({1, 0});
    CHECK_STR("exact", plan.path.c_str());
    CHECK_STR("none", plan.filter.c_str());
    CHECK_INT(3, plan.compared);
    const auto report = coll.recall_check(5);
    CHECK_INT(3, report.queries);
    CHECK(report.recall == 1);
    coll.compact();
    CHECK_THROWS(ErrorKind::InvalidArgument, "NULL", coll.search({}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", coll.search({1, 2, 3}));
    CHECK_THROWS(ErrorKind::Limit, "", coll.search({1, 2}, R"({"k":20000})"));
}

static void distances_beyond_every_float_are_infinite() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("far");
    const float far = std::numeric_limits<float>::max();
    coll.index("far", "1", {far, far});
    const auto hits = coll.search({-far, -far});
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].score > 1e30);
}

static void by_text() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("articles");
    coll.index("sqlite", R"({"title":"SQLite","text":"A small \"embedded\" database"})", {}, R"({"fuzzy":true})");
    coll.index("postgres", R"({"title":"PostgreSQL","text":"A large database server"})", {}, R"({"fuzzy":true})");
    coll.index("hidden", R"("database")", {}, R"({"fts":false})");
    const auto hits = coll.match("embedded databases");
    CHECK_IDS("sqlite", hits);
    CHECK(hits.at(0).score < 0);
    CHECK(hits[0].fragments.empty());
    CHECK(coll.match("embedded server").empty());
    CHECK(coll.match("").empty());
    CHECK_IDS("postgres", coll.match("server", R"({"on":["text","title"]})"));
    CHECK(coll.match("datbase", R"({"fuzziness":1})").at(0).score == 1);
    const auto marked = coll.match("embedded", R"({"on":"text","highlight":{"before":"[","after":"]"}})");
    REQUIRE(marked.size() == 1);
    bool shown = false;
    for (const auto& [path, text] : marked[0].fragments) {
        shown = shown || (path == "text" && text == R"(A small "[embedded]" database)");
    }
    CHECK(shown);
}

static void by_fields() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("books");
    coll.index_many({{"a", R"({"year":1969})"}, {"b", R"({"year": 1984})"}, {"c", R"({"year":2001})"}});
    CHECK_IDS("c,b", coll.find(R"({"where":{"year":{">=":1980}},"order":["-year"]})").documents);
    std::string all;
    std::optional<std::string> cursor;
    do {
        const auto found = coll.find(cursor ? R"({"limit":2,"cursor":)" + beaver::json_string(*cursor) + '}' : R"({"limit":2})");
        all += ids(found.documents) + ';';
        cursor = found.cursor;
    } while (cursor);
    CHECK_STR("a,b;c;", all.c_str());
    CHECK_IDS("a,b,c", coll.find().documents);
    CHECK_INT(2, coll.count(R"({"year":{">":1970}})"));
    CHECK_INT(3, coll.count(""));
    CHECK_INT(3, coll.explain_find(R"({"where":{"year":1984}})").examined);
    std::uint64_t told = 0;
    CHECK(coll.create_index("year", [&](std::uint64_t done, std::uint64_t) { told = done; }));
    CHECK(!coll.create_index("year"));
    CHECK(told > 0);
    CHECK_TEXTS("year", coll.indexes());
    const auto plan = coll.explain_find(R"({"where":{"year":1984}})");
    CHECK_TEXTS("year", plan.indexes);
    CHECK_INT(1, plan.matched);
    CHECK(coll.drop_index("year"));
    CHECK(!coll.drop_index("year"));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", coll.find(R"({"limit":0})"));
}

static void several_ways_at_once() {
    beaver::Database db(":memory:");
    beaver::Collection coll = db.collection("hybrid");
    coll.index("py", R"("Python is a language")", {1, 0.25f});
    coll.index("go", R"("Go is a language")", {0, 1});
    coll.index("pip", R"("an installer")");
    coll.connect("py", "pip", "HAS");
    const auto hits = coll.hybrid(R"({"text":"python","graph":{"from":["py"]}})", {1, 0});
    CHECK_STR("py", hits.at(0).id.c_str());
    CHECK(hits[0].text && hits[0].vector && !hits[0].graph);
    CHECK(hits[0].vector->score == 0.0625);
    CHECK_INT(0, hits[0].text->rank);
    for (const auto& hit : hits) {
        if (hit.id == "pip") CHECK(hit.graph && hit.graph->score == 1 && !hit.text);
    }
    CHECK_STR("py", coll.hybrid("", {1, 0}).at(0).id.c_str());
    CHECK_THROWS(ErrorKind::InvalidArgument, "nothing to search for", coll.hybrid("{}"));
}

static void rankings_are_fused() {
    const auto fused = beaver::rerank({{"a", "b"}, {"b", "\"c"}}, R"({"k":2})");
    CHECK_IDS("b,a,\"c", fused);
    CHECK(fused.at(1).score == 0.5);
    const std::vector<std::vector<std::string>> lists = {{"x"}, {"y"}};
    CHECK_IDS("y,x", beaver::rerank(lists, R"({"weights":[0,3]})"));
    CHECK(beaver::rerank({}).empty());
    CHECK_THROWS(ErrorKind::InvalidArgument, "weights", beaver::rerank(lists, R"({"weights":[1]})"));
}

int main() {
    RUN(by_vector);
    RUN(distances_beyond_every_float_are_infinite);
    RUN(by_text);
    RUN(by_fields);
    RUN(several_ways_at_once);
    RUN(rankings_are_fused);
    return check_end();
}
