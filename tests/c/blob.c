/* Blobs through the C API: whole and piece by piece. */
#include "common.h"

static beaver_db *db;
static beaver_blobs *blobs;

static void fresh(const char *name) {
    beaver_blobs_free(blobs);
    REQUIRE(CHECK_OK(beaver_db_blobs(db, name, &blobs, NULL)));
}

static void has(const char *key, const void *bytes, size_t len, const char *metadata) {
    beaver_buf data, told;
    CHECK_OK(beaver_blobs_get(blobs, key, &data, &told, NULL));
    CHECK_INT(len, data.len);
    CHECK(data.data != NULL && memcmp(data.data, bytes, len) == 0 && data.data[len] == 0);
    CHECK_STR(metadata, (const char *)told.data);
    beaver_buf_free(&data);
    beaver_buf_free(&told);
}

static void stores_bytes(void) {
    static const uint8_t bytes[] = {0x00, 0xff, 0x00};
    fresh("bytes");
    CHECK_OK(beaver_blobs_put(blobs, "a", bytes, 3, NULL, 0, NULL));
    has("a", bytes, 3, NULL);
    CHECK_OK(beaver_blobs_put(blobs, "a", bytes, 1, "{\"mime\": \"x/y\"}", Z, NULL));
    has("a", bytes, 1, "{\"mime\": \"x/y\"}");
    CHECK_OK(beaver_blobs_put(blobs, "", NULL, 0, NULL, 0, NULL));
    has("", "", 0, NULL);
    uint64_t length = 7;
    CHECK_GIVES("{\"mime\": \"x/y\"}", beaver_blobs_stat(blobs, "a", &length, &buf, NULL));
    CHECK_INT(1, length);
    CHECK_OK(beaver_blobs_stat(blobs, "", NULL, NULL, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_blobs_stat(blobs, "b", &length, NULL, NULL));
    CHECK_INT(0, length);
    beaver_buf told;
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_blobs_get(blobs, "b", &buf, &told, NULL));
    CHECK(told.data == NULL);
    CHECK_FLAG(true, beaver_blobs_contains(blobs, "a", &flag, NULL));
    CHECK_ROWS("[\"\",\"a\"]", beaver_blobs_keys(blobs, &iter, NULL));
    CHECK_COUNTS(2, beaver_blobs_len(blobs, &count, NULL));
    CHECK_OK(beaver_blobs_delete(blobs, "a", NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_blobs_delete(blobs, "a", NULL));
    CHECK_COUNTS(1, beaver_blobs_clear(blobs, &count, NULL));
}

static void is_written_piece_by_piece(void) {
    fresh("written");
    beaver_blob_writer *writer = NULL;
    CHECK_OK(beaver_blobs_writer(blobs, "a", "{\"n\":1}", Z, &writer, NULL));
    CHECK_OK(beaver_blob_writer_write(writer, (const uint8_t *)"hello ", 6, NULL));
    CHECK_OK(beaver_blob_writer_write(writer, NULL, 0, NULL));
    CHECK_OK(beaver_blob_writer_write(writer, (const uint8_t *)"world", 5, NULL));
    CHECK_FLAG(false, beaver_blobs_contains(blobs, "a", &flag, NULL));
    CHECK_OK(beaver_blob_writer_finish(writer, NULL));
    has("a", "hello world", 11, "{\"n\":1}");
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_blob_writer_write(writer, (const uint8_t *)"x", 1, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_blob_writer_finish(writer, NULL));
    beaver_blob_writer_free(writer);

    CHECK_OK(beaver_blobs_writer(blobs, "a", NULL, 0, &writer, NULL));
    CHECK_OK(beaver_blob_writer_write(writer, (const uint8_t *)"other", 5, NULL));
    CHECK_OK(beaver_blob_writer_abort(writer, NULL));
    beaver_blob_writer_free(writer);
    CHECK_OK(beaver_blobs_writer(blobs, "a", NULL, 0, &writer, NULL));
    CHECK_OK(beaver_blob_writer_write(writer, (const uint8_t *)"other", 5, NULL));
    beaver_blob_writer_free(writer); /* gives up */
    has("a", "hello world", 11, "{\"n\":1}");
}

/* Two million bytes, which differ from place to place. */
static void is_read_piece_by_piece(void) {
    fresh("read");
    size_t size = 2000000, done = 0, len = 0;
    uint8_t *bytes = malloc(size), *back = malloc(size);
    REQUIRE(bytes != NULL && back != NULL);
    for (size_t at = 0; at < size; at++) bytes[at] = (uint8_t)(at * 31 + at / 251);
    CHECK_OK(beaver_blobs_put(blobs, "large", bytes, size, NULL, 0, NULL));
    beaver_blob_reader *reader = NULL;
    CHECK_OK(beaver_blobs_reader(blobs, "large", &reader, NULL));
    CHECK_COUNTS(size, beaver_blob_reader_len(reader, &count, NULL));
    CHECK_OK(beaver_blobs_delete(blobs, "large", NULL)); /* it stays as it was for the reader */
    CHECK_OK(beaver_blob_reader_read(reader, NULL, 0, &len, NULL));
    CHECK_INT(0, len);
    beaver_status status;
    while ((status = beaver_blob_reader_read(reader, back + done, size - done < 99999 ? size - done + 1 : 99999, &len, NULL)) == BEAVER_OK) {
        REQUIRE(len > 0 && done + len <= size);
        done += len;
    }
    CHECK_STATUS(BEAVER_END, status);
    CHECK_INT(size, done);
    CHECK(memcmp(bytes, back, size) == 0);
    beaver_blob_reader_free(reader);
    reader = (beaver_blob_reader *)bytes;
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_blobs_reader(blobs, "none", &reader, NULL));
    CHECK(reader == NULL);
    free(bytes);
    free(back);
}

static void is_acquired_by_one(void) {
    fresh("acquired");
    beaver_blobs *mine = NULL;
    CHECK_OK(beaver_blobs_acquire(blobs, 0, 60, &mine, NULL));
    CHECK_FLAG(true, beaver_blobs_locked(blobs, &flag, NULL));
    CHECK_OK(beaver_blobs_put(mine, "a", (const uint8_t *)"x", 1, NULL, 0, NULL));
    CHECK_OK(beaver_blobs_renew(mine, 60, NULL));
    CHECK_OK(beaver_blobs_release(mine, NULL));
    beaver_blobs_free(mine);
}

int main(void) {
    db = open_db("blob.db");
    RUN(stores_bytes);
    RUN(is_written_piece_by_piece);
    RUN(is_read_piece_by_piece);
    RUN(is_acquired_by_one);
    beaver_blobs_free(blobs);
    beaver_db_free(db);
    return check_end();
}
