/* Logs through the C API. */
#include "common.h"

static beaver_db *db;
static beaver_log *events;

static void fresh(const char *name) {
    beaver_log_free(events);
    REQUIRE(CHECK_OK(beaver_db_log(db, name, &events, NULL)));
}

#define ROW(us, data) "{\"timestamp_us\":" #us ",\"data\":" #data "}"

static void gives_each_entry_its_time(void) {
    fresh("times");
    int64_t first = 0, second = 0, third = 0;
    CHECK_OK(beaver_log_append(events, "1", Z, &first, NULL));
    CHECK_OK(beaver_log_append(events, "2", Z, &second, NULL));
    CHECK(first > INT64_C(1700000000000000) && second > first);
    CHECK_OK(beaver_log_append_at(events, "3", Z, first, &third, NULL));
    CHECK(third > first);
    CHECK_OK(beaver_log_append(events, "4", Z, NULL, NULL));
    CHECK_COUNTS(4, beaver_log_len(events, &count, NULL));
}

static void has_ranges(void) {
    fresh("ranges");
    CHECK_GIVES("[1000,2000,2001]", beaver_log_append_many(events, "[{\"data\":\"a\",\"timestamp_us\":1000},{\"timestamp_us\":2000,\"data\":[ ]},{\"data\":3,\"timestamp_us\":2000}]", Z, &buf, NULL));
    CHECK_OK(beaver_log_append_many(events, "[]", Z, NULL, NULL));
    CHECK_OK(beaver_log_append_at(events, "-1", Z, 5, NULL, NULL));
    CHECK_ROWS("[" ROW(1000, "a") "," ROW(2000, [ ]) "]", beaver_log_range(events, 1000, 2001, NULL, &iter, NULL));
    CHECK_ROWS("[" ROW(2001, 3) "]", beaver_log_range(events, INT64_MIN, INT64_MAX, "{\"limit\":1,\"reverse\":true}", &iter, NULL));
    CHECK_GIVES("[" ROW(2001, 3) "," ROW(2000, [ ]) "]", beaver_log_latest(events, 2, &buf, NULL));
    beaver_iter *iter = NULL;
    CHECK_OK(beaver_log_items(events, &iter, NULL));
    CHECK_GIVES(ROW(5, -1), beaver_iter_next(iter, &buf, NULL));
    beaver_iter_free(iter);
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "revers", beaver_log_range(events, 0, 1, "{\"revers\":true}", &iter, &error));
    CHECK(iter == NULL);
}

static void is_pruned(void) {
    fresh("pruned");
    CHECK_OK(beaver_log_append_many(events, "[{\"data\":1,\"timestamp_us\":1},{\"data\":2,\"timestamp_us\":2},{\"data\":3,\"timestamp_us\":3},{\"data\":4,\"timestamp_us\":4}]", Z, NULL, NULL));
    CHECK_COUNTS(1, beaver_log_prune_older(events, 2, &count, NULL));
    CHECK_COUNTS(2, beaver_log_prune_keep(events, 1, &count, NULL));
    CHECK_ROWS("[" ROW(4, 4) "]", beaver_log_items(events, &iter, NULL));
    CHECK_COUNTS(1, beaver_log_clear(events, &count, NULL));
}

static void is_acquired_by_one(void) {
    fresh("acquired");
    beaver_log *mine = NULL;
    CHECK_OK(beaver_log_acquire(events, 0, 60, &mine, NULL));
    CHECK_FLAG(true, beaver_log_locked(events, &flag, NULL));
    CHECK_OK(beaver_log_append(mine, "1", Z, NULL, NULL));
    CHECK_OK(beaver_log_renew(mine, 60, NULL));
    CHECK_OK(beaver_log_release(mine, NULL));
    beaver_log_free(mine);
}

int main(void) {
    db = open_db("log.db");
    RUN(gives_each_entry_its_time);
    RUN(has_ranges);
    RUN(is_pruned);
    RUN(is_acquired_by_one);
    beaver_log_free(events);
    beaver_db_free(db);
    return check_end();
}
