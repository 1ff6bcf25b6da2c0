/* Dumping and loading through the C API: whole and piece by piece, each kind. */
#include "common.h"

static beaver_db *db;

/* A pipe in memory between a dump and a load, which also counts how often it is destroyed. */
struct pipe {
    uint8_t bytes[65536];
    size_t written, read, limit;
    int destroyed;
};

static struct pipe pipe_;

static bool on_write(void *userdata, const uint8_t *data, size_t len) {
    struct pipe *pipe = userdata;
    if (pipe->written + len > pipe->limit) return false;
    memcpy(pipe->bytes + pipe->written, data, len);
    pipe->written += len;
    return true;
}

static int64_t on_read(void *userdata, uint8_t *buffer, size_t capacity) {
    struct pipe *pipe = userdata;
    size_t left = pipe->written - pipe->read, len = left < capacity ? left : capacity;
    if (len > 10) len = 10;
    if (pipe->read + len > pipe->limit) return -1;
    memcpy(buffer, pipe->bytes + pipe->read, len);
    pipe->read += len;
    return (int64_t)len;
}

static void on_destroy(void *userdata) {
    ((struct pipe *)userdata)->destroyed++;
}

static void empty_pipe(size_t limit) {
    memset(&pipe_, 0, sizeof pipe_);
    pipe_.limit = limit;
}

#define EVERY(kind, open, fill, expected)                                                                            \
    static void dumps_and_loads_##kind(void) {                                                                       \
        beaver_##kind *from = NULL, *to = NULL;                                                                      \
        CHECK_OK(open(db, "from", &from, NULL));                                                                     \
        CHECK_OK(open(db, "to", &to, NULL));                                                                         \
        CHECK_OK(fill);                                                                                              \
        beaver_buf text;                                                                                             \
        CHECK_OK(beaver_##kind##_dump(from, NULL, &text, NULL));                                                     \
        CHECK(text.data != NULL && strstr((const char *)text.data, expected) != NULL);                               \
        CHECK_COUNTS(1, beaver_##kind##_load(to, (const char *)text.data, text.len, NULL, &count, NULL));            \
        beaver_buf_free(&text);                                                                                      \
        empty_pipe(sizeof pipe_.bytes);                                                                              \
        CHECK_OK(beaver_##kind##_dump_to(to, "{\"format\":\"jsonl\"}", on_write, &pipe_, on_destroy, NULL));         \
        CHECK_INT(1, pipe_.destroyed);                                                                               \
        CHECK_COUNTS(1, beaver_##kind##_load_from(to, on_read, &pipe_, on_destroy, "{\"mode\":\"append\"}", &count, NULL)); \
        CHECK_INT(2, pipe_.destroyed);                                                                               \
        /* The pipe is empty now, and nothing is no dump. */                                                         \
        CHECK(beaver_##kind##_load_from(to, on_read, &pipe_, NULL, NULL, NULL, NULL) >= BEAVER_INVALID_ARGUMENT);    \
        beaver_##kind##_free(from);                                                                                  \
        beaver_##kind##_free(to);                                                                                    \
    }

EVERY(dict, beaver_db_dict, beaver_dict_set(from, "k", "{ \"a\":1.50}", Z, 0, NULL), "{\"key\":\"k\",\"value\":{ \"a\":1.50}}")
EVERY(list, beaver_db_list, beaver_list_push(from, "1.50", Z, NULL), "1.50")
EVERY(queue, beaver_db_queue, beaver_queue_put(from, "1.50", Z, 2, NULL), "\"data\":1.50")
EVERY(blobs, beaver_db_blobs, beaver_blobs_put(from, "k", (const uint8_t *)"abc", 3, NULL, 0, NULL), "\"data_b64\":\"YWJj\"")
EVERY(log, beaver_db_log, beaver_log_append(from, "1.50", Z, NULL, NULL), "\"data\":1.50")

EVERY(collection, beaver_db_collection, beaver_collection_index(from, "k", "{ \"a\":1.50}", Z, (const float[]){0.5f, 1}, 2, NULL, NULL, NULL, NULL),
      "{\"id\":\"k\",\"embedding\":[0.5,1],\"body\":{ \"a\":1.50}")

static void is_stopped_by_a_callback(void) {
    beaver_dict *dict = NULL;
    CHECK_OK(beaver_db_dict(db, "from", &dict, NULL));
    empty_pipe(5);
    CHECK_FAILS(BEAVER_INTERRUPTED, "callback", beaver_dict_dump_to(dict, NULL, on_write, &pipe_, on_destroy, &error));
    CHECK_INT(1, pipe_.destroyed);
    empty_pipe(sizeof pipe_.bytes);
    CHECK_OK(beaver_dict_dump_to(dict, NULL, on_write, &pipe_, on_destroy, NULL));
    pipe_.limit = 20;
    CHECK_FAILS(BEAVER_INTERRUPTED, "callback", beaver_dict_load_from(dict, on_read, &pipe_, on_destroy, NULL, NULL, &error));
    CHECK_INT(2, pipe_.destroyed);
    CHECK_COUNTS(1, beaver_dict_len(dict, &count, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "write is NULL", beaver_dict_dump_to(dict, NULL, NULL, &pipe_, on_destroy, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "read is NULL", beaver_dict_load_from(dict, NULL, &pipe_, on_destroy, NULL, NULL, &error));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_dict_dump_to(NULL, NULL, on_write, &pipe_, on_destroy, NULL));
    CHECK_INT(5, pipe_.destroyed);
    beaver_dict_free(dict);
}

static void refuses_what_is_no_dump(void) {
    beaver_dict *dict = NULL;
    CHECK_OK(beaver_db_dict(db, "from", &dict, NULL));
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_dict_load(dict, "{", Z, NULL, NULL, NULL));
    CHECK_STATUS(BEAVER_TYPE_MISMATCH, beaver_dict_load(dict, "{\"metadata\":{\"type\":\"List\",\"name\":\"x\",\"count\":0},\"items\":[]}", Z, NULL, NULL, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "merge", beaver_dict_load(dict, "{}", Z, "{\"mode\":\"merge\"}", NULL, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "text is NULL", beaver_dict_load(dict, NULL, 0, NULL, NULL, &error));
    CHECK_GIVES_NOTHING(BEAVER_INVALID_ARGUMENT, beaver_dict_dump(dict, "{\"format\":\"xml\"}", &buf, NULL));
    CHECK_COUNTS(1, beaver_dict_len(dict, &count, NULL));
    beaver_dict_free(dict);
}

int main(void) {
    db = open_db("dump.db");
    RUN(dumps_and_loads_dict);
    RUN(dumps_and_loads_list);
    RUN(dumps_and_loads_queue);
    RUN(dumps_and_loads_blobs);
    RUN(dumps_and_loads_log);
    RUN(dumps_and_loads_collection);
    RUN(is_stopped_by_a_callback);
    RUN(refuses_what_is_no_dump);
    beaver_db_free(db);
    return check_end();
}
