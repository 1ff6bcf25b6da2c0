/// The database. Part of beaver.hpp.
#ifndef BEAVER_DATABASE_HPP
#define BEAVER_DATABASE_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "batch.hpp"
#include "json.hpp"
#include "lock.hpp"

namespace beaver {

/// How to open a database; what is not given has its default.
struct Options {
    /// Whether nothing may be changed.
    std::optional<bool> read_only = std::nullopt;
    /// Whether a file that is not there is made.
    std::optional<bool> create = std::nullopt;
    /// Whether each commit also outlasts a loss of power (the durability "full").
    std::optional<bool> durable = std::nullopt;
    /// How long a call waits for other processes.
    std::optional<std::chrono::milliseconds> busy_timeout = std::nullopt;
    /// How much memory pages may take, in KiB.
    std::optional<std::uint64_t> cache_kib = std::nullopt;
    /// How much of the file is mapped into memory.
    std::optional<std::uint64_t> mmap_bytes = std::nullopt;
    /// Whether to do with little memory.
    std::optional<bool> low_memory = std::nullopt;
    /// How many bytes of what was read are remembered for as long as nobody commits to the file.
    std::optional<std::uint64_t> read_cache_bytes = std::nullopt;
    /// Whether commits of other processes are seen by a look every few milliseconds while somebody waits, as on systems
    /// that have no better way.
    std::optional<bool> portable_watch = std::nullopt;
    /// The key that a server wants to see; else that of the environment variable BEAVER_KEY.
    std::optional<std::string> key = std::nullopt;
    /// A file of certificates (PEM) by which a server is known, instead of those that the world trusts.
    std::optional<std::string> ca_file = std::nullopt;

    /// As beaver.h takes them.
    std::string json() const {
        std::string members;
        const auto add = [&](const char* name, const std::string& value) {
            members += (members.empty() ? "\"" : ",\"") + std::string(name) + "\":" + value;
        };
        const auto flag = [](bool on) { return on ? "true" : "false"; };
        if (read_only) add("read_only", flag(*read_only));
        if (create) add("create", flag(*create));
        if (durable) add("durability", *durable ? R"("full")" : R"("normal")");
        if (busy_timeout) add("busy_timeout_ms", std::to_string(busy_timeout->count()));
        if (cache_kib) add("cache_kib", std::to_string(*cache_kib));
        if (mmap_bytes) add("mmap_bytes", std::to_string(*mmap_bytes));
        if (low_memory) add("low_memory", flag(*low_memory));
        if (read_cache_bytes) add("read_cache_bytes", std::to_string(*read_cache_bytes));
        if (portable_watch) add("portable_watch", flag(*portable_watch));
        if (key) add("key", json_string(*key));
        if (ca_file) add("ca_file", json_string(*ca_file));
        return '{' + members + '}';
    }
};

/// A structure that holds anything.
struct StructureInfo {
    /// "dict", "list", "queue", "blob", "log", "collection", "channel" or "lock".
    std::string kind;
    std::string name;
    std::uint64_t count = 0;
};

/// What a database holds, as of one moment.
struct Info {
    /// The file; none for a database in memory.
    std::optional<std::string> path;
    /// The version of the file format.
    std::uint32_t format = 0;
    std::vector<StructureInfo> structures;
};

/// What verify() found.
struct Verification {
    bool ok = false;
    /// What is wrong, a line each.
    std::vector<std::string> problems;
};

/// What repair() did.
struct Repair {
    /// The collections whose derived data were made anew.
    std::vector<std::string> rebuilt;
    /// What verify() finds afterwards: faults that only a backup can mend.
    std::vector<std::string> problems;
};

/// Sizes and counts for diagnosis.
struct Stats {
    std::uint64_t file_bytes = 0;
    std::uint64_t free_bytes = 0;
    std::uint64_t wal_bytes = 0;
    std::uint64_t readers = 0;
    std::uint64_t waiters = 0;
    std::uint64_t writers_waiting = 0;
    std::uint64_t cache_hits = 0;
    std::uint64_t cache_misses = 0;
};

/// How serious a diagnostic is.
enum class LogLevel : std::int32_t {
    Error = BEAVER_LOG_ERROR,
    Warn = BEAVER_LOG_WARN,
    Info = BEAVER_LOG_INFO,
    Debug = BEAVER_LOG_DEBUG
};

/// Receives diagnostics: how serious, the module that speaks, one line of text. May be called from any thread, several
/// at once; must not use the same database; what it throws is dropped.
using LogSink = std::function<void(LogLevel level, std::string_view target, std::string_view message)>;

/// How many objects of beaver.h this process has not freed yet. For tests.
inline std::int64_t live_objects() { return beaver_live_objects(); }

/// An open database. It stays open as long as anything of it is there.
class Database {
public:
    /// Opens the database in a file, and creates it if there is none; ":memory:" is a new one that lives only as long
    /// as it is open. Paths are UTF-8; a std::filesystem::path will do where its characters are.
    explicit Database(const std::string& path) : handle_(open(path, nullptr)) {}

    /// The same with options.
    Database(const std::string& path, const Options& options) : handle_(open(path, options.json().c_str())) {}

    /// The same with options as a JSON object, as in beaver.h.
    Database(const std::string& path, const JsonView& options_json)
        : handle_(open(path, detail::CText("options_json", options_json.view()).c_str())) {}

    /// Takes over a handle of beaver.h.
    explicit Database(beaver_db* handle) noexcept : handle_(handle) {}

    /// The handle for functions of beaver.h; it stays this object's.
    beaver_db* handle() const noexcept { return handle_.get(); }

    /// Closes the database for everything of it: what other threads are doing ends as Closed. Closing again does
    /// nothing.
    void close() { detail::call(beaver_db_close, handle()); }

    /// Finishes the running write, ends reads and waits, and lets go of the file; calls fail as Paused until resume().
    void pause() { detail::call(beaver_db_pause, handle()); }

    /// Opens the file again after a pause.
    void resume() { detail::call(beaver_db_resume, handle()); }

    /// Ends what other threads are doing right now as Interrupted; nothing that begins later.
    void interrupt() const { detail::call(beaver_db_interrupt, handle()); }

    /// Opens the dict of that name. Nothing is created until something is stored. Names have 1 to 255 bytes and do not
    /// begin with "__". Its values are JSON text, or of the type that is named, as for all structures:
    /// `db.dict<User>("users")`. See json_traits.
    template <class T = Text>
    DictOf<T> dict(std::string_view name) const {
        return make<DictOf<T>>(beaver_db_dict, name);
    }

    /// Opens the list of that name.
    template <class T = Text>
    ListOf<T> list(std::string_view name) const {
        return make<ListOf<T>>(beaver_db_list, name);
    }

    /// Opens the queue of that name.
    template <class T = Text>
    QueueOf<T> queue(std::string_view name) const {
        return make<QueueOf<T>>(beaver_db_queue, name);
    }

    /// Opens the blob store of that name.
    Blobs blobs(std::string_view name) const { return make<Blobs>(beaver_db_blobs, name); }

    /// Opens the log of that name.
    template <class T = Text>
    LogOf<T> log(std::string_view name) const {
        return make<LogOf<T>>(beaver_db_log, name);
    }

    /// Opens the collection of that name.
    template <class T = Text>
    CollectionOf<T> collection(std::string_view name) const {
        return make<CollectionOf<T>>(beaver_db_collection, name);
    }

    /// Opens the channel of that name.
    template <class T = Text>
    ChannelOf<T> channel(std::string_view name) const {
        return make<ChannelOf<T>>(beaver_db_channel, name);
    }

    /// Makes an owner of the lock of that name.
    Lock lock(std::string_view name) const { return make<Lock>(beaver_db_lock, name); }

    /// Begins to collect changes that are to be made in one commit.
    Batch batch() const {
        beaver_batch* batch = nullptr;
        detail::call(beaver_db_batch, handle(), &batch);
        return Batch(batch);
    }

    /// Listens to an event of a topic, in this process and all others, from now on: a topic of your own, as emit() names
    /// it, or that of a structure, "dict:app_config". The event "*" stands for all of the topic. The payloads are JSON text,
    /// or of the type that is named.
    template <class T = Text>
    Feed<EventOf<T>> on(std::string_view topic, std::string_view event) const {
        const auto function = [&](const beaver_db* db, const char* text, beaver_subscription** out, beaver_error** error) {
            return beaver_db_on(db, detail::CText("topic", topic).c_str(), text, out, error);
        };
        return detail::events<T>(function, handle(), event);
    }

    /// The same with a function that is called for each event, from a thread of its own.
    template <class T = Text, class Function>
    Listener on(std::string_view topic, std::string_view event, Function function, OnError on_error = {}) const {
        return Listener(on<T>(topic, event), std::move(function), std::move(on_error));
    }

    /// Tells those who listen to an event of a topic, in any process, and whether anybody does. If nobody does, nothing is
    /// written.
    bool emit(std::string_view topic, std::string_view event, const JsonView& payload) {
        bool heard = false;
        detail::call(beaver_db_emit, handle(), detail::CText("topic", topic).c_str(),
                     detail::CText("event", event).c_str(), payload.data(), payload.size(), &heard);
        return heard;
    }

    /// What the database holds.
    Info info() const {
        detail::Buffer json;
        detail::call(beaver_db_info, handle(), json.out());
        Info info;
        detail::each_member(json.view(), [&](std::string_view key, std::string_view value) {
            if (detail::is(key, "path") && value != "null") info.path = plain_string(value);
            if (detail::is(key, "format")) info.format = detail::integer<std::uint32_t>(value);
            if (detail::is(key, "structures"))
                detail::each_part(value, [&](std::string_view part) { info.structures.push_back(structure(part)); });
        });
        return info;
    }

    /// The names of one kind ("dict", "list", "queue", "blob", "log", "collection", "channel", "lock") that hold anything,
    /// sorted.
    std::vector<std::string> names(std::string_view kind) const {
        detail::Buffer json;
        detail::call(beaver_db_names, handle(), detail::CText("kind", kind).c_str(), json.out());
        return detail::texts(json.view());
    }

    /// Reads the whole file and checks it. Damage is no error but a finding.
    Verification verify() const {
        detail::Buffer json;
        detail::call(beaver_db_verify, handle(), json.out());
        Verification found;
        detail::each_member(json.view(), [&](std::string_view key, std::string_view value) {
            if (detail::is(key, "ok")) found.ok = value == "true";
            if (detail::is(key, "problems")) found.problems = detail::texts(value);
        });
        return found;
    }

    /// Makes everything anew that is derived from the documents of all collections, in small steps, and verifies the
    /// file. `progress(done, total)` returns false or throws to stop it.
    template <class Progress = decltype(&detail::unwatched)>
    Repair repair(Progress progress = detail::unwatched) {
        detail::Buffer json;
        detail::watched(std::move(progress), [&](beaver_progress_fn function, void* userdata) {
            detail::call(beaver_db_repair, handle(), function, userdata, beaver_destroy_fn{nullptr}, json.out());
        });
        Repair repair;
        detail::each_member(json.view(), [&](std::string_view key, std::string_view value) {
            if (detail::is(key, "rebuilt")) repair.rebuilt = detail::texts(value);
            if (detail::is(key, "problems")) repair.problems = detail::texts(value);
        });
        return repair;
    }

    /// Sizes and counts for diagnosis, in constant time.
    Stats stats() const {
        detail::Buffer json;
        detail::call(beaver_db_stats, handle(), json.out());
        Stats stats;
        detail::each_member(json.view(), [&](std::string_view key, std::string_view value) {
            const auto count = [&] { return detail::integer<std::uint64_t>(value); };
            if (detail::is(key, "file_bytes")) stats.file_bytes = count();
            if (detail::is(key, "free_bytes")) stats.free_bytes = count();
            if (detail::is(key, "wal_bytes")) stats.wal_bytes = count();
            if (detail::is(key, "readers")) stats.readers = count();
            if (detail::is(key, "waiters")) stats.waiters = count();
            if (detail::is(key, "writers_waiting")) stats.writers_waiting = count();
            if (detail::is(key, "cache_hits")) stats.cache_hits = count();
            if (detail::is(key, "cache_misses")) stats.cache_misses = count();
        });
        return stats;
    }

    /// Rewrites the file without its free pages; needs as much room on the disk again.
    void vacuum() { detail::call(beaver_db_vacuum, handle()); }

    /// Moves the write-ahead log into the file and empties it.
    void checkpoint() { detail::call(beaver_db_checkpoint, handle()); }

    /// Copies the whole database into another file while others go on working; a file that is there is replaced when
    /// the copy is whole.
    void backup(const std::string& path) const { backup(path, detail::unwatched); }

    /// The same, telling `progress(done, total)` how far it is, in pages; it returns false or throws to stop the
    /// backup.
    template <class Progress>
    void backup(const std::string& path, Progress progress) const {
        detail::watched(std::move(progress), [&](beaver_progress_fn function, void* userdata) {
            detail::call(beaver_db_backup, handle(), detail::CText("path", path).c_str(), function, userdata,
                         beaver_destroy_fn{nullptr});
        });
    }

    /// Puts a backup in the place of a database that nobody has open. The backup is verified first; the database is
    /// replaced as a whole, or not at all.
    static void restore(const std::string& backup, const std::string& path) {
        restore(backup, path, detail::unwatched);
    }

    /// The same, telling `progress(done, total)` how far it is.
    template <class Progress>
    static void restore(const std::string& backup, const std::string& path, Progress progress) {
        detail::watched(std::move(progress), [&](beaver_progress_fn function, void* userdata) {
            detail::call(beaver_db_restore, detail::CText("backup", backup).c_str(),
                         detail::CText("path", path).c_str(), function, userdata, beaver_destroy_fn{nullptr});
        });
    }

    /// Sets who receives the database's diagnostics, in the place of whom it was before; nobody for an empty function.
    void set_log(LogSink sink) {
        if (!sink) {
            detail::call(beaver_db_set_log, handle(), beaver_log_fn{nullptr}, static_cast<void*>(nullptr),
                         beaver_destroy_fn{nullptr});
            return;
        }
        const beaver_log_fn receive = [](void* userdata, std::int32_t level, const char* target,
                                         const char* message) noexcept {
            try {
                (*static_cast<const LogSink*>(userdata))(static_cast<LogLevel>(level), target, message);
            } catch (...) {  // nobody is there to be told
            }
        };
        const beaver_destroy_fn destroy = [](void* userdata) noexcept { delete static_cast<LogSink*>(userdata); };
        void* const userdata = std::make_unique<LogSink>(std::move(sink)).release();
        detail::call(beaver_db_set_log, handle(), receive, userdata, destroy);
    }

private:
    static beaver_db* open(const std::string& path, const char* options) {
        beaver_db* db = nullptr;
        detail::call(beaver_db_open, detail::CText("path", path).c_str(), options, &db);
        return db;
    }

    template <class Object, class C>
    Object make(beaver_status (*function)(const beaver_db*, const char*, C**, beaver_error**),
                std::string_view name) const {
        C* object = nullptr;
        detail::call(function, handle(), detail::CText("name", name).c_str(), &object);
        return Object(object);
    }

    static StructureInfo structure(std::string_view json) {
        StructureInfo info;
        detail::each_member(json, [&](std::string_view key, std::string_view value) {
            if (detail::is(key, "kind")) info.kind = plain_string(value);
            if (detail::is(key, "name")) info.name = plain_string(value);
            if (detail::is(key, "count")) info.count = detail::integer<std::uint64_t>(value);
        });
        return info;
    }

    detail::Handle<beaver_db> handle_;
};

}  // namespace beaver

#endif
