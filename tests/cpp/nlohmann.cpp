// beaver.hpp with nlohmann/json: its values, and types that it knows.
#include <beaver/nlohmann.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "check.hpp"

using nlohmann::json;
using nlohmann::ordered_json;

struct User {
    std::string name;
    int age = 0;
    std::vector<std::string> tags;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(User, name, age, tags)

struct Article {
    std::string title;
    std::optional<double> rating;
};

// Written by hand: what is left out, and a rule of its own.
void to_json(json& value, const Article& article) {
    value = {{"title", article.title}};
    if (article.rating) value["rating"] = *article.rating;
}

void from_json(const json& value, Article& article) {
    value.at("title").get_to(article.title);
    if (article.title.empty()) throw std::invalid_argument("an article has a title");
    if (value.contains("rating")) article.rating = value["rating"].get<double>();
}

static void models_are_stored_and_read() {
    beaver::Database db(":memory:");
    auto users = db.dict<User>("users");
    users.set("alice", {"Alice", 30, {"admin"}});
    const std::optional<User> alice = users.get("alice");
    CHECK(alice && alice->name == "Alice" && alice->age == 30 && alice->tags.at(0) == "admin");
    CHECK(!users.get("bob"));
    CHECK_TEXT(R"({"age":30,"name":"Alice","tags":["admin"]})", db.dict("users").get("alice"));
    auto articles = db.collection<Article>("articles");
    articles.index_many({{"a", {"SQLite", 4.5}}, {"b", {"Beavers", std::nullopt}}});
    const auto hits = articles.match("beavers");
    CHECK(hits.size() == 1 && hits[0].body.title == "Beavers" && !hits[0].body.rating);
    auto jobs = db.queue<User>("jobs");
    jobs.put({"Bob", 1, {}});
    CHECK_STR("Bob", jobs.get()->data.name.c_str());
}

static void its_values_go_and_come_everywhere() {
    beaver::Database db(":memory:");
    auto config = db.dict<json>("config");
    config.set("theme", {{"dark", true}, {"sizes", {1, 2.5, nullptr}}});
    const auto theme = config.get("theme");
    CHECK(theme && (*theme)["sizes"][1] == 2.5);
    auto ordered = db.dict<ordered_json>("config");
    ordered.set("order", ordered_json{{"z", 1}, {"a", 2}});
    CHECK_TEXT(R"({"z":1,"a":2})", db.dict("config").get("order"));
    CHECK_STR("z", ordered.get("order")->begin().key().c_str());
    // As values, options, queries, conditions, metadata, of handles without a type too.
    auto notes = db.collection("notes");
    notes.configure(json{{"metric", "cosine"}});
    notes.index("n", json{{"text", "a note"}, {"stars", 5}}, {1, 0}, json{{"fuzzy", true}});
    CHECK_IDS("n", notes.search({1, 0}, json{{"k", 1}, {"where", {{"stars", 5}}}}));
    CHECK_IDS("n", notes.match("ntoe", json{{"fuzziness", 1}}));
    CHECK_INT(1, notes.count(json{{"stars", {{">", 4}}}}));
    CHECK_INT(1, notes.find(json{{"order", {"-stars"}}}).documents.size());
    notes.index("m", json("text that is a JSON string"));
    notes.connect("n", "m", "next", 1, json{{"by", "me"}});
    db.blobs("b").put("k", "bytes", json{{"mime", "text/plain"}});
    auto texts = db.dict("texts");
    texts.set("number", 5);
    texts.set("zero", 0);
    config.set("null", nullptr);
    CHECK_TEXT("0", texts.get("zero"));
    CHECK_TEXT("null", db.dict("config").get("null"));
    texts.set("list", std::vector<int>{1, 2});
    db.batch().dict_set(texts, "number", json(6), std::nullopt, beaver::When::equals(json(5))).commit();
    CHECK_INT(6, beaver::from_json<int>(*texts.get("number")));
    auto results = db.log<json>("log").live<json>(1h, 1h, {{"n", beaver::Aggregate::count()}});
    CHECK(results.next() == json({{"n", 0}}));
}

static void plain_types_are_values_too() {
    beaver::Database db(":memory:");
    auto names = db.list<std::string>("names");
    names.extend({"Alice", "Bob \"the\" second", "\xc3\xa9"});
    CHECK_TEXT("Bob \"the\" second", names.get(1));
    CHECK(names.contains("\xc3\xa9"));
    auto counts = db.dict<std::int64_t>("counts");
    counts.set("most", std::numeric_limits<std::int64_t>::max());
    CHECK(counts.get("most") == std::numeric_limits<std::int64_t>::max());
    auto scores = db.dict<std::map<std::string, double>>("scores");
    scores.set("a", {{"x", 0.1}});
    CHECK(scores.get("a")->at("x") == 0.1);
    auto flags = db.list<bool>("flags");
    flags.extend({true, false});
    CHECK(!flags.slice().at(1));
}

static void what_is_of_another_type_is_refused() {
    beaver::Database db(":memory:");
    auto texts = db.dict("users");
    auto users = db.dict<User>("users");
    texts.set("number", "5");
    texts.set("other", R"({"name":7,"age":1,"tags":[]})");
    texts.set("less", R"({"name":"Eve"})");
    texts.set("large", "1e400");
    CHECK_THROWS(ErrorKind::TypeMismatch, "another type", users.get("number"));
    CHECK_THROWS(ErrorKind::TypeMismatch, "string", users.get("other"));
    CHECK_THROWS(ErrorKind::TypeMismatch, "age", users.get("less"));
    CHECK_THROWS(ErrorKind::TypeMismatch, "out of range", users.get("large"));
    CHECK_THROWS(ErrorKind::TypeMismatch, "out of range", db.dict<json>("users").get("large"));
    CHECK_THROWS(ErrorKind::InvalidJson, "byte 1", beaver::from_json<json>("secret"));
    CHECK_THROWS(ErrorKind::TypeMismatch, "another type", beaver::from_json<int>("[]"));
    // A rule of the type's own comes out as it is.
    db.dict("articles").set("none", R"({"title":""})");
    bool came_out = false;
    try {
        db.dict<Article>("articles").get("none");
    } catch (const std::invalid_argument&) {
        came_out = true;
    }
    CHECK(came_out);
}

static void what_is_no_json_is_refused() {
    beaver::Database db(":memory:");
    auto numbers = db.dict<std::vector<double>>("numbers");
    CHECK_THROWS(ErrorKind::InvalidArgument, "finite", numbers.set("a", {1, std::nan("")}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "finite", db.list("l").push(json{{"a", {{"b", INFINITY}}}}));
    CHECK(!numbers.contains("a"));
    auto users = db.dict<User>("users");
    CHECK_THROWS(ErrorKind::InvalidUtf8, "UTF-8", users.set("a", {"\xff", 1, {}}));
    CHECK_THROWS(ErrorKind::InvalidArgument, "NUL", users.set({"a\0b", 3}, {}));
    CHECK(users.empty());
    json deep = json::array();
    for (int level = 0; level < 200; ++level) deep = json::array({deep});
    CHECK_THROWS(ErrorKind::Limit, "", db.list<json>("l").push(deep));
}

int main() {
    RUN(models_are_stored_and_read);
    RUN(its_values_go_and_come_everywhere);
    RUN(plain_types_are_values_too);
    RUN(what_is_of_another_type_is_refused);
    RUN(what_is_no_json_is_refused);
    return check_end();
}
