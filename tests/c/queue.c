/* Queues through the C API: order, waiting, leases. */
#include "common.h"
#include <pthread.h>
#include <time.h>

static beaver_db *db;
static beaver_queue *queue;

static void fresh(const char *name) {
    beaver_queue_free(queue);
    REQUIRE(CHECK_OK(beaver_db_queue(db, name, &queue, NULL)));
}

static void put(const char *json, double priority) {
    CHECK_OK(beaver_queue_put(queue, json, Z, priority, NULL));
}

/* The row in the buffer has this text in it; frees the buffer. */
static void has(beaver_buf *row, const char *text) {
    if (!CHECK(row->data != NULL && strstr((const char *)row->data, text) != NULL)) {
        printf("  %s is not in %s\n", text, row->data != NULL ? (const char *)row->data : "(NULL)");
    }
    beaver_buf_free(row);
}

static void keeps_its_order(void) {
    fresh("order");
    put("\"low\"", 10);
    put("\"first\"", -1.5);
    CHECK_OK(beaver_queue_put_many(queue, "[{\"data\":\"a\",\"priority\":5},{\"priority\":5.0,\"data\":[1, 2]}]", Z, NULL));
    CHECK_COUNTS(4, beaver_queue_len(queue, &count, NULL));
    beaver_buf row;
    CHECK_OK(beaver_queue_peek(queue, &row, NULL));
    has(&row, "{\"priority\":-1.5,\"timestamp_us\":");
    CHECK_OK(beaver_queue_get(queue, 0, &row, NULL));
    has(&row, ",\"data\":\"first\"}");
    CHECK_OK(beaver_queue_get_many(queue, 2, 0, &row, NULL));
    has(&row, "\"data\":[1, 2]}]");
    beaver_iter *iter = NULL;
    CHECK_OK(beaver_queue_items(queue, &iter, NULL));
    CHECK_OK(beaver_iter_next(iter, &row, NULL));
    has(&row, "\"low\"");
    CHECK_GIVES_NOTHING(BEAVER_END, beaver_iter_next(iter, &buf, NULL));
    beaver_iter_free(iter);
    CHECK_COUNTS(1, beaver_queue_clear(queue, &count, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_queue_peek(queue, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_queue_get(queue, 0, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_queue_get_many(queue, 5, 20, &buf, NULL));
}

static void *put_soon(void *unused) {
    struct timespec time = {0, 50000000};
    nanosleep(&time, NULL);
    put("\"late\"", 1);
    return unused;
}

static void wakes_who_waits(void) {
    fresh("wakes");
    pthread_t thread;
    REQUIRE(pthread_create(&thread, NULL, put_soon, NULL) == 0);
    beaver_buf row;
    CHECK_OK(beaver_queue_get(queue, -1, &row, NULL));
    has(&row, "\"late\"");
    pthread_join(thread, NULL);
}

/* Data, priority and time of what was taken are enough. */
static void puts_back_what_was_taken(void) {
    fresh("put back");
    put("[1.50]", 1);
    put("\"next\"", 1);
    beaver_buf row;
    CHECK_OK(beaver_queue_get(queue, 0, &row, NULL));
    const char *stamp = strstr((const char *)row.data, "\"timestamp_us\":");
    REQUIRE(CHECK(stamp != NULL));
    int64_t timestamp_us = strtoll(stamp + strlen("\"timestamp_us\":"), NULL, 10);
    beaver_buf_free(&row);
    CHECK_OK(beaver_queue_put_back(queue, "[1.50]", Z, 1, timestamp_us, NULL));
    CHECK_OK(beaver_queue_get(queue, 0, &row, NULL));
    has(&row, ",\"data\":[1.50]}");
    CHECK_OK(beaver_queue_get(queue, 0, &row, NULL));
    has(&row, "\"next\"");
}

static void lends_items(void) {
    fresh("leases");
    put("\"work\"", 1);
    uint64_t id = 0, other = 0;
    beaver_buf row;
    CHECK_OK(beaver_queue_lease(queue, 60, 0, NULL, &id, &row, NULL));
    CHECK(id != 0);
    has(&row, "\"attempts\":1,\"priority\":1.0,");
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_queue_lease(queue, 60, 0, NULL, &other, &buf, NULL));
    CHECK_INT(0, other);
    CHECK_COUNTS(1, beaver_queue_leased(queue, &count, NULL));
    CHECK_COUNTS(0, beaver_queue_len(queue, &count, NULL));
    CHECK_OK(beaver_queue_extend(queue, id, 60, NULL));
    CHECK_OK(beaver_queue_nack(queue, id, 0, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_queue_ack(queue, id, NULL));
    CHECK_OK(beaver_queue_lease(queue, 60, 0, NULL, &other, &row, NULL));
    CHECK(other != id);
    has(&row, "\"attempts\":2");
    CHECK_OK(beaver_queue_ack(queue, other, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_queue_extend(queue, other, 60, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_queue_nack(queue, other, 0.5, NULL));
}

static void buries_what_fails_too_often(void) {
    fresh("failing");
    put("\"bad\"", 1);
    const char *options = "{\"max_attempts\":1,\"dead_letter\":\"dead\"}";
    uint64_t id = 0;
    beaver_buf row;
    CHECK_OK(beaver_queue_lease(queue, 60, 0, options, &id, &row, NULL));
    beaver_buf_free(&row);
    CHECK_OK(beaver_queue_nack(queue, id, 0, NULL));
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_queue_lease(queue, 60, 0, options, &id, &buf, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "dead_letter", beaver_queue_lease(queue, 60, 0, "{\"max_attempts\":1}", &id, &row, &error));
    fresh("dead");
    CHECK_OK(beaver_queue_get(queue, 0, &row, NULL));
    has(&row, "\"bad\"");
}

static void is_acquired_by_one(void) {
    fresh("acquired");
    put("1", 1);
    beaver_queue *mine = NULL;
    CHECK_OK(beaver_queue_acquire(queue, 0, 60, &mine, NULL));
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_queue_get(queue, 0, &buf, NULL));
    CHECK_FLAG(true, beaver_queue_locked(queue, &flag, NULL));
    CHECK_OK(beaver_queue_renew(mine, 60, NULL));
    beaver_buf row;
    CHECK_OK(beaver_queue_get(mine, 0, &row, NULL));
    beaver_buf_free(&row);
    CHECK_OK(beaver_queue_release(mine, NULL));
    beaver_queue_free(mine);
}

int main(void) {
    /* Whoever is locked out gives up soon. */
    REQUIRE(CHECK_OK(beaver_db_open("queue.db", "{\"busy_timeout_ms\":200}", &db, NULL)));
    RUN(keeps_its_order);
    RUN(wakes_who_waits);
    RUN(puts_back_what_was_taken);
    RUN(lends_items);
    RUN(buries_what_fails_too_often);
    RUN(is_acquired_by_one);
    beaver_queue_free(queue);
    beaver_db_free(db);
    return check_end();
}
