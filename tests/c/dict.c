/* Dicts through the C API. */
#include "common.h"
#include <time.h>

static beaver_db *db;
static beaver_dict *dict;

static void fresh(const char *name) {
    beaver_dict_free(dict);
    REQUIRE(CHECK_OK(beaver_db_dict(db, name, &dict, NULL)));
}

static void set(const char *key, const char *json) {
    CHECK_OK(beaver_dict_set(dict, key, json, Z, 0, NULL));
}

static void pause_ms(long ms) {
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static void sets_and_gets(void) {
    fresh("sets");
    set("a", "{\"b\": 1.50}");
    CHECK_GIVES("{\"b\": 1.50}", beaver_dict_get(dict, "a", &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_dict_get(dict, "b", &buf, NULL));
    set("", "null");
    CHECK_GIVES("null", beaver_dict_get(dict, "", &buf, NULL));
    /* A length, with more behind it. */
    CHECK_OK(beaver_dict_set(dict, "a", "[1]garbage", 3, 0, NULL));
    CHECK_GIVES("[1]", beaver_dict_get(dict, "a", &buf, NULL));
    CHECK_FLAG(true, beaver_dict_contains(dict, "a", &flag, NULL));
    CHECK_FLAG(false, beaver_dict_contains(dict, "b", &flag, NULL));
    CHECK_COUNTS(2, beaver_dict_len(dict, &count, NULL));
}

static void deletes(void) {
    fresh("deletes");
    set("a", "1");
    set("b", "2");
    CHECK_OK(beaver_dict_delete(dict, "a", NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_dict_delete(dict, "a", NULL));
    CHECK_GIVES("2", beaver_dict_pop(dict, "b", &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_dict_pop(dict, "b", &buf, NULL));
    set("c", "3");
    CHECK_COUNTS(1, beaver_dict_clear(dict, &count, NULL));
    CHECK_OK(beaver_dict_clear(dict, NULL, NULL));
}

static void sets_under_conditions(void) {
    fresh("conditions");
    CHECK_FLAG(true, beaver_dict_set_if_absent(dict, "a", "1", Z, 0, &flag, NULL));
    CHECK_FLAG(false, beaver_dict_set_if_absent(dict, "a", "2", Z, 0, &flag, NULL));
    CHECK_FLAG(true, beaver_dict_compare_and_set(dict, "a", "1.0", Z, "[2]", Z, 0, &flag, NULL));
    CHECK_FLAG(true, beaver_dict_compare_and_set(dict, "a", " [ 2 ] ", Z, "3", Z, 0, &flag, NULL));
    CHECK_FLAG(false, beaver_dict_compare_and_set(dict, "a", "1", Z, "4", Z, 0, &flag, NULL));
    CHECK_FLAG(false, beaver_dict_compare_and_set(dict, "b", "null", Z, "4", Z, 0, &flag, NULL));
    CHECK_GIVES("3", beaver_dict_get(dict, "a", &buf, NULL));
}

static void expires(void) {
    fresh("expires");
    CHECK_OK(beaver_dict_set(dict, "a", "1", Z, 0.05, NULL));
    CHECK_OK(beaver_dict_set(dict, "b", "2", Z, 1000, NULL));
    CHECK_FLAG(true, beaver_dict_contains(dict, "a", &flag, NULL));
    pause_ms(100);
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_dict_get(dict, "a", &buf, NULL));
    CHECK_COUNTS(1, beaver_dict_len(dict, &count, NULL));
    CHECK_ROWS("[\"b\"]", beaver_dict_keys(dict, &iter, NULL));
}

static void handles_many(void) {
    fresh("many");
    CHECK_OK(beaver_dict_set_many(dict, "{\"a\": 1.0, \"b\": [2,  3], \"a\": 4, \"\\u00e9\": null}", Z, 0, NULL));
    const char *keys[] = {"b", "missing", "a", "\xc3\xa9"};
    CHECK_GIVES("{\"b\":[2,  3],\"a\":4,\"\xc3\xa9\":null}", beaver_dict_get_many(dict, keys, 4, &buf, NULL));
    CHECK_GIVES("{}", beaver_dict_get_many(dict, NULL, 0, &buf, NULL));
    CHECK_ROWS("[{\"key\":\"a\",\"value\":4},{\"key\":\"b\",\"value\":[2,  3]},{\"key\":\"\xc3\xa9\",\"value\":null}]",
               beaver_dict_items(dict, &iter, NULL));
    CHECK_ROWS("[\"a\",\"b\",\"\xc3\xa9\"]", beaver_dict_keys(dict, &iter, NULL));
    CHECK_ROWS("[4,[2,  3],null]", beaver_dict_values(dict, &iter, NULL));
}

static void goes_through_a_thousand(void) {
    fresh("thousand");
    char json[16000];
    size_t length = 0;
    json[length++] = '{';
    for (int number = 0; number < 1000; number++) {
        length += (size_t)snprintf(json + length, sizeof json - length, "%s\"k%03d\":%d", number ? "," : "", number, number);
    }
    json[length++] = '}';
    CHECK_OK(beaver_dict_set_many(dict, json, length, 0, NULL));
    beaver_iter *iter = NULL;
    beaver_buf row;
    int rows = 0;
    CHECK_OK(beaver_dict_keys(dict, &iter, NULL));
    beaver_status status;
    while ((status = beaver_iter_next(iter, &row, NULL)) == BEAVER_OK) {
        char expected[16];
        snprintf(expected, sizeof expected, "\"k%03d\"", rows++);
        CHECK_STR(expected, (const char *)row.data);
        beaver_buf_free(&row);
    }
    CHECK_STATUS(BEAVER_END, status);
    CHECK_INT(1000, rows);
    beaver_iter_free(iter);
}

static void is_acquired_by_one(void) {
    fresh("acquired");
    beaver_dict *mine = NULL, *other = NULL;
    CHECK_OK(beaver_dict_acquire(dict, 0, 60, &mine, NULL));
    CHECK_FLAG(true, beaver_dict_locked(dict, &flag, NULL));
    CHECK_STATUS(BEAVER_TIMEOUT, beaver_dict_acquire(dict, 0, 60, &other, NULL));
    CHECK(other == NULL);
    CHECK_OK(beaver_dict_set(mine, "a", "1", Z, 0, NULL));
    CHECK_OK(beaver_dict_renew(mine, 60, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_dict_renew(dict, 60, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_dict_release(dict, NULL));
    CHECK_OK(beaver_dict_release(mine, NULL));
    CHECK_FLAG(false, beaver_dict_locked(dict, &flag, NULL));
    beaver_dict_free(mine);
}

int main(void) {
    db = open_db("dict.db");
    RUN(sets_and_gets);
    RUN(deletes);
    RUN(sets_under_conditions);
    RUN(expires);
    RUN(handles_many);
    RUN(goes_through_a_thousand);
    RUN(is_acquired_by_one);
    beaver_dict_free(dict);
    beaver_db_free(db);
    return check_end();
}
