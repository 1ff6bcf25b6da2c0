// The database through beaver.hpp: opening, contents, health, backups, diagnostics.
#include <filesystem>
#include <stdexcept>

#include "check.hpp"

static void options() {
    CHECK_STR("{}", beaver::Options{}.json().c_str());
    beaver::Options all;
    all.read_only = false;
    all.create = true;
    all.durable = true;
    all.busy_timeout = 2s;
    all.cache_kib = 1000;
    all.mmap_bytes = 0;
    all.low_memory = true;
    all.read_cache_bytes = 65536;
    all.portable_watch = true;
    CHECK_STR(R"({"read_only":false,"create":true,"durability":"full","busy_timeout_ms":2000,"cache_kib":1000,)"
              R"("mmap_bytes":0,"low_memory":true,"read_cache_bytes":65536,"portable_watch":true})",
              all.json().c_str());
    beaver::Database db("options.db", all);
    db.dict("d").set("k", "1");

    beaver::Options read_only;
    read_only.read_only = true;
    beaver::Database reading("options.db", read_only);
    CHECK_TEXT("1", reading.dict("d").get("k"));
    CHECK_THROWS(ErrorKind::ReadOnly, "", reading.dict("d").set("k", "2"));

    CHECK_THROWS(ErrorKind::InvalidArgument, "speed", beaver::Database("new.db", R"({"speed": 1})"));
    CHECK_THROWS(ErrorKind::Io, "", beaver::Database("missing.db", R"({"create": false})"));
    CHECK_THROWS(ErrorKind::Io, "", beaver::Database("no/such/folder/a.db"));
}

static void contents() {
    const std::filesystem::path path = std::filesystem::path("a \"folder\"\xc3\xa9") / "contents.db";
    std::filesystem::create_directory(path.parent_path());
    beaver::Database db(path);
    db.dict("config").set("k", "1");
    db.list("a \"name\"").extend({"1", "2"});
    const auto info = db.info();
    CHECK(info.path && info.path->find("a \"folder\"\xc3\xa9") != std::string::npos);
    CHECK(info.format > 0);
    REQUIRE(info.structures.size() == 2);
    std::string all;
    for (const auto& [kind, name, count] : info.structures) all += kind + ' ' + name + ' ' + std::to_string(count) + ", ";
    CHECK_STR("dict config 1, list a \"name\" 2, ", all.c_str());
    CHECK_TEXTS("a \"name\"", db.names("list"));
    CHECK_TEXTS("", db.names("queue"));
    CHECK_THROWS(ErrorKind::InvalidArgument, "", db.names("table"));
    CHECK(!beaver::Database(":memory:").info().path);

    const auto stats = db.stats();
    CHECK(stats.file_bytes > 0 && stats.wal_bytes > 0);
    db.checkpoint();
    CHECK_INT(0, db.stats().wal_bytes);
    db.vacuum();
    const auto found = db.verify();
    CHECK(found.ok && found.problems.empty());
}

static void pauses_and_ends() {
    beaver::Database db("pause.db");
    beaver::Dict dict = db.dict("d");
    dict.set("k", "1");
    db.pause();
    CHECK_THROWS(ErrorKind::Paused, "", dict.get("k"));
    db.resume();
    CHECK_TEXT("1", dict.get("k"));
    db.interrupt();
    CHECK_TEXT("1", dict.get("k"));
    db.close();
    db.close();
    CHECK_THROWS(ErrorKind::Closed, "", dict.get("k"));
}

static void backups() {
    {
        beaver::Database db("backup.db");
        db.dict("d").set("k", "1");
        db.backup("copy.db");
        std::uint64_t last = 0;
        db.backup("copy.db", [&](std::uint64_t done, std::uint64_t total) {
            CHECK(done <= total);
            last = done;
            return true;
        });
        CHECK(last > 0);
        CHECK_THROWS(ErrorKind::Interrupted, "", db.backup("stopped.db", [](std::uint64_t, std::uint64_t) { return false; }));
        bool thrown = false;
        try {
            db.backup("thrown.db", [](std::uint64_t, std::uint64_t) { throw std::runtime_error("enough"); });
        } catch (const std::runtime_error& error) {
            thrown = true;
            CHECK_STR("enough", error.what());
        }
        CHECK(thrown);
        CHECK(!std::filesystem::exists("stopped.db") && !std::filesystem::exists("thrown.db"));
        db.dict("d").set("k", "2");
        CHECK_THROWS(ErrorKind::Busy, "", beaver::Database::restore("copy.db", "backup.db"));
    }
    int steps = 0;
    beaver::Database::restore("copy.db", "backup.db", [&](std::uint64_t, std::uint64_t) { steps++; });
    CHECK(steps > 0);
    CHECK_TEXT("1", beaver::Database("backup.db").dict("d").get("k"));
    CHECK_THROWS(ErrorKind::Corrupt, "", [] {
        std::FILE* file = std::fopen("no.db", "w");
        for (int at = 0; at < 1000; at++) std::fputs("no database", file);
        std::fclose(file);
        beaver::Database::restore("no.db", "backup.db");
    }());
}

static void diagnostics() {
    const auto alive = std::make_shared<int>(0);
    std::string told;
    {
        beaver::Database db("diagnostics.db");
        db.set_log([alive, &told](beaver::LogLevel level, std::string_view target, std::string_view message) {
            CHECK(level >= beaver::LogLevel::Error && level <= beaver::LogLevel::Debug);
            told += std::string(target) + ": " + std::string(message) + '\n';
            throw std::runtime_error("must not get into the library");
        });
        CHECK_INT(2, alive.use_count());
        db.pause();
        db.resume();
        CHECK(!told.empty());
        db.set_log([alive](beaver::LogLevel, std::string_view, std::string_view) {});
        CHECK_INT(2, alive.use_count());
        db.set_log({});
        CHECK_INT(1, alive.use_count());
        db.set_log([alive](beaver::LogLevel, std::string_view, std::string_view) {});
    }
    CHECK_INT(1, alive.use_count());
}

int main() {
    RUN(options);
    RUN(contents);
    RUN(pauses_and_ends);
    RUN(backups);
    RUN(diagnostics);
    return check_end();
}
