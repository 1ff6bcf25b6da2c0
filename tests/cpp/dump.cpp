// Dumps through beaver.hpp: texts, streams and functions.
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "check.hpp"

// A dump in lines without the first, which tells when it was made.
static std::string items(const std::string& lines) { return lines.substr(lines.find('\n')); }

template <class Structure>
static void comes_back(Structure from, Structure to) {
    const auto text = from.dump();
    CHECK_INT(from.size(), to.load(text));
    CHECK_INT(from.size(), to.size());
    std::ostringstream lines;
    from.dump(lines, beaver::DumpFormat::JsonLines);
    std::istringstream in(lines.str());
    CHECK_INT(from.size(), to.load(in, beaver::LoadMode::Replace));
    CHECK_INT(from.size(), to.size());
    CHECK(items(lines.str()) == items(from.dump(beaver::DumpFormat::JsonLines)));
}

static void every_structure() {
    beaver::Database db(":memory:");
    db.dict("a").set_many({{"k", "1"}, {"j", "[2]"}});
    db.list("a").extend({"1", R"("two")"});
    db.queue("a").put_many({{"1", 2.0}, {"2", 1.0}});
    db.blobs("a").put("k", "bytes", "{}");
    db.log("a").append("1");
    db.collection("a").index_many({{"k", "1", std::vector<float>{0.5f, 1}}, {"j", "[2]"}});
    comes_back(db.dict("a"), db.dict("b"));
    comes_back(db.list("a"), db.list("b"));
    comes_back(db.queue("a"), db.queue("b"));
    comes_back(db.blobs("a"), db.blobs("b"));
    comes_back(db.log("a"), db.log("b"));
    comes_back(db.collection("a"), db.collection("b"));
    CHECK_TEXT("[2]", db.dict("b").get("j"));
    CHECK_TEXTS("1,\"two\"", db.list("b").items());
    CHECK_THROWS(ErrorKind::TypeMismatch, "", db.list("b").load(db.dict("a").dump()));
    CHECK_THROWS(ErrorKind::InvalidJson, "", db.list("b").load("{"));
    CHECK_INT(2, db.list("b").load(db.list("a").dump(), beaver::LoadMode::Append));
    CHECK_INT(4, db.list("b").size());
}

static void piece_by_piece() {
    beaver::Database db("pieces.db");
    beaver::List list = db.list("a");
    list.extend(std::vector<std::string>(20000, R"("some text that makes the dump long")"));
    std::string text;
    int pieces = 0;
    list.dump_to([&](std::string_view piece) {
        text += piece;
        pieces++;
    });
    CHECK(pieces > 1);
    std::size_t at = 0;
    const auto give = [&](char* buffer, std::size_t capacity) {
        const std::size_t given = text.copy(buffer, capacity < 1000 ? capacity : 1000, at);
        at += given;
        return given;
    };
    CHECK_INT(20000, db.list("b").load_from(give));
    CHECK_INT(20000, db.list("b").size());
}

static void what_functions_throw_comes_out() {
    beaver::Database db("throws.db");
    beaver::List list = db.list("a");
    list.extend(std::vector<std::string>(20000, R"("some text that makes the dump long")"));
    const auto caught = [](auto call) {
        try {
            call();
        } catch (const std::exception& error) {
            return std::string(error.what());
        }
        return std::string("nothing");
    };
    CHECK_STR("enough", caught([&] { list.dump_to([](std::string_view) { throw std::runtime_error("enough"); }); }).c_str());
    CHECK_THROWS(ErrorKind::Interrupted, "", list.dump_to([](std::string_view) { return false; }));
    CHECK_STR("no more", caught([&] {
        list.load_from([](char*, std::size_t) -> std::size_t { throw std::runtime_error("no more"); });
    }).c_str());
    std::ofstream closed;
    bool failed = false;
    try {
        list.dump(closed);
    } catch (const std::ios_base::failure&) {
        failed = true;
    }
    CHECK(failed);
    std::ifstream missing("missing.json");
    failed = false;
    try {
        list.load(missing);
    } catch (const std::ios_base::failure&) {
        failed = true;
    }
    CHECK(failed);
    CHECK_INT(20000, list.size());
}

static void files() {
    beaver::Database db("files.db");
    db.dict("a").set_many({{"k", "1"}, {"j", "2"}});
    {
        std::ofstream file("dump.json");
        db.dict("a").dump(file);
    }
    std::ifstream file("dump.json");
    CHECK_INT(2, db.dict("b").load(file));
    CHECK_TEXTS("j,k", db.dict("b").keys());
}

int main() {
    RUN(every_structure);
    RUN(piece_by_piece);
    RUN(what_functions_throw_comes_out);
    RUN(files);
    return check_end();
}
