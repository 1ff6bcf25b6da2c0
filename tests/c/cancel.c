/* Ending the waits of one thread alone. */
#include "common.h"
#include <pthread.h>
#include <time.h>

static beaver_db *db;
static beaver_queue *queue;

static beaver_cancel *make(void) {
    beaver_cancel *cancel = NULL;
    REQUIRE(CHECK_OK(beaver_cancel_new(&cancel, NULL)));
    return cancel;
}

static void until_waiting(int count) {
    char word[32];
    snprintf(word, sizeof word, "\"waiters\":%d,", count);
    for (int round = 0; round < 10000; round++) {
        struct timespec moment = {0, 1000000};
        beaver_buf stats;
        CHECK_OK(beaver_db_stats(db, &stats, NULL));
        bool waiting = strstr((const char *)stats.data, word) != NULL;
        beaver_buf_free(&stats);
        if (waiting) return;
        nanosleep(&moment, NULL);
    }
    CHECK(!"they wait");
}

static void *get_bound(void *cancel) {
    CHECK_OK(beaver_cancel_bind(cancel, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INTERRUPTED, beaver_queue_get(queue, -1, &buf, NULL));
    CHECK_OK(beaver_cancel_unbind(cancel, NULL));
    return NULL;
}

static void *get_unbound(void *unused) {
    beaver_buf row;
    CHECK_OK(beaver_queue_get(queue, -1, &row, NULL));
    beaver_buf_free(&row);
    return unused;
}

static void ends_the_waits_of_its_threads_alone(void) {
    beaver_cancel *cancel = make();
    pthread_t stays, first, second;
    REQUIRE(pthread_create(&stays, NULL, get_unbound, NULL) == 0);
    until_waiting(1);
    REQUIRE(pthread_create(&first, NULL, get_bound, cancel) == 0);
    REQUIRE(pthread_create(&second, NULL, get_bound, cancel) == 0);
    until_waiting(3);
    CHECK_FLAG(false, beaver_cancel_cancelled(cancel, &flag, NULL));
    CHECK_OK(beaver_cancel_cancel(cancel, NULL));
    CHECK_OK(beaver_cancel_cancel(cancel, NULL));
    CHECK_FLAG(true, beaver_cancel_cancelled(cancel, &flag, NULL));
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    beaver_cancel_free(cancel);
    CHECK_OK(beaver_queue_put(queue, "1", Z, 1, NULL));
    pthread_join(stays, NULL);
}

/* Also where nobody has to wait; what does not wait goes on. */
static void what_is_cancelled_stays_so(void) {
    beaver_cancel *cancel = make();
    beaver_lock *lock = NULL;
    beaver_channel *channel = NULL;
    beaver_subscription *messages = NULL;
    CHECK_OK(beaver_db_lock(db, "l", &lock, NULL));
    CHECK_OK(beaver_db_channel(db, "c", &channel, NULL));
    CHECK_OK(beaver_channel_subscribe(channel, NULL, &messages, NULL));
    CHECK_OK(beaver_channel_publish(channel, "1", Z, NULL, NULL));
    CHECK_OK(beaver_queue_put(queue, "1", Z, 1, NULL));
    CHECK_OK(beaver_cancel_cancel(cancel, NULL));
    CHECK_OK(beaver_cancel_bind(cancel, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INTERRUPTED, beaver_queue_get(queue, 0, &buf, NULL));
    CHECK_STATUS(BEAVER_INTERRUPTED, beaver_lock_acquire(lock, 0, 60, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INTERRUPTED, beaver_subscription_next(messages, 0, &buf, NULL));
    CHECK_OK(beaver_queue_put(queue, "2", Z, 1, NULL));
    CHECK_COUNTS(2, beaver_queue_clear(queue, &count, NULL));
    CHECK_OK(beaver_cancel_unbind(cancel, NULL));
    CHECK_OK(beaver_lock_acquire(lock, 0, 60, NULL));
    CHECK_OK(beaver_lock_release(lock, NULL));
    beaver_cancel_free(cancel);
    beaver_subscription_free(messages);
    beaver_channel_free(channel);
    beaver_lock_free(lock);
}

static void *unbind(void *cancel) {
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_cancel_unbind(cancel, NULL));
    return NULL;
}

static void a_thread_unbinds_only_itself(void) {
    beaver_cancel *cancel = make(), *other = make();
    pthread_t thread;
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_cancel_unbind(cancel, NULL));
    CHECK_OK(beaver_cancel_bind(cancel, NULL));
    CHECK_OK(beaver_cancel_bind(other, NULL));
    REQUIRE(pthread_create(&thread, NULL, unbind, cancel) == 0);
    pthread_join(thread, NULL);
    /* In any order. */
    CHECK_OK(beaver_cancel_unbind(cancel, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_cancel_unbind(cancel, NULL));
    CHECK_OK(beaver_cancel_cancel(cancel, NULL));
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_queue_get(queue, 0, &buf, NULL));
    CHECK_OK(beaver_cancel_cancel(other, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INTERRUPTED, beaver_queue_get(queue, 0, &buf, NULL));
    CHECK_OK(beaver_cancel_unbind(other, NULL));
    beaver_cancel_free(cancel);
    beaver_cancel_free(other);
}

static void freed_while_it_is_bound_it_binds_nobody(void) {
    beaver_cancel *cancel = make();
    CHECK_OK(beaver_cancel_bind(cancel, NULL));
    CHECK_OK(beaver_cancel_cancel(cancel, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INTERRUPTED, beaver_queue_get(queue, 0, &buf, NULL));
    beaver_cancel_free(cancel);
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_queue_get(queue, 0, &buf, NULL));
}

static void *get_of_freed(void *cancel) {
    CHECK_OK(beaver_cancel_bind(cancel, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INTERRUPTED, beaver_queue_get(queue, -1, &buf, NULL));
    return NULL;
}

static void freed_while_a_thread_waits_the_wait_stays_ended(void) {
    for (int round = 0; round < 20; round++) {
        beaver_cancel *cancel = make();
        pthread_t thread;
        REQUIRE(pthread_create(&thread, NULL, get_of_freed, cancel) == 0);
        until_waiting(1);
        CHECK_OK(beaver_cancel_cancel(cancel, NULL));
        beaver_cancel_free(cancel);
        pthread_join(thread, NULL);
    }
}

enum { TAKERS = 4, ITEMS = 200 };
static beaver_cancel *cancels[TAKERS];
static int taken[TAKERS];

static void *take_until_cancelled(void *number) {
    int me = *(int *)number;
    beaver_buf row;
    CHECK_OK(beaver_cancel_bind(cancels[me], NULL));
    while (beaver_queue_get(queue, -1, &row, NULL) == BEAVER_OK) {
        taken[me]++;
        beaver_buf_free(&row);
    }
    CHECK_OK(beaver_cancel_unbind(cancels[me], NULL));
    return NULL;
}

/* However the cancels meet the takes. */
static void an_item_is_taken_or_stays(void) {
    pthread_t threads[TAKERS];
    int numbers[TAKERS];
    uint64_t left = 0;
    for (int at = 0; at < TAKERS; at++) {
        numbers[at] = at;
        cancels[at] = make();
        REQUIRE(pthread_create(&threads[at], NULL, take_until_cancelled, &numbers[at]) == 0);
    }
    for (int at = 0; at < ITEMS; at++) {
        CHECK_OK(beaver_queue_put(queue, "1", Z, 1, NULL));
        if (at % (ITEMS / TAKERS) == ITEMS / TAKERS / 2) CHECK_OK(beaver_cancel_cancel(cancels[at / (ITEMS / TAKERS)], NULL));
    }
    CHECK_OK(beaver_queue_clear(queue, &left, NULL));
    for (int at = 0; at < TAKERS; at++) {
        pthread_join(threads[at], NULL);
        beaver_cancel_free(cancels[at]);
        left += (uint64_t)taken[at];
    }
    CHECK_INT(ITEMS, left);
}

int main(void) {
    db = open_db("cancel.db");
    CHECK_OK(beaver_db_queue(db, "q", &queue, NULL));
    RUN(ends_the_waits_of_its_threads_alone);
    RUN(what_is_cancelled_stays_so);
    RUN(a_thread_unbinds_only_itself);
    RUN(an_item_is_taken_or_stays);
    RUN(freed_while_it_is_bound_it_binds_nobody);
    RUN(freed_while_a_thread_waits_the_wait_stays_ended);
    beaver_queue_free(queue);
    beaver_db_free(db);
    return check_end();
}
