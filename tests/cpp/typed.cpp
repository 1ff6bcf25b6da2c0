// Structures of a type of one's own through beaver.hpp.
#include <map>

#include "point.hpp"

static_assert(!std::is_constructible_v<beaver::JsonView, std::nullptr_t> && !std::is_constructible_v<beaver::JsonView, bool>);

static void a_dict_of_points() {
    beaver::Database db(":memory:");
    auto points = db.dict<Point>("points");
    auto texts = db.dict("points");
    points.set("a", {1, 2});
    CHECK_TEXT(R"({"x":1,"y":2})", texts.get("a"));
    CHECK_POINT(1, 2, points.get("a"));
    CHECK(!points.get("b"));
    CHECK((Point{9, 9} == points.get_or("b", {9, 9})));
    points.set_many({{"b", {3, 4}}, {"c", {5, 6}}});
    points.set_many(std::map<std::string, Point>{{"d", {7, 8}}}, 60s);
    CHECK(!points.set_if_absent("b", {0, 0}));
    CHECK(points.compare_and_set("b", {3, 4}, {4, 4}));
    const auto many = points.get_many({"b", "z", "d"});
    CHECK_POINT(4, 4, many.at(0));
    CHECK(!many.at(1));
    CHECK_POINT(7, 8, many.at(2));
    int sum = 0;
    for (const auto& [key, point] : points.items()) sum += key == "c" ? 100 : point.x;
    for (const auto& point : points.values()) sum += point.y;
    CHECK_INT(1 + 4 + 100 + 7 + 2 + 4 + 6 + 8, sum);
    CHECK_POINT(1, 2, points.pop("a"));
    CHECK(!points.pop("a"));
    auto mine = points.acquire(5s);
    mine->set("mine", {0, 1});
    CHECK_POINT(0, 1, mine->get("mine"));
}

static void a_list_of_points() {
    beaver::Database db(":memory:");
    auto points = db.list<Point>("points");
    points.push({2, 0});
    points.prepend({1, 0});
    points.extend({{3, 0}, {4, 0}});
    points.insert(0, {0, 0});
    CHECK_INT(5, points.size());
    CHECK_POINT(4, 0, points.get(-1));
    CHECK(!points.get(9));
    CHECK(points.set(-1, {5, 5}));
    CHECK(points.contains({5, 5}));
    CHECK_INT(4, points.index_of({5, 5}).value_or(99));
    CHECK_INT(1, points.count_of({1, 0}));
    CHECK(points.remove({1, 0}));
    CHECK_INT(2, points.replace_range(1, 3, std::vector<Point>{{6, 6}}));
    int sum = 0;
    for (const auto& point : points.slice(0, 2)) sum += point.x;
    for (const auto& point : points.items()) sum += point.y;
    CHECK_INT(6 + 6 + 5, sum);
    CHECK_POINT(5, 5, points.pop());
    CHECK_POINT(0, 0, points.deque());
}

static void a_queue_of_points() {
    beaver::Database db(":memory:");
    auto points = db.queue<Point>("points");
    points.put({1, 1}, 2);
    points.put_many({{{2, 2}, 1}, {{3, 3}, 3}});
    CHECK(points.peek()->data == Point({2, 2}));
    auto first = points.get(beaver::no_wait);
    CHECK(first && first->data == Point({2, 2}) && first->priority == 1);
    points.put_back(*first);
    int sum = 0;
    for (const auto& item : points.items()) sum = sum * 10 + item.data.x;
    CHECK_INT(213, sum);
    const auto lent = points.lease(60s, beaver::no_wait);
    CHECK(lent && lent->data == Point({2, 2}) && lent->attempts == 1);
    CHECK(points.ack(lent->id));
    CHECK(points.get_many(5, beaver::no_wait).at(1).data == Point({3, 3}));
    CHECK(!points.get(beaver::no_wait));
}

static void a_log_of_points() {
    beaver::Database db(":memory:");
    auto points = db.log<Point>("points");
    points.append({1, 1}, at(10));
    CHECK_INT(1, points.append_many({{{2, 2}, at(20)}}).size());
    const auto now = points.append({3, 3});
    CHECK(points.latest(1).at(0).timestamp == now && points.latest(1).at(0).data == Point({3, 3}));
    int sum = 0;
    for (const auto& entry : points.range(at(10), at(21))) sum += entry.data.x;
    for (const auto& entry : points.items()) sum += entry.data.y;
    CHECK_INT(3 + 6, sum);
    // An aggregate of one's own sees the type; so do the results of the aggregates that are built in.
    auto view = points.live(1h, 1h, [](const std::vector<beaver::LogEntryOf<Point>>& entries) { return entries.at(0).data; });
    CHECK_POINT(3, 3, view.next());
    auto counts = points.live<Point>(1h, 1h, {{"x", beaver::Aggregate::count()}, {"y", beaver::Aggregate::count("z")}});
    CHECK_POINT(1, 0, counts.next());
}

static void messages_and_events_that_are_points() {
    beaver::Database db(":memory:");
    auto points = db.channel<Point>("points");
    auto feed = points.subscribe();
    points.publish({1, 1});
    points.publish_many({{2, 2}, {3, 3}});
    CHECK(feed.next()->payload == Point({1, 1}));
    CHECK_INT(2, feed.next_many(9).size());
    int sum = 0;
    for (const auto& message : points.items()) sum += message.payload.x;
    CHECK_INT(6, sum);
    auto events = db.on<Point>("world", "moved");
    CHECK(db.emit("world", "moved", Point{4, 4}));
    CHECK(events.next()->payload == Point({4, 4}));
}

static void a_collection_of_points() {
    beaver::Database db(":memory:");
    auto points = db.collection<Point>("points");
    CHECK_STR("a", points.index("a", {1, 1}, {1, 0}).id.c_str());
    CHECK(points.index({"b", {2, 2}, std::vector<float>{0, 1}}));
    CHECK_INT(1, points.index_many({{"c", {3, 3}}}));
    const auto found = points.get("b");
    CHECK(found && found->body == Point({2, 2}) && found->embedding->at(1) == 1);
    CHECK(points.search({0, 1}, R"({"k":1})").at(0).body == Point({2, 2}));
    CHECK(points.find(R"({"where":{"x":{">":2}}})").documents.at(0).body == Point({3, 3}));
    points.connect("a", "b", "next", 1, Point{8, 8});
    CHECK(points.neighbors("a").at(0).body == Point({2, 2}));
    CHECK_STR(R"({"x":8,"y":8})", points.neighbors("a").at(0).edge.metadata->c_str());
    CHECK(points.walk("a").at(0).body == Point({2, 2}));
    CHECK(points.hybrid(R"({"graph":{"from":["a"]}})").at(0).body.x > 0);
    int sum = 0;
    for (const auto& document : points.items()) sum += document.body.x;
    CHECK_INT(6, sum);
}

static void a_batch_of_points() {
    beaver::Database db(":memory:");
    auto dict = db.dict<Point>("p");
    auto list = db.list<Point>("p");
    auto queue = db.queue<Point>("p");
    auto log = db.log<Point>("p");
    auto channel = db.channel<Point>("p");
    auto points = db.collection<Point>("p");
    auto blobs = db.blobs("p");
    auto batch = db.batch();
    batch.dict_set(dict, "a", {1, 1}, std::nullopt, beaver::When::absent());
    batch.dict_set(dict, "a", {2, 2}, std::nullopt, beaver::When::equals(Point{1, 1}));
    batch.list_push(list, {1, 1}).list_extend(list, {{2, 2}, {3, 3}}).list_remove(list, {1, 1});
    batch.queue_put(queue, {1, 1}).log_append(log, {1, 1}).channel_publish(channel, {1, 1});
    batch.collection_index(points, "a", {1, 1}).blob_put(blobs, "a", "bytes", Point{7, 7});
    batch.commit();
    CHECK_POINT(2, 2, dict.get("a"));
    CHECK_POINT(2, 2, list.get(0));
    CHECK_TEXT(R"({"x":7,"y":7})", blobs.get("a")->metadata);
}

// Whatever takes JSON text takes what json_traits knows, and from_json() reads what comes out.
static void values_go_where_text_goes() {
    beaver::Database db(":memory:");
    auto texts = db.dict("texts");
    texts.set("a", Point{1, 2});
    CHECK(beaver::from_json<Point>(*texts.get("a")) == Point({1, 2}));
    CHECK_STR(R"({"x":1,"y":2})", beaver::to_json(Point{1, 2}).c_str());
    CHECK(texts.compare_and_set("a", Point{1, 2}, "[]"));
    auto list = db.list("list");
    list.push(Point{1, 2});
    list.extend({Point{3, 4}, "5"});
    list.extend(std::vector<Point>{{6, 7}});
    CHECK_TEXTS(R"({"x":1,"y":2},{"x":3,"y":4},5,{"x":6,"y":7})", list.items());
    struct Foreign {
        operator std::string_view() const { return "[1]"; }
    };
    list.push(Foreign());
    CHECK_TEXT("[1]", list.pop());
    list.push(std::string_view("[2]").substr(0, 3));
    CHECK_THROWS(ErrorKind::InvalidJson, "", list.push(std::string_view()));
}

static void what_is_of_another_type_is_refused_and_stays() {
    beaver::Database db(":memory:");
    auto dict = db.dict("d");
    auto points = db.dict<Point>("d");
    dict.set("a", "[1]");
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", points.get("a"));
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", points.get_many({"a"}));
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", points.pop("a"));
    CHECK_TEXT("[1]", dict.get("a"));
    auto items = points.items();
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", items.next());
    auto list = db.list("l");
    list.extend({"[1]", R"({"x":1,"y":1})", "[2]"});
    auto typed = db.list<Point>("l");
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", typed.pop());
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", typed.deque());
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", typed.slice());
    CHECK_TEXTS(R"([1],{"x":1,"y":1},[2])", list.items());
    dict.set("left", R"({"x":-1,"y":1})");
    bool came_out = false;
    try {
        points.pop("left");
    } catch (const std::domain_error&) {
        came_out = true;
    }
    CHECK(came_out && dict.contains("left"));
}

static void an_item_of_another_type_stays_in_its_queue() {
    beaver::Database db(":memory:");
    auto queue = db.queue("q");
    auto points = db.queue<Point>("q");
    queue.put_many({{R"({"x":1,"y":1})", 1}, {"[1]", 2}, {"[2]", 2}, {R"({"x":2,"y":2})", 3}});
    const auto all = [&] {
        std::string texts;
        for (const auto& item : queue.items()) texts += item.data;
        return texts;
    };
    const auto before = all();
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", points.get_many(3));
    CHECK_STR(before.c_str(), all().c_str());
    CHECK(points.get());
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", points.get());
    CHECK_STR(R"([1][2]{"x":2,"y":2})", all().c_str());
    // A lease of it counts: what nobody can read ends with the dead letters.
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", points.lease(60s, beaver::no_wait, beaver::DeadLetter{1, "dead"}));
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", points.lease(60s, beaver::no_wait, beaver::DeadLetter{1, "dead"}));
    CHECK(points.lease(60s, beaver::no_wait, beaver::DeadLetter{1, "dead"})->data == Point({2, 2}));
    CHECK_INT(2, db.queue("dead").size());
}

static void a_message_of_another_type_is_passed() {
    beaver::Database db(":memory:");
    auto channel = db.channel("c");
    auto feed = db.channel<Point>("c").subscribe();
    channel.publish_many({R"({"x":1,"y":1})", R"({"x":2,"y":2})", "[1]", R"({"x":3,"y":3})"});
    CHECK_INT(2, feed.next_many(9).size());
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", feed.next_many(9));
    CHECK_INT(1, feed.next_many(9).size());
    CHECK(feed.next_many(9, beaver::no_wait).empty());
    // What is told once is told, also if it comes behind messages.
    channel.publish(R"({"x":4,"y":4})");
    CHECK_INT(1, feed.next_many(0).size());
    channel.publish("[2]");
    CHECK_THROWS(ErrorKind::TypeMismatch, "no point", feed.next());
    CHECK(!feed.next(beaver::no_wait));
}

int main() {
    RUN(a_dict_of_points);
    RUN(a_list_of_points);
    RUN(a_queue_of_points);
    RUN(a_log_of_points);
    RUN(messages_and_events_that_are_points);
    RUN(a_collection_of_points);
    RUN(a_batch_of_points);
    RUN(values_go_where_text_goes);
    RUN(what_is_of_another_type_is_refused_and_stays);
    RUN(an_item_of_another_type_stays_in_its_queue);
    RUN(a_message_of_another_type_is_passed);
    return check_end();
}
