// Lists through beaver.hpp.
#include "check.hpp"

static void both_ends() {
    beaver::Database db(":memory:");
    beaver::List list = db.list("items");
    list.push("2");
    list.prepend("1");
    list.extend({"3", R"("a,b")", "[4, 5]"});
    CHECK_TEXTS("1,2,3,\"a,b\",[4, 5]", list.items());
    CHECK_TEXT("[4, 5]", list.pop());
    CHECK_TEXT("1", list.deque());
    CHECK_INT(3, list.size());
    CHECK_INT(3, list.clear());
    CHECK_TEXT("(none)", list.pop());
    CHECK_TEXT("(none)", list.deque());
}

static void indexes() {
    beaver::Database db(":memory:");
    beaver::List list = db.list("items");
    list.extend(std::vector<std::string>{"0", "1", "2"});
    CHECK_TEXT("2", list.get(-1));
    CHECK_TEXT("(none)", list.get(3));
    CHECK(list.set(0, R"("zero")"));
    CHECK(!list.set(-4, "1"));
    list.insert(1, "0.5");
    list.insert(100, "3");
    CHECK_TEXTS("\"zero\",0.5,1,2,3", list.items());
    CHECK(list.erase(0));
    CHECK(!list.erase(9));
    list.reverse();
    CHECK_TEXTS("3,2,1,0.5", list.slice());
}

static void ranges() {
    beaver::Database db(":memory:");
    beaver::List list = db.list("items");
    list.extend({"0", "1", "2", "3", "4"});
    CHECK_TEXTS("1,2", list.slice(1, 3));
    CHECK_TEXTS("3,4", list.slice(-2));
    CHECK_TEXTS("", list.slice(beaver::List::end));
    CHECK_INT(2, list.erase_range(1, 3));
    CHECK_INT(1, list.replace_range(1, 2, {"[7]", "8"}));
    CHECK_TEXTS("0,[7],8,4", list.items());
    CHECK_INT(0, list.replace_range(2, 2, std::vector<std::string>{}));
    CHECK_INT(4, list.erase_range());
    CHECK(list.empty());
}

static void by_value() {
    beaver::Database db(":memory:");
    beaver::List list = db.list("items");
    list.extend({"1", R"({"a": 1, "b": 2})", "1.0"});
    CHECK(list.contains(R"({"b":2,"a":1})"));
    CHECK(!list.contains("2"));
    CHECK_INT(2, list.count_of("1"));
    CHECK_INT(2, list.index_of("1", 1).value_or(99));
    CHECK(!list.index_of("1", 1, 2));
    CHECK(list.remove("1"));
    CHECK(!list.remove("3"));
    CHECK_INT(2, list.size());
}

static void a_value_stays_one_value() {
    beaver::Database db(":memory:");
    beaver::List list = db.list("items");
    CHECK_THROWS(ErrorKind::InvalidJson, "", list.extend({"1", "2,3"}));
    CHECK_THROWS(ErrorKind::InvalidJson, "", list.extend({"1]", "[2"}));
    CHECK_THROWS(ErrorKind::InvalidJson, "", list.extend({"[1}"}));
    CHECK_THROWS(ErrorKind::InvalidJson, "", list.push(""));
    CHECK_THROWS(ErrorKind::InvalidJson, "", list.push(std::string_view()));
    try {
        list.extend({"1", "2", "3 4"});
    } catch (const beaver::Error& error) {
        CHECK_INT(2, error.operation().value_or(99));
    }
    CHECK(list.empty());
}

int main() {
    RUN(both_ends);
    RUN(indexes);
    RUN(ranges);
    RUN(by_value);
    RUN(a_value_stays_one_value);
    return check_end();
}
