/* Writes a file of every structure through the C API, for other programs to read: `write_ours write FILE`.
 * `write_ours read-foreign FILE` then checks what the machine's sqlite3 changed in it (the system-sqlite step).
 * What is written is told once more in ours.expected.json, as BeaverDB 1.3.0 has to find it. */
#include "check.h"

static beaver_db *db = NULL;

static void open_file(const char *path) {
    REQUIRE(CHECK_OK(beaver_db_open(path, NULL, &db, NULL)));
}

static void close_file(void) {
    CHECK_OK(beaver_db_close(db, NULL));
    beaver_db_free(db);
}

static void put(const beaver_dict *dict, const char *key, const char *json, double ttl_seconds) {
    CHECK_OK(beaver_dict_set(dict, key, json, BEAVER_NUL_TERMINATED, ttl_seconds, NULL));
}

static void write_dict(void) {
    beaver_dict *dict = NULL;
    REQUIRE(CHECK_OK(beaver_db_dict(db, "users", &dict, NULL)));
    put(dict, "ada", "{\"name\":\"Ada\"}", 0);
    put(dict, "lives long", "1", 3e9);
    put(dict, "number", "12345678901234567890", 0);
    put(dict, "\xd0\xba\xd0\xbb\xd1\x8e\xd1\x87", "\"\xf0\x9f\xa6\xab\"", 0);
    put(dict, "", "null", 0);
    beaver_dict_free(dict);
}

static void write_list(void) {
    beaver_list *list = NULL;
    REQUIRE(CHECK_OK(beaver_db_list(db, "letters", &list, NULL)));
    CHECK_OK(beaver_list_push(list, "\"c\"", BEAVER_NUL_TERMINATED, NULL));
    CHECK_OK(beaver_list_prepend(list, "\"a\"", BEAVER_NUL_TERMINATED, NULL));
    CHECK_OK(beaver_list_insert(list, 1, "\"b\"", BEAVER_NUL_TERMINATED, NULL));
    beaver_list_free(list);

    /* More insertions at one place than 1.x could stand: ours makes room, and 1.x must still read the order. */
    REQUIRE(CHECK_OK(beaver_db_list(db, "crowded", &list, NULL)));
    CHECK_OK(beaver_list_push(list, "\"first\"", BEAVER_NUL_TERMINATED, NULL));
    CHECK_OK(beaver_list_push(list, "\"last\"", BEAVER_NUL_TERMINATED, NULL));
    for (int number = 0; number < 100; number++) {
        char json[16];
        snprintf(json, sizeof json, "%d", number);
        CHECK_OK(beaver_list_insert(list, 1, json, BEAVER_NUL_TERMINATED, NULL));
    }
    beaver_list_free(list);
}

static void write_queue(void) {
    beaver_queue *queue = NULL;
    REQUIRE(CHECK_OK(beaver_db_queue(db, "tasks", &queue, NULL)));
    CHECK_OK(beaver_queue_put(queue, "\"low\"", BEAVER_NUL_TERMINATED, 10, NULL));
    CHECK_OK(beaver_queue_put(queue, "\"first of equals\"", BEAVER_NUL_TERMINATED, 5, NULL));
    CHECK_OK(beaver_queue_put(queue, "\"second of equals\"", BEAVER_NUL_TERMINATED, 5, NULL));
    CHECK_OK(beaver_queue_put(queue, "{\"job\":[1,2]}", BEAVER_NUL_TERMINATED, -1.5, NULL));
    beaver_queue_free(queue);
}

static void write_blobs(void) {
    static const uint8_t bytes[] = {0x00, 0x01, 0xfe, 0xff};
    beaver_blobs *blobs = NULL;
    REQUIRE(CHECK_OK(beaver_db_blobs(db, "files", &blobs, NULL)));
    CHECK_OK(beaver_blobs_put(blobs, "plain", bytes, sizeof bytes, NULL, 0, NULL));
    CHECK_OK(beaver_blobs_put(blobs, "told about", bytes, 1, "{\"mime\":\"a/b\"}", BEAVER_NUL_TERMINATED, NULL));
    CHECK_OK(beaver_blobs_put(blobs, "empty", bytes, 0, NULL, 0, NULL));
    beaver_blobs_free(blobs);
}

static void write_log(void) {
    beaver_log *log = NULL;
    REQUIRE(CHECK_OK(beaver_db_log(db, "metrics", &log, NULL)));
    int64_t at_us = 0;
    CHECK_OK(beaver_log_append_at(log, "2", BEAVER_NUL_TERMINATED, INT64_C(1709208002000002), &at_us, NULL));
    CHECK_OK(beaver_log_append_at(log, "1", BEAVER_NUL_TERMINATED, INT64_C(1709208001000001), &at_us, NULL));
    CHECK_OK(beaver_log_append_at(log, "\"early\"", BEAVER_NUL_TERMINATED, INT64_C(86400000000), &at_us, NULL));
    beaver_log_free(log);
}

static void index_document(const beaver_collection *articles, const char *id, const char *body, const float *vector) {
    CHECK_OK(beaver_collection_index(articles, id, body, BEAVER_NUL_TERMINATED, vector, vector == NULL ? 0 : 3,
                                     "{\"fuzzy\": true}", NULL, NULL, NULL));
}

static void write_collection(void) {
    beaver_collection *articles = NULL;
    const float dam[] = {1, 0, 0}, lodge[] = {0.5f, 0.25f, 0}, moved[] = {0, 0, 1};
    REQUIRE(CHECK_OK(beaver_db_collection(db, "articles", &articles, NULL)));
    index_document(articles, "dam", "{\"title\":\"How a beaver builds a dam\",\"by\":{\"name\":\"Ada\"}}", dam);
    index_document(articles, "lodge", "{\"title\":\"nothing yet\"}", dam);
    index_document(articles, "lodge", "{\"title\":\"Life in the lodge\",\"pages\":12}", lodge);
    index_document(articles, "note", "{\"title\":\"A note without an embedding\"}", NULL);
    index_document(articles, "gone", "{\"title\":\"soon gone\"}", moved);
    CHECK_OK(beaver_collection_connect(articles, "dam", "lodge", "next", NULL, NULL));
    CHECK_OK(beaver_collection_connect(articles, "dam", "gone", "next", NULL, NULL));
    CHECK_OK(beaver_collection_drop(articles, "gone", NULL));
    beaver_collection_free(articles);
}

static void reads_what_sqlite3_wrote(void) {
    beaver_dict *dict = NULL;
    beaver_buf json;
    memset(&json, 0, sizeof json);
    REQUIRE(CHECK_OK(beaver_db_dict(db, "users", &dict, NULL)));
    CHECK_OK(beaver_dict_get(dict, "foreign", &json, NULL));
    CHECK_STR("\"written by sqlite3\"", (const char *)json.data);
    beaver_buf_free(&json);
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_dict_get(dict, "ada", &json, NULL));
    beaver_dict_free(dict);

    beaver_list *list = NULL;
    REQUIRE(CHECK_OK(beaver_db_list(db, "letters", &list, NULL)));
    uint64_t length = 0;
    CHECK_OK(beaver_list_len(list, &length, NULL));
    CHECK_INT(4, length);
    CHECK_OK(beaver_list_get(list, -1, &json, NULL));
    CHECK_STR("\"z\"", (const char *)json.data);
    beaver_buf_free(&json);
    beaver_list_free(list);
}

int main(int argc, char **argv) {
    REQUIRE(argc == 3);
    open_file(argv[2]);
    if (strcmp(argv[1], "write") == 0) {
        RUN(write_dict);
        RUN(write_list);
        RUN(write_queue);
        RUN(write_blobs);
        RUN(write_log);
        RUN(write_collection);
    } else {
        RUN(reads_what_sqlite3_wrote);
    }
    close_file();
    return check_end();
}
