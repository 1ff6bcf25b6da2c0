// What comes in rows is a range of the standard library, and what is in one piece goes in as it is.
#include <algorithm>
#include <array>
#include <iterator>

#include "../point.hpp"

#if __cplusplus >= 202002L
#include <ranges>
#include <span>

static_assert(std::ranges::input_range<beaver::Range<std::string>> && std::ranges::input_range<beaver::Subscription> &&
              std::ranges::input_range<beaver::Events> && std::ranges::input_range<beaver::LiveView>);
static_assert(std::ranges::viewable_range<beaver::Range<beaver::DictItem>>);
#endif

static beaver::List numbers(const beaver::Database& db) {
    beaver::List list = db.list("numbers");
    list.extend({"1", "2", "3", "4", "5"});
    return list;
}

static void algorithms_go_through_them() {
    beaver::Database db(":memory:");
    beaver::List list = numbers(db);
    auto items = list.items();
    CHECK_INT(1, std::count(items.begin(), items.end(), "3"));
    auto again = list.items();
    const std::vector<std::string> all(again.begin(), again.end());
    CHECK_TEXTS("1,2,3,4,5", all);
    auto third = list.items();
    auto at = third.begin();
    CHECK_STR("1", (*at++).c_str());
    CHECK_STR("2", at->c_str());
}

#if __cplusplus >= 202002L
static void views_go_through_them() {
    beaver::Database db(":memory:");
    beaver::List list = numbers(db);
    const auto odd = [](const std::string& json) { return (json[0] - '0') % 2 == 1; };
    const auto longer = [](const std::string& json) { return json + '0'; };
    std::string texts;
    for (const auto& text : list.items() | std::views::filter(odd) | std::views::transform(longer) | std::views::take(2))
        texts += text + ' ';
    CHECK_STR("10 30 ", texts.c_str());
    auto points = db.dict<Point>("points");
    points.set_many({{"a", {1, 1}}, {"b", {2, 2}}});
    auto items = points.items();
    const auto far = std::ranges::find_if(items, [](const auto& item) { return item.value.x > 1; });
    CHECK_STR("b", far->key.c_str());
    // A loop over a channel ends when the view has what it takes.
    auto feed = db.channel("c").subscribe();
    db.channel("c").publish_many({"1", "2", "3"});
    std::string payloads;
    for (const auto& message : feed | std::views::take(3)) payloads += message.payload;
    CHECK_STR("123", payloads.c_str());
}

static void spans_are_vectors_and_bytes() {
    beaver::Database db(":memory:");
    beaver::Collection collection = db.collection("c");
    std::array<float, 4> rows{1, 0, 0, 1};
    const std::span<float> all(rows);
    collection.index("a", "1", all.subspan(0, 2));
    collection.index("b", "2", std::span<const float>(all).subspan(2, 2));
    CHECK_IDS("b,a", collection.search(all.last(2)));
    const std::array<std::byte, 2> bytes{std::byte{1}, std::byte{2}};
    db.blobs("b").put("k", std::span(bytes));
    CHECK_INT(2, db.blobs("b").get("k")->data.size());
}

static void options_are_named() {
    beaver::Database db(":memory:", {.busy_timeout = 5s, .low_memory = true});
    beaver::Log log = db.log("l");
    log.append("1", at(10));
    log.append("2", at(20));
    std::string texts;
    for (const auto& entry : log.query({.limit = 1, .reverse = true})) texts += entry.data;
    CHECK_STR("2", texts.c_str());
}
#endif

int main() {
    RUN(algorithms_go_through_them);
#if __cplusplus >= 202002L
    RUN(views_go_through_them);
    RUN(spans_are_vectors_and_bytes);
    RUN(options_are_named);
#endif
    return check_end();
}
