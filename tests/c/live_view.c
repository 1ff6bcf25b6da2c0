/* Live views of logs through the C API. */
#include "common.h"
#include <pthread.h>
#include <time.h>

static beaver_db *db;
static beaver_log *metrics;

static void fresh(const char *name) {
    beaver_log_free(metrics);
    REQUIRE(CHECK_OK(beaver_db_log(db, name, &metrics, NULL)));
}

static beaver_live_view *view_of(const char *options) {
    beaver_live_view *view = NULL;
    REQUIRE(CHECK_OK(beaver_log_live(metrics, options, &view, NULL)));
    return view;
}

static void numbers_are_made_of_the_window(void) {
    fresh("numbers");
    CHECK_OK(beaver_log_append(metrics, "{\"ms\":1,\"cpu\":{\"load\":0.5}}", Z, NULL, NULL));
    CHECK_OK(beaver_log_append(metrics, "{\"ms\":3}", Z, NULL, NULL));
    CHECK_OK(beaver_log_append_at(metrics, "{\"ms\":1000}", Z, 5, NULL, NULL)); /* long ago */
    beaver_live_view *view = view_of(
        "{\"window\":60,\"period\":0.02,\"aggregates\":{\"all\":{\"op\":\"count\"},\"loads\":{\"op\":\"count\",\"path\":\"cpu.load\"},"
        "\"mean\":{\"op\":\"mean\",\"path\":\"ms\"},\"median\":{\"op\":\"percentile\",\"path\":\"ms\",\"p\":50},"
        "\"none\":{\"op\":\"max\",\"path\":\"none\"},\"sum\":{\"op\":\"sum\",\"path\":\"ms\"}}}");
    CHECK_GIVES("{\"all\":2,\"loads\":1,\"mean\":2.0,\"median\":2.0,\"none\":null,\"sum\":4.0}", beaver_live_view_next(view, 0, &buf, NULL));
    CHECK_OK(beaver_log_append(metrics, "{\"ms\":5}", Z, NULL, NULL));
    CHECK_GIVES("{\"all\":3,\"loads\":1,\"mean\":3.0,\"median\":3.0,\"none\":null,\"sum\":9.0}", beaver_live_view_next(view, -1, &buf, NULL));
    beaver_live_view_free(view);
}

static void entries_are_given_where_no_aggregates_are(void) {
    fresh("entries");
    int64_t time_us = 0;
    char expected[128];
    CHECK_OK(beaver_log_append(metrics, "{\"a\": 1}", Z, &time_us, NULL));
    beaver_live_view *view = view_of("{\"window\":60,\"period\":3600}");
    snprintf(expected, sizeof expected, "[{\"timestamp_us\":%lld,\"data\":{\"a\": 1}}]", (long long)time_us);
    CHECK_GIVES(expected, beaver_live_view_next(view, 10000, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_live_view_next(view, 0, &buf, NULL)); /* the next is due in an hour */
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_live_view_next(view, 10, &buf, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "timeout_ms", beaver_live_view_next(view, -5, &(beaver_buf){NULL, 0, 0}, &error));
    beaver_live_view_free(view);
}

static void *wait_for_the_end(void *view) {
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_live_view_next(view, -1, &buf, NULL));
    return NULL;
}

static void close_from_another_thread_ends_a_wait(void) {
    pthread_t waiter;
    fresh("closed");
    beaver_live_view *view = view_of("{\"window\":60,\"period\":3600}");
    CHECK_GIVES("[]", beaver_live_view_next(view, 0, &buf, NULL));
    REQUIRE(pthread_create(&waiter, NULL, wait_for_the_end, view) == 0);
    struct timespec moment = {0, 20000000};
    nanosleep(&moment, NULL);
    CHECK_OK(beaver_live_view_close(view, NULL));
    pthread_join(waiter, NULL);
    CHECK_OK(beaver_live_view_close(view, NULL));
    beaver_live_view_free(view);
}

#define FAILS(status, word, options)                                             \
    do {                                                                         \
        beaver_live_view *out = NULL;                                            \
        CHECK_FAILS((status), (word), beaver_log_live(metrics, (options), &out, &error)); \
        CHECK(out == NULL);                                                      \
    } while (0)

static void what_is_wrong_is_refused(void) {
    fresh("wrong");
    FAILS(BEAVER_INVALID_ARGUMENT, "period", "{\"window\":1}");
    FAILS(BEAVER_INVALID_ARGUMENT, "window", "{\"window\":0,\"period\":1}");
    FAILS(BEAVER_INVALID_ARGUMENT, "aggregate", "{\"window\":1,\"period\":1,\"aggregates\":{}}");
    FAILS(BEAVER_INVALID_ARGUMENT, "average", "{\"window\":1,\"period\":1,\"aggregates\":{\"a\":{\"op\":\"average\"}}}");
    FAILS(BEAVER_INVALID_ARGUMENT, "path", "{\"window\":1,\"period\":1,\"aggregates\":{\"a\":{\"op\":\"sum\"}}}");
    FAILS(BEAVER_INVALID_ARGUMENT, "percentile", "{\"window\":1,\"period\":1,\"aggregates\":{\"a\":{\"op\":\"percentile\",\"path\":\"x\",\"p\":101}}}");
    FAILS(BEAVER_INVALID_ARGUMENT, "every", "{\"window\":1,\"every\":1}");
    FAILS(BEAVER_LIMIT, "window", "{\"window\":1e12,\"period\":1}");
    char many[8192] = "{\"window\":1,\"period\":1,\"aggregates\":{";
    for (int at = 0; at <= BEAVER_MAX_AGGREGATES; at++) {
        char one[64];
        snprintf(one, sizeof one, "%s\"%d\":{\"op\":\"count\"}", at > 0 ? "," : "", at);
        strcat(many, one);
    }
    FAILS(BEAVER_LIMIT, "aggregates", strcat(many, "}}"));
}

int main(void) {
    db = open_db("live_view.db");
    RUN(numbers_are_made_of_the_window);
    RUN(entries_are_given_where_no_aggregates_are);
    RUN(close_from_another_thread_ends_a_wait);
    RUN(what_is_wrong_is_refused);
    beaver_log_free(metrics);
    beaver_db_free(db);
    return check_end();
}
