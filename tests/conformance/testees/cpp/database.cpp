// The database and its batches.
#include "testee.hpp"

static json info(const beaver::Database& db) {
    const auto info = db.info();
    json structures = json::array();
    for (const auto& [kind, name, count] : info.structures)
        structures.push_back({{"kind", kind}, {"name", name}, {"count", count}});
    return {{"path", info.path ? json(*info.path) : json()}, {"format", info.format}, {"structures", structures}};
}

Answer ask(const Request& request, beaver::Database& db) {
    const auto verb = request.verb();
    const auto name = [&] { return request.args.text("name"); };
    if (verb == "dict") return request.keep(db.dict(name()));
    if (verb == "list") return request.keep(db.list(name()));
    if (verb == "queue") return request.keep(db.queue(name()));
    if (verb == "blob") return request.keep(db.blobs(name()));
    if (verb == "log") return request.keep(db.log(name()));
    if (verb == "collection") return request.keep(db.collection(name()));
    if (verb == "channel") return request.keep(db.channel(name()));
    if (verb == "on") return request.keep(db.on(request.args.text("topic"), request.args.text("event")));
    if (verb == "emit") {
        const auto& args = request.args;
        return answer::of(db.emit(args.text("topic"), args.text("event"), args.text("payload")));
    }
    if (verb == "lock") return request.keep(db.lock(name()));
    if (verb == "names") return answer::of(db.names(request.args.text("kind")));
    if (verb == "info") return answer::of(info(db));
    if (verb == "batch") return batch(request, db);
    if (verb == "verify") {
        const auto found = db.verify();
        return answer::of({{"ok", found.ok}, {"problems", found.problems}});
    }
    if (verb == "repair") {
        const auto report = db.repair();
        return answer::of({{"rebuilt", report.rebuilt}, {"problems", report.problems}});
    }
    if (verb == "stats") {
        const auto stats = db.stats();
        return answer::of({{"file_bytes", stats.file_bytes}, {"wal_bytes", stats.wal_bytes}});
    }
    if (verb == "backup")
        db.backup(request.args.text("path"));
    else if (verb == "vacuum")
        db.vacuum();
    else if (verb == "checkpoint")
        db.checkpoint();
    else if (verb == "pause")
        db.pause();
    else if (verb == "resume")
        db.resume();
    else if (verb == "close")
        db.close();
    else if (verb == "interrupt")
        db.interrupt();
    else
        invalid("the testee does not know " + request.op);
    return answer::null();
}

static void add(const beaver::Database& db, beaver::Batch& batch, const Args& op) {
    const auto what = op.text("op");
    const auto name = op.text("name");
    const auto key = [&] { return op.text("key"); };
    const auto value = [&] { return op.text("value"); };
    const auto index = [&] { return op.integer("index"); };
    if (what == "dict_set")
        batch.dict_set(db.dict(name), key(), value(), op.ttl(), op.condition());
    else if (what == "dict_delete")
        batch.dict_delete(db.dict(name), key(), op.condition());
    else if (what == "dict_clear")
        batch.dict_clear(db.dict(name));
    else if (what == "list_push")
        batch.list_push(db.list(name), value());
    else if (what == "list_prepend")
        batch.list_prepend(db.list(name), value());
    else if (what == "list_extend")
        batch.list_extend(db.list(name), op.texts("values"));
    else if (what == "list_insert")
        batch.list_insert(db.list(name), index(), value());
    else if (what == "list_set")
        batch.list_set(db.list(name), index(), value(), op.condition());
    else if (what == "list_delete")
        batch.list_delete(db.list(name), index(), op.condition());
    else if (what == "list_clear")
        batch.list_clear(db.list(name));
    else if (what == "queue_put")
        batch.queue_put(db.queue(name), op.text("data"), op.number("priority"));
    else if (what == "queue_clear")
        batch.queue_clear(db.queue(name));
    else if (what == "blob_put")
        batch.blob_put(db.blobs(name), key(), op.bytes("bytes"), op.optional_text("metadata"), op.condition());
    else if (what == "blob_delete")
        batch.blob_delete(db.blobs(name), key());
    else if (what == "log_append")
        batch.log_append(db.log(name), op.text("data"), op.time("at"));
    else if (what == "channel_publish")
        batch.channel_publish(db.channel(name), op.text("payload"));
    else if (what == "channel_clear")
        batch.channel_clear(db.channel(name));
    else if (what.rfind("collection_", 0) != 0 || !add(db.collection(name), batch, op))
        invalid("the testee does not know the operation " + what);
}

static json outcome(bool applied) { return applied; }
static json outcome(std::uint64_t count) { return count; }
static json outcome(const std::vector<beaver::Time>& times) {
    json numbers = json::array();
    for (const auto time : times) numbers.push_back(time.time_since_epoch().count());
    return numbers;
}

Answer batch(const Request& request, const beaver::Database& db) {
    const Args options = request.args.options({"durable"});
    auto batch = db.batch();
    std::size_t index = 0;
    for (const auto& operation : request.args.items("operations")) {
        try {
            add(db, batch, operation);
        } catch (const beaver::Error& error) {
            return answer::error(error, index);
        }
        ++index;
    }
    std::optional<bool> durable;
    if (options.has("durable")) durable = options.at("durable").get<bool>();
    json outcomes = json::array();
    for (const auto& done : batch.commit(durable))
        outcomes.push_back(std::visit([](const auto& what) { return outcome(what); }, done));
    return answer::of(outcomes);
}
