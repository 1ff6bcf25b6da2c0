// What happens by itself: the messages of channels, events, and live views of logs.
#include "tables.hpp"

static std::string time_text(beaver::Time time) { return std::to_string(time.time_since_epoch().count()); }

static std::string text_of(const beaver::Message& message) {
    return "{\"timestamp\":" + time_text(message.timestamp) + ",\"payload\":" + message.payload + '}';
}

static std::string text_of(const beaver::Event& event) {
    return "{\"timestamp\":" + time_text(event.timestamp) + ",\"topic\":" + beaver::json_string(event.topic) +
           ",\"event\":" + beaver::json_string(event.event) + ",\"payload\":" + event.payload + '}';
}

static beaver::Start start(const Args& args) {
    if (const auto time = args.time("after")) return beaver::Start::after(*time);
    return args.optional_text("start") == "oldest" ? beaver::Start::oldest() : beaver::Start::now();
}

/// What is missing is as if nothing was chosen; null is no bound.
static beaver::Retention retention(const Args& args) {
    const std::set<std::string> known = {"max_age", "max_messages"};
    const Args chosen = args.options(known, "retention");
    const json members = json::parse(args.text("retention"));
    beaver::Retention retention;
    if (members.contains("max_age")) {
        retention.max_age = std::nullopt;
        if (chosen.has("max_age")) retention.max_age = chosen.seconds("max_age");
    }
    if (members.contains("max_messages")) {
        retention.max_messages = std::nullopt;
        const json& count = members["max_messages"];
        if (!count.is_null() && !count.is_number_unsigned()) invalid("max_messages is a count");
        if (!count.is_null()) retention.max_messages = count.get<std::uint64_t>();
    }
    return retention;
}

Answer ask(const Request& request, beaver::Channel& channel) {
    using C = beaver::Channel;
    static const auto table = structure<C>({
        {"publish",
         [](const Request& r, C& c) { return answer::raw(time_text(c.publish(r.args.text("payload")))); }},
        {"publish_many",
         [](const Request& r, C& c) {
             std::vector<std::string> times;
             for (const auto time : c.publish_many(r.args.texts("payloads"))) times.push_back(time_text(time));
             return answer::array(times);
         }},
        {"subscribe", [](const Request& r, C& c) { return r.keep(c.subscribe(start(r.args))); }},
        {"items",
         [](const Request&, C& c) {
             return answer::rows(c.items(), [](const beaver::Message& message) { return text_of(message); });
         }},
        {"retention",
         [](const Request&, C& c) {
             const auto [age, messages] = c.retention();
             return answer::of({{"max_age", age ? json(age->count()) : json()},
                                {"max_messages", messages ? json(*messages) : json()}});
         }},
        {"set_retention",
         [](const Request& r, C& c) { return c.set_retention(retention(r.args)), answer::null(); }},
    });
    return look_up(table, request, channel);
}

/// What messages and events have in common.
template <class Item>
static Answer pull(const Request& request, beaver::Feed<Item>& feed) {
    using F = beaver::Feed<Item>;
    static const Table<F> table = {
        {"next",
         [](const Request& r, F& f) {
             const auto item = f.next(r.args.timeout());
             return item ? answer::raw(text_of(*item)) : answer::timeout();
         }},
        {"next_many",
         [](const Request& r, F& f) {
             std::vector<std::string> items;
             const auto most = static_cast<std::size_t>(r.args.integer("n"));
             for (const auto& item : f.next_many(most, r.args.timeout())) items.push_back(text_of(item));
             return items.empty() ? answer::timeout() : answer::array(items);
         }},
        {"close", [](const Request&, F& f) { return f.close(), answer::null(); }},
    };
    return look_up(table, request, feed);
}

Answer ask(const Request& request, beaver::Subscription& subscription) { return pull(request, subscription); }
Answer ask(const Request& request, beaver::Events& events) { return pull(request, events); }

static std::string entries_text(std::vector<beaver::LogEntry> entries) {
    std::string text;
    for (const auto& entry : entries) text += (text.empty() ? "" : ",") + entry_text(entry);
    return '[' + text + ']';
}

Answer live(const Request& request, const beaver::Log& log) {
    const auto& args = request.args;
    const auto window = args.seconds("window"), period = args.seconds("period");
    if (!args.has("aggregates")) return request.keep(log.live(window, period, &entries_text));
    const json members = json::parse(args.text("aggregates"));
    if (!members.is_object()) invalid("aggregates have names");
    beaver::Aggregates aggregates;
    for (const auto& [name, aggregate] : members.items()) aggregates.emplace_back(name, aggregate.dump());
    return request.keep(log.live(window, period, aggregates));
}

template <class View>
static Answer look(const Request& request, View& view) {
    static const Table<View> table = {
        {"next",
         [](const Request& r, View& v) {
             const auto result = v.next(r.args.timeout());
             return result ? answer::raw(*result) : answer::timeout();
         }},
        {"close", [](const Request&, View& v) { return v.close(), answer::null(); }},
    };
    return look_up(table, request, view);
}

Answer ask(const Request& request, beaver::LiveView& view) { return look(request, view); }
Answer ask(const Request& request, Entries& entries) { return look(request, entries); }
