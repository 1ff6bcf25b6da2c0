// What beaver.hpp throws, and its JSON strings.
#include <type_traits>

#include "check.hpp"

static_assert(std::is_nothrow_copy_constructible_v<beaver::Error>);
static_assert(std::is_base_of_v<std::exception, beaver::Error>);

static void everything_about_an_error() {
    beaver::Database db(":memory:");
    try {
        db.dict("d").set("k", "[1, x]");
        CHECK(!"what is no JSON throws");
    } catch (const beaver::Error& error) {
        CHECK(error.kind() == ErrorKind::InvalidJson);
        CHECK_STATUS(BEAVER_INVALID_JSON, error.status());
        CHECK_STR("INVALID_JSON", error.name());
        CHECK_INT(4, error.offset().value_or(99));
        CHECK(!error.operation());
        CHECK_INT(0, error.sqlite_code());
        CHECK(std::string(error.what()).find("JSON") != std::string::npos);
        CHECK(error.detail().find(R"("kind":"INVALID_JSON")") != std::string::npos);
        const beaver::Error copy = error;
        CHECK_STR(error.what(), copy.what());
    }
}

static void kinds() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("d");
    CHECK_THROWS(ErrorKind::InvalidArgument, "", db.dict(""));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", db.dict("__mine"));
    CHECK_THROWS(ErrorKind::InvalidArgument, "NUL", db.dict(std::string_view("a\0b", 3)));
    CHECK_THROWS(ErrorKind::InvalidArgument, "NUL", dict.set(std::string_view("a\0b", 3), "1"));
    CHECK_THROWS(ErrorKind::Limit, "", db.dict(std::string(256, 'n')));
    CHECK_THROWS(ErrorKind::Limit, "", dict.get(std::string(4097, 'k')));
    CHECK_THROWS(ErrorKind::InvalidUtf8, "", dict.set("k", "\"\xff\""));
    CHECK_THROWS(ErrorKind::InvalidUtf8, "", dict.get("\xff"));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", db.queue("q").get(-1ms));
}

static void what_was_moved_from() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("d");
    const beaver::Dict other = std::move(dict);
    CHECK_THROWS(ErrorKind::InvalidArgument, "dict is NULL", dict.size());
    CHECK_INT(0, other.size());
}

static void json_strings() {
    for (const std::string text : {"", "plain", "\"\\/", "\b\f\n\r\t\x01\x1f", "\xc3\xa9\xe2\x82\xac\xf0\x9f\xa6\xab"}) {
        CHECK_STR(text.c_str(), beaver::plain_string(beaver::json_string(text)).c_str());
    }
    CHECK_STR(R"("a\u0000\"")", beaver::json_string(std::string_view("a\0\"", 3)).c_str());
    CHECK_STR("\xf0\x9f\xa6\xab \xc3\xa9 /", beaver::plain_string(R"( "\uD83E\udDAB \u00e9 \/" )").c_str());
    CHECK_STR("\xe2\x82\xac", beaver::plain_string(R"("\u20ac")").c_str());
    for (const char* wrong : {"", "1", "\"open", R"("\x")", R"("\u12")", R"("\uD83E")", R"("\uDDAB")", R"("\uD83Ex")",
                              R"("\uD83E\u0041")", R"("a" "b")", R"("\)", R"("\u00)", R"("\uD83E\u)"}) {
        CHECK_THROWS(ErrorKind::InvalidJson, "", beaver::plain_string(wrong));
    }
    // What is written by it can be stored.
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("d");
    dict.set("k", beaver::json_string("a \"b\"\n\x7f"));
    CHECK_STR("a \"b\"\n\x7f", beaver::plain_string(*dict.get("k")).c_str());
}

int main() {
    RUN(everything_about_an_error);
    RUN(kinds);
    RUN(what_was_moved_from);
    RUN(json_strings);
    return check_end();
}
