// Blob stores and their streams through beaver.hpp.
#include <array>
#include <cstddef>

#include "check.hpp"

static void bytes_by_key() {
    beaver::Database db(":memory:");
    beaver::Blobs blobs = db.blobs("files");
    blobs.put("text", "a literal", R"({"type": "text"})");
    blobs.put("string", std::string("with\0nul", 8));
    blobs.put("bytes", beaver::Bytes{0, 255, 10});
    blobs.put("array", std::array<std::byte, 2>{std::byte{1}, std::byte{2}}, "null");
    blobs.put("pointer", {"abcdef", 3});
    blobs.put("empty", beaver::Bytes{});
    const auto text = blobs.get("text");
    REQUIRE(text);
    CHECK_INT(9, text->data.size());
    CHECK_TEXT(R"({"type": "text"})", text->metadata);
    CHECK_INT(8, blobs.get("string")->data.size());
    CHECK(blobs.get("bytes")->data == (beaver::Bytes{0, 255, 10}));
    CHECK(!blobs.get("bytes")->metadata);
    CHECK_TEXT("(none)", blobs.get("array")->metadata);
    CHECK(blobs.get("empty")->data.empty());
    CHECK_INT(3, blobs.stat("pointer")->size);
    CHECK_TEXT("(none)", blobs.stat("pointer")->metadata);
    CHECK(!blobs.stat("missing"));
    CHECK(!blobs.get("missing"));
    CHECK_TEXTS("array,bytes,empty,pointer,string,text", blobs.keys());
    CHECK(blobs.contains("text"));
    CHECK(blobs.erase("text"));
    CHECK(!blobs.erase("text"));
    CHECK_INT(5, blobs.size());
    CHECK_THROWS(ErrorKind::InvalidJson, "", blobs.put("k", "x", "{"));
    CHECK_INT(5, blobs.clear());
}

static void piece_by_piece() {
    beaver::Database db("streams.db");
    beaver::Blobs blobs = db.blobs("files");
    beaver::BlobWriter writer = blobs.writer("big", "[1]");
    const beaver::Bytes piece(100000, 7);
    for (int at = 0; at < 3; at++) writer.write(piece);
    writer.write("end");
    CHECK(!blobs.contains("big"));
    writer.finish();
    CHECK_THROWS(ErrorKind::InvalidArgument, "", writer.write("more"));

    auto reader = blobs.reader("big");
    REQUIRE(reader);
    blobs.put("big", "another");
    CHECK_INT(300003, reader->size());
    std::size_t total = 0;
    for (beaver::Bytes got; !(got = reader->read(70000)).empty();) total += got.size();
    CHECK_INT(300003, total);
    char byte = 0;
    CHECK_INT(0, reader->read(&byte, 1));
    CHECK(!blobs.reader("missing"));
}

static void what_is_not_finished_is_not_there() {
    beaver::Database db("unfinished.db");
    beaver::Blobs blobs = db.blobs("files");
    auto given_up = blobs.writer("a");
    given_up.write("x");
    given_up.abort();
    { blobs.writer("b").write("x"); }
    CHECK(blobs.empty());
}

int main() {
    RUN(bytes_by_key);
    RUN(piece_by_piece);
    RUN(what_is_not_finished_is_not_there);
    return check_end();
}
