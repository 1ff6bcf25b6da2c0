// Errors as values, by attempt().
#include <memory>
#include <stdexcept>

#include "../check.hpp"

static void it_gives_what_the_call_gives() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("config");
    beaver::Expected<void> set = beaver::attempt([&] { dict.set("a", "1"); });
    CHECK(set.has_value() && set);
    const beaver::Expected<std::optional<std::string>> found = beaver::attempt([&] { return dict.get("a"); });
    CHECK(found && *found == "1" && found->value() == "1");
    const auto absent = beaver::attempt([&] { return dict.get("b"); });
    CHECK(absent && !*absent);
    CHECK_INT(1, beaver::attempt([&] { return dict.size(); }).value_or(99));
    // What cannot be copied comes out too, and a reference as what it refers to.
    auto opened = beaver::attempt([] { return beaver::Database(":memory:"); });
    CHECK(opened && opened->dict("config").empty());
    beaver::Database moved = *std::move(opened);
    CHECK(moved.dict("config").empty());
    const std::string text = "text";
    CHECK(*beaver::attempt([&]() -> const std::string& { return text; }) == "text");
}

static void it_gives_the_error() {
    beaver::Database db(":memory:");
    beaver::Dict dict = db.dict("config");
    const auto set = beaver::attempt([&] { dict.set("a", "{"); });
    CHECK(!set && !set.has_value());
    CHECK(set.error().kind() == ErrorKind::InvalidJson && set.error().offset());
    db.close();
    const auto size = beaver::attempt([&] { return dict.size(); });
    CHECK(!size && size.error().kind() == ErrorKind::Closed);
    CHECK_INT(7, size.value_or(7));
    const auto opened = beaver::attempt([] { return beaver::Database("no/such/folder/x.db"); });
    CHECK(!opened && opened.error().kind() == ErrorKind::Io);
}

static void what_else_is_thrown_passes() {
    bool came_out = false;
    try {
        (void)beaver::attempt([] { throw std::runtime_error("of my own"); });
    } catch (const std::runtime_error&) {
        came_out = true;
    }
    CHECK(came_out);
}

int main() {
    RUN(it_gives_what_the_call_gives);
    RUN(it_gives_the_error);
    RUN(what_else_is_thrown_passes);
    return check_end();
}
