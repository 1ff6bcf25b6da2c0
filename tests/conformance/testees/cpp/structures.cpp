// The structures: a flat table of operations each.
#include "tables.hpp"

static std::string as_it_is(const std::string& value) { return value; }

Answer ask(const Request& request, beaver::Dict& dict) {
    using D = beaver::Dict;
    static const auto key = [](const Request& r) { return r.args.text("key"); };
    static const auto value = [](const Request& r) { return r.args.text("value"); };
    static const auto table = structure<D>({
        {"set", [](const Request& r, D& d) { return d.set(key(r), value(r), r.args.ttl()), answer::null(); }},
        {"get", [](const Request& r, D& d) { return answer::value(d.get(key(r))); }},
        {"get_or", [](const Request& r, D& d) { return answer::raw(d.get_or(key(r), r.args.text("default"))); }},
        {"delete", [](const Request& r, D& d) { return answer::of(d.erase(key(r))); }},
        {"pop", [](const Request& r, D& d) { return answer::value(d.pop(key(r))); }},
        {"contains", [](const Request& r, D& d) { return answer::of(d.contains(key(r))); }},
        {"keys", [](const Request&, D& d) { return answer::rows(d.keys(), beaver::json_string); }},
        {"values", [](const Request&, D& d) { return answer::rows(d.values(), as_it_is); }},
        {"items",
         [](const Request&, D& d) {
             return answer::rows(d.items(), [](const beaver::DictItem& item) {
                 return "{\"key\":" + beaver::json_string(item.key) + ",\"value\":" + item.value + '}';
             });
         }},
        {"set_many",
         [](const Request& r, D& d) {
             std::vector<std::pair<std::string, std::string>> items;
             for (const auto& item : r.args.items("items")) items.emplace_back(item.text("key"), item.text("value"));
             return d.set_many(items, r.args.ttl()), answer::null();
         }},
        {"get_many",
         [](const Request& r, D& d) {
             std::vector<std::string> parts;
             for (const auto& found : d.get_many(r.args.texts("keys")))
                 parts.push_back(found ? "{\"value\":" + *found + '}' : "{}");
             return answer::array(parts);
         }},
        {"set_if_absent",
         [](const Request& r, D& d) { return answer::of(d.set_if_absent(key(r), value(r), r.args.ttl())); }},
        {"compare_and_set",
         [](const Request& r, D& d) {
             return answer::of(d.compare_and_set(key(r), r.args.text("expected"), value(r), r.args.ttl()));
         }},
    });
    return look_up(table, request, dict);
}

Answer ask(const Request& request, beaver::List& list) {
    using L = beaver::List;
    static const auto index = [](const Request& r) { return r.args.integer("index"); };
    static const auto start = [](const Request& r) { return r.args.integer("start"); };
    static const auto stop = [](const Request& r) { return r.args.integer("stop", L::end); };
    static const auto value = [](const Request& r) { return r.args.text("value"); };
    static const auto table = structure<L>({
        {"push", [](const Request& r, L& l) { return l.push(value(r)), answer::null(); }},
        {"prepend", [](const Request& r, L& l) { return l.prepend(value(r)), answer::null(); }},
        {"extend", [](const Request& r, L& l) { return l.extend(r.args.texts("values")), answer::null(); }},
        {"pop", [](const Request&, L& l) { return answer::value(l.pop()); }},
        {"deque", [](const Request&, L& l) { return answer::value(l.deque()); }},
        {"insert", [](const Request& r, L& l) { return l.insert(index(r), value(r)), answer::null(); }},
        {"get", [](const Request& r, L& l) { return answer::value(l.get(index(r))); }},
        {"set", [](const Request& r, L& l) { return answer::found(l.set(index(r), value(r))); }},
        {"delete", [](const Request& r, L& l) { return answer::found(l.erase(index(r))); }},
        {"slice", [](const Request& r, L& l) { return answer::array(l.slice(start(r), stop(r))); }},
        {"items", [](const Request&, L& l) { return answer::rows(l.items(), as_it_is); }},
        {"contains", [](const Request& r, L& l) { return answer::of(l.contains(value(r))); }},
        {"remove", [](const Request& r, L& l) { return answer::of(l.remove(value(r))); }},
        {"index_of",
         [](const Request& r, L& l) {
             const auto at = l.index_of(value(r), start(r), stop(r));
             return at ? answer::of(*at) : answer::absent();
         }},
        {"count_of", [](const Request& r, L& l) { return answer::of(l.count_of(value(r))); }},
        {"reverse", [](const Request&, L& l) { return l.reverse(), answer::null(); }},
        {"delete_range", [](const Request& r, L& l) { return answer::of(l.erase_range(start(r), stop(r))); }},
        {"replace_range",
         [](const Request& r, L& l) {
             return l.replace_range(start(r), stop(r), r.args.texts("values")), answer::null();
         }},
    });
    return look_up(table, request, list);
}

static std::string item_text(const beaver::QueueItem& item) {
    return "{\"priority\":" + json(item.priority).dump() +
           ",\"timestamp\":" + std::to_string(item.timestamp.time_since_epoch().count()) + ",\"data\":" + item.data + '}';
}

Answer ask(const Request& request, beaver::Queue& queue) {
    using Q = beaver::Queue;
    static const auto id = [](const Request& r) { return r.args.at("id").get<std::uint64_t>(); };
    static const auto table = structure<Q>({
        {"put",
         [](const Request& r, Q& q) { return q.put(r.args.text("data"), r.args.number("priority")), answer::null(); }},
        {"put_many",
         [](const Request& r, Q& q) {
             std::vector<std::pair<std::string, double>> items;
             for (const auto& item : r.args.items("items")) items.emplace_back(item.text("data"), item.number("priority"));
             return q.put_many(items), answer::null();
         }},
        {"put_back",
         [](const Request& r, Q& q) {
             beaver::QueueItem item{r.args.text("data"), r.args.number("priority"),
                                    beaver::Time(std::chrono::microseconds(r.args.integer("timestamp")))};
             return q.put_back(item), answer::null();
         }},
        {"get",
         [](const Request& r, Q& q) {
             const auto item = q.get(r.args.timeout());
             return item ? answer::raw(item_text(*item)) : answer::timeout();
         }},
        {"get_many",
         [](const Request& r, Q& q) {
             std::vector<std::string> parts;
             const auto most = static_cast<std::size_t>(r.args.integer("n"));
             for (const auto& item : q.get_many(most, r.args.timeout())) parts.push_back(item_text(item));
             return parts.empty() ? answer::timeout() : answer::array(parts);
         }},
        {"peek",
         [](const Request&, Q& q) {
             const auto item = q.peek();
             return item ? answer::raw(item_text(*item)) : answer::absent();
         }},
        {"items", [](const Request&, Q& q) { return answer::rows(q.items(), item_text); }},
        {"leased", [](const Request&, Q& q) { return answer::of(q.leased()); }},
        {"lease",
         [](const Request& r, Q& q) {
             const Args options = r.args.options({"max_attempts", "dead_letter"});
             std::optional<beaver::DeadLetter> dead;
             if (options.has("max_attempts"))
                 dead = {options.at("max_attempts").get<std::uint32_t>(), options.text("dead_letter")};
             const auto item = q.lease(r.args.seconds("lease_seconds"), r.args.timeout(), dead);
             if (!item) return answer::timeout();
             return answer::raw("{\"id\":" + std::to_string(item->id) + ",\"attempts\":" + std::to_string(item->attempts) +
                                ',' + item_text(*item).substr(1));
         }},
        {"ack", [](const Request& r, Q& q) { return answer::of(q.ack(id(r))); }},
        {"nack",
         [](const Request& r, Q& q) {
             const Args options = r.args.options({"delay"});
             return answer::of(q.nack(id(r), options.has("delay") ? options.seconds("delay") : beaver::Seconds(0)));
         }},
        {"extend", [](const Request& r, Q& q) { return answer::of(q.extend(id(r), r.args.seconds("lease_seconds"))); }},
    });
    return look_up(table, request, queue);
}

Answer ask(const Request& request, beaver::Blobs& blobs) {
    using B = beaver::Blobs;
    static const auto key = [](const Request& r) { return r.args.text("key"); };
    static const auto table = structure<B>({
        {"put",
         [](const Request& r, B& b) {
             return b.put(key(r), r.args.bytes("bytes"), r.args.optional_text("metadata")), answer::null();
         }},
        {"get",
         [](const Request& r, B& b) {
             const auto blob = b.get(key(r));
             if (!blob) return answer::absent();
             const auto metadata = blob->metadata.value_or("null");
             return answer::raw("{\"bytes\":" + answer::bytes(blob->data) + ",\"metadata\":" + metadata + '}');
         }},
        {"metadata",
         [](const Request& r, B& b) {
             const auto stat = b.stat(key(r));
             return stat ? answer::raw(stat->metadata.value_or("null")) : answer::absent();
         }},
        {"contains", [](const Request& r, B& b) { return answer::of(b.contains(key(r))); }},
        {"delete", [](const Request& r, B& b) { return answer::of(b.erase(key(r))); }},
        {"keys", [](const Request&, B& b) { return answer::rows(b.keys(), beaver::json_string); }},
        {"writer",
         [](const Request& r, B& b) { return r.keep(b.writer(key(r), r.args.optional_text("metadata"))); }},
        {"reader",
         [](const Request& r, B& b) {
             auto reader = b.reader(key(r));
             return reader ? r.keep(std::move(*reader)) : answer::absent();
         }},
    });
    return look_up(table, request, blobs);
}

Answer ask(const Request& request, beaver::BlobWriter& writer) {
    using W = beaver::BlobWriter;
    static const Table<W> table = {
        {"write", [](const Request& r, W& w) { return w.write(r.args.bytes("bytes")), answer::null(); }},
        {"finish", [](const Request&, W& w) { return w.finish(), answer::null(); }},
        {"abort", [](const Request&, W& w) { return w.abort(), answer::null(); }},
    };
    return look_up(table, request, writer);
}

Answer ask(const Request& request, beaver::BlobReader& reader) {
    using R = beaver::BlobReader;
    static const Table<R> table = {
        {"len", [](const Request&, R& reading) { return answer::of(reading.size()); }},
        {"read",
         [](const Request& r, R& reading) {
             return answer::raw(answer::bytes(reading.read(static_cast<std::size_t>(r.args.integer("max")))));
         }},
    };
    return look_up(table, request, reader);
}

std::string entry_text(const beaver::LogEntry& entry) {
    return "{\"timestamp\":" + std::to_string(entry.timestamp.time_since_epoch().count()) + ",\"data\":" + entry.data + '}';
}

static Answer prune(const Request& r, beaver::Log& log) {
    const Args options = r.args.options({"older_than", "keep_last"});
    if (!options.has("older_than") && !options.has("keep_last")) invalid("prune by older_than or keep_last");
    std::uint64_t count = 0;
    if (const auto time = options.time("older_than")) count += log.prune_older(*time);
    if (options.has("keep_last")) count += log.prune_keep(options.at("keep_last").get<std::uint64_t>());
    return answer::of(count);
}

Answer ask(const Request& request, beaver::Log& log) {
    using L = beaver::Log;
    static const auto table = structure<L>({
        {"append",
         [](const Request& r, L& l) {
             return answer::of(l.append(r.args.text("data"), r.args.time("at")).time_since_epoch().count());
         }},
        {"append_many",
         [](const Request& r, L& l) {
             std::vector<std::pair<std::string, std::optional<beaver::Time>>> items;
             for (const auto& item : r.args.items("items")) items.emplace_back(item.text("data"), item.time("at"));
             return l.append_many(items), answer::null();
         }},
        {"range",
         [](const Request& r, L& l) {
             const Args options = r.args.options({"limit", "reverse"});
             beaver::LogQuery query;
             query.start = r.args.time("start");
             query.end = r.args.time("end");
             if (options.has("limit")) query.limit = options.at("limit").get<std::uint64_t>();
             query.reverse = options.has("reverse") && options.at("reverse").get<bool>();
             return answer::rows(l.query(query), entry_text);
         }},
        {"items", [](const Request&, L& l) { return answer::rows(l.items(), entry_text); }},
        {"prune", prune},
        {"live", live},
    });
    return look_up(table, request, log);
}

Answer ask(const Request& request, beaver::Lock& lock) {
    using L = beaver::Lock;
    static const Table<L> table = {
        {"acquire",
         [](const Request& r, L& l) { return answer::of(l.acquire(r.args.timeout(), r.args.owner_ttl())); }},
        {"release", [](const Request&, L& l) { return answer::of(l.release()); }},
        {"renew", [](const Request& r, L& l) { return answer::of(l.renew(r.args.owner_ttl())); }},
        {"held", [](const Request&, L& l) { return answer::of(l.held()); }},
        {"locked", [](const Request&, L& l) { return answer::of(l.locked()); }},
        {"clear", [](const Request&, L& l) { return l.clear(), answer::null(); }},
        {"on", [](const Request& r, L& l) { return r.keep(l.on(r.args.text("event"))); }},
    };
    return look_up(table, request, lock);
}
