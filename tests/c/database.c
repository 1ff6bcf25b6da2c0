/* The database as a whole: opening, contents, health, backups, diagnostics, life. */
#include "common.h"
#include <pthread.h>
#include <time.h>
#include <unistd.h>

static void put(beaver_db *db, const char *key, const char *json) {
    beaver_dict *dict = NULL;
    CHECK_OK(beaver_db_dict(db, "d", &dict, NULL));
    CHECK_OK(beaver_dict_set(dict, key, json, Z, 0, NULL));
    beaver_dict_free(dict);
}

static void has(beaver_db *db, const char *key, const char *json) {
    beaver_dict *dict = NULL;
    CHECK_OK(beaver_db_dict(db, "d", &dict, NULL));
    CHECK_GIVES(json, beaver_dict_get(dict, key, &buf, NULL));
    beaver_dict_free(dict);
}

static void keeps_what_was_written(void) {
    beaver_db *db = open_db("keeps.db");
    put(db, "a", "{ \"pi\": 3.10 }");
    CHECK_OK(beaver_db_close(db, NULL));
    CHECK_OK(beaver_db_close(db, NULL));
    beaver_db_free(db);
    db = open_db("keeps.db");
    has(db, "a", "{ \"pi\": 3.10 }");
    beaver_db_free(db);
}

static void takes_options(void) {
    beaver_db *db = NULL;
    CHECK_OK(beaver_db_open("options.db", "{\"durability\":\"full\",\"busy_timeout_ms\":100,\"cache_kib\":100,\"low_memory\":true,\"read_cache_bytes\":65536,\"portable_watch\":true}", &db, NULL));
    put(db, "a", "1");
    beaver_db_free(db);
    CHECK_OK(beaver_db_open("options.db", "{\"read_only\":true}", &db, NULL));
    has(db, "a", "1");
    beaver_dict *dict = NULL;
    CHECK_OK(beaver_db_dict(db, "d", &dict, NULL));
    CHECK_FAILS(BEAVER_READ_ONLY, "read-only", beaver_dict_set(dict, "b", "2", Z, 0, &error));
    beaver_dict_free(dict);
    beaver_db_free(db);
    CHECK_STATUS(BEAVER_IO, beaver_db_open("nowhere.db", "{\"create\":false}", &db, NULL));
    CHECK(db == NULL);
}

static void tells_what_it_holds(void) {
    beaver_db *db = open_db("holds.db");
    CHECK_GIVES("[]", beaver_db_names(db, "dict", &buf, NULL));
    put(db, "a", "1");
    put(db, "b", "2");
    beaver_list *list = NULL;
    CHECK_OK(beaver_db_list(db, "l\xc3\xb6\"sch", &list, NULL));
    CHECK_OK(beaver_list_push(list, "1", Z, NULL));
    beaver_list_free(list);
    CHECK_GIVES("[\"d\"]", beaver_db_names(db, "dict", &buf, NULL));
    CHECK_GIVES("[\"l\xc3\xb6\\\"sch\"]", beaver_db_names(db, "list", &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INVALID_ARGUMENT, beaver_db_names(db, "sketch", &buf, NULL));
    beaver_buf info;
    CHECK_OK(beaver_db_info(db, &info, NULL));
    CHECK(strstr((const char *)info.data, "{\"kind\":\"dict\",\"name\":\"d\",\"count\":2}") != NULL);
    CHECK(strstr((const char *)info.data, "holds.db\"") != NULL);
    beaver_buf_free(&info);
    CHECK_GIVES("{\"ok\":true,\"problems\":[]}", beaver_db_verify(db, &buf, NULL));
    beaver_buf stats;
    CHECK_OK(beaver_db_stats(db, &stats, NULL));
    CHECK(strstr((const char *)stats.data, "\"wal_bytes\":") != NULL);
    beaver_buf_free(&stats);
    CHECK_OK(beaver_db_vacuum(db, NULL));
    CHECK_OK(beaver_db_checkpoint(db, NULL));
    beaver_db_free(db);
}

struct calls {
    int made, destroyed;
    bool go_on;
};

static bool on_progress(void *userdata, uint64_t done, uint64_t total) {
    struct calls *calls = userdata;
    calls->made++;
    CHECK(done <= total);
    return calls->go_on;
}

static void on_destroy(void *userdata) {
    ((struct calls *)userdata)->destroyed++;
}

static void is_backed_up_and_restored(void) {
    beaver_db *db = open_db("original.db");
    put(db, "a", "1");
    struct calls calls = {0, 0, true};
    CHECK_OK(beaver_db_backup(db, "backup.db", on_progress, &calls, on_destroy, NULL));
    CHECK(calls.made > 0);
    CHECK_INT(1, calls.destroyed);
    calls.go_on = false;
    CHECK_STATUS(BEAVER_INTERRUPTED, beaver_db_backup(db, "stopped.db", on_progress, &calls, on_destroy, NULL));
    CHECK_INT(2, calls.destroyed);
    CHECK(access("stopped.db", F_OK) != 0);
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_backup(db, NULL, on_progress, &calls, on_destroy, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_backup(NULL, "x.db", on_progress, &calls, on_destroy, NULL));
    CHECK_INT(4, calls.destroyed);
    put(db, "a", "2");
    beaver_db_free(db);

    calls.go_on = true;
    CHECK_OK(beaver_db_restore("backup.db", "original.db", on_progress, &calls, on_destroy, NULL));
    CHECK_OK(beaver_db_restore("backup.db", "new.db", NULL, NULL, NULL, NULL));
    CHECK_INT(5, calls.destroyed);
    db = open_db("original.db");
    has(db, "a", "1");
    beaver_db_free(db);
    db = open_db("new.db");
    has(db, "a", "1");
    beaver_db_free(db);
}

static void on_log(void *userdata, int32_t level, const char *target, const char *message) {
    struct calls *calls = userdata;
    calls->made++;
    CHECK(level >= BEAVER_LOG_ERROR && level <= BEAVER_LOG_DEBUG);
    CHECK(strlen(target) > 0 && strlen(message) > 0);
}

static void tells_diagnostics(void) {
    struct calls first = {0, 0, true}, second = {0, 0, true}, failed = {0, 0, true};
    beaver_db *db = open_db("log.db");
    CHECK_OK(beaver_db_set_log(db, on_log, &first, on_destroy, NULL));
    CHECK_OK(beaver_db_pause(db, NULL));
    CHECK_OK(beaver_db_resume(db, NULL));
    CHECK(first.made > 0);
    CHECK_INT(0, first.destroyed);
    CHECK_OK(beaver_db_set_log(db, on_log, &second, on_destroy, NULL));
    CHECK_INT(1, first.destroyed);
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_set_log(NULL, on_log, &failed, on_destroy, NULL));
    CHECK_INT(1, failed.destroyed);
    CHECK_OK(beaver_db_close(db, NULL));
    beaver_db_free(db);
    CHECK(second.made > 0);
    CHECK_INT(1, second.destroyed);
    db = open_db("log.db");
    CHECK_OK(beaver_db_set_log(db, NULL, &failed, on_destroy, NULL));
    CHECK_INT(2, failed.destroyed);
    beaver_db_free(db);
}

static void rests_while_paused(void) {
    beaver_db *db = open_db("paused.db");
    beaver_dict *dict = NULL;
    put(db, "a", "1");
    CHECK_OK(beaver_db_dict(db, "d", &dict, NULL));
    CHECK_OK(beaver_db_pause(db, NULL));
    CHECK_GIVES_NOTHING(BEAVER_PAUSED, beaver_dict_get(dict, "a", &buf, NULL));
    CHECK(access("paused.db-wal", F_OK) != 0);
    CHECK_OK(beaver_db_resume(db, NULL));
    CHECK_OK(beaver_db_resume(db, NULL));
    CHECK_GIVES("1", beaver_dict_get(dict, "a", &buf, NULL));
    CHECK_OK(beaver_db_close(db, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_dict_get(dict, "a", &buf, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_db_resume(db, NULL));
    beaver_dict_free(dict);
    beaver_db_free(db);
}

static void *wait_for_an_item(void *queue) {
    CHECK_GIVES_NOTHING(BEAVER_INTERRUPTED, beaver_queue_get(queue, -1, &buf, NULL));
    return NULL;
}

/* Interrupts until a wait has begun and ended: an interrupt before the wait does not concern it. */
static void interrupts_a_wait(void) {
    beaver_db *db = open_db("interrupt.db");
    beaver_queue *queue = NULL;
    CHECK_OK(beaver_db_queue(db, "q", &queue, NULL));
    pthread_t waiter;
    REQUIRE(pthread_create(&waiter, NULL, wait_for_an_item, queue) == 0);
    bool waits = false;
    while (!waits) {
        beaver_buf stats;
        CHECK_OK(beaver_db_stats(db, &stats, NULL));
        waits = strstr((const char *)stats.data, "\"waiters\":0") == NULL;
        beaver_buf_free(&stats);
        struct timespec moment = {0, 1000000};
        nanosleep(&moment, NULL);
    }
    CHECK_OK(beaver_db_interrupt(db, NULL));
    pthread_join(waiter, NULL);
    beaver_queue_free(queue);
    beaver_db_free(db);
}

static void lives_in_memory(void) {
    beaver_db *one = open_db(":memory:"), *other = open_db(":memory:");
    put(one, "a", "1");
    has(one, "a", "1");
    CHECK_GIVES("[]", beaver_db_names(other, "dict", &buf, NULL));
    beaver_db_free(one);
    beaver_db_free(other);
}

static void tells_its_version(void) {
    CHECK_INT(BEAVER_VERSION_MAJOR * 1000000 + BEAVER_VERSION_MINOR * 1000 + BEAVER_VERSION_PATCH, beaver_version_number());
    CHECK(beaver_has_feature("queue") && beaver_has_feature("channel") && beaver_has_feature("event") && beaver_has_feature("live"));
    CHECK(!beaver_has_feature("teleport"));
    CHECK(!beaver_has_feature(NULL));
    CHECK_STR("NOT_FOUND", beaver_status_name(BEAVER_NOT_FOUND));
    CHECK_STR("UNKNOWN", beaver_status_name(-1));
}

int main(void) {
    RUN(keeps_what_was_written);
    RUN(takes_options);
    RUN(tells_what_it_holds);
    RUN(is_backed_up_and_restored);
    RUN(tells_diagnostics);
    RUN(rests_while_paused);
    RUN(interrupts_a_wait);
    RUN(lives_in_memory);
    RUN(tells_its_version);
    return check_end();
}
