// Dicts through beaver.hpp.
#include <map>
#include <thread>

#include "check.hpp"

static void values_by_key() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("config");
    dict.set("theme", R"({"b": 1.50, "a": null})");
    CHECK_TEXT(R"({"b": 1.50, "a": null})", dict.get("theme"));
    CHECK_TEXT("(none)", dict.get("other"));
    CHECK_STR("[]", dict.get_or("other", "[]").c_str());
    dict.set("null", "null");
    CHECK_TEXT("null", dict.get("null"));
    CHECK(dict.contains("null"));
    CHECK(dict.erase("null"));
    CHECK(!dict.erase("null"));
    CHECK_TEXT(R"({"b": 1.50, "a": null})", dict.pop("theme"));
    CHECK(dict.empty());
    dict.set("", "1");
    CHECK_TEXT("1", dict.get(""));
    CHECK_INT(1, dict.clear());
}

static void many_at_once() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("config");
    dict.set_many({{"a", "1"}, {"quote\"\\\n", R"("x")"}, {"\xc3\xa9", " [1, 2] "}});
    CHECK_TEXTS("1,(none),\"x\",1", dict.get_many({"a", "b", "quote\"\\\n", "a"}));
    CHECK_TEXTS("a,quote\"\\\n,\xc3\xa9", dict.keys());
    dict.set_many(std::map<std::string, std::string>{{"a", "2"}, {"b", "3"}});
    CHECK_TEXTS("2,3", dict.get_many(std::vector<std::string>{"a", "b"}));
    CHECK_TEXTS("", dict.get_many({}));
    dict.set_many({});
    CHECK_INT(4, dict.size());

    // A value stays one value, whatever is in it.
    CHECK_THROWS(ErrorKind::InvalidJson, "not one JSON value", dict.set_many({{"x", "1"}, {"y", R"(1,"z":2)"}}));
    CHECK_THROWS(ErrorKind::InvalidJson, "", dict.set_many({{"x", "1}"}}));
    CHECK_THROWS(ErrorKind::InvalidJson, "", dict.set_many({{"x", ""}}));
    CHECK_THROWS(ErrorKind::InvalidJson, "", dict.set_many({{"x", R"("open)"}}));
    CHECK_THROWS(ErrorKind::InvalidUtf8, "", dict.set_many({{"\xff", "1"}}));
    CHECK_INT(4, dict.size());
}

static void conditions() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("config");
    CHECK(dict.set_if_absent("a", "1"));
    CHECK(!dict.set_if_absent("a", "2"));
    CHECK(dict.compare_and_set("a", "1.0", "3"));
    CHECK(!dict.compare_and_set("a", "1", "4"));
    CHECK(!dict.compare_and_set("b", "null", "4"));
    CHECK_TEXT("3", dict.get("a"));
}

static void times_to_live() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("cache");
    dict.set("short", "1", 30ms);
    dict.set("long", "1", std::chrono::hours(1));
    dict.set_many({{"too", "1"}}, beaver::Seconds(0.03));
    CHECK(dict.set_if_absent("also", "1", 30ms));
    CHECK_INT(4, dict.size());
    std::this_thread::sleep_for(50ms);
    CHECK_TEXTS("long", dict.keys());
    CHECK_THROWS(ErrorKind::InvalidArgument, "0", dict.set("k", "1", 0s));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", dict.set("k", "1", -1s));
    CHECK_THROWS(ErrorKind::Limit, "", dict.set("k", "1", std::chrono::hours(24 * 366 * 200)));
}

static void ranges() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("config");
    dict.set_many({{"b", "2"}, {"a", "1"}, {"c", "[3]"}});
    std::string all;
    for (const auto& [key, value] : dict.items()) all += key + '=' + value + ' ';
    CHECK_STR("a=1 b=2 c=[3] ", all.c_str());
    CHECK_TEXTS("1,2,[3]", dict.values());

    auto keys = dict.keys();
    CHECK_TEXT("a", keys.next());
    CHECK_TEXTS("b,c", keys);
    CHECK_TEXT("(none)", keys.next());
    CHECK(keys.begin() == keys.end());

    auto values = dict.values();
    const std::vector<std::string> copied(values.begin(), values.end());
    CHECK_TEXTS("1,2,[3]", copied);
    auto again = dict.keys();
    auto it = again.begin();
    CHECK_TEXT("a", *it++);
    CHECK_INT(1, it->size());
    CHECK_TEXT("b", *it);
}

int main() {
    RUN(values_by_key);
    RUN(many_at_once);
    RUN(conditions);
    RUN(times_to_live);
    RUN(ranges);
    return check_end();
}
