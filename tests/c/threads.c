/* Many threads on the same handles at once. */
#include "common.h"
#include <pthread.h>

enum { THREADS = 4, ROUNDS = 50 };

static beaver_db *db;
static beaver_dict *dict;
static beaver_queue *queue;

static void together(void *(*work)(void *)) {
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int at = 0; at < THREADS; at++) {
        numbers[at] = at;
        REQUIRE(pthread_create(&threads[at], NULL, work, &numbers[at]) == 0);
    }
    for (int at = 0; at < THREADS; at++) pthread_join(threads[at], NULL);
}

static void *write_and_read(void *number) {
    for (int round = 0; round < ROUNDS; round++) {
        char key[32];
        snprintf(key, sizeof key, "%d/%d", *(int *)number, round);
        CHECK_OK(beaver_dict_set(dict, key, key[0] == '0' ? "0" : "1", Z, 0, NULL));
        CHECK_GIVES(key[0] == '0' ? "0" : "1", beaver_dict_get(dict, key, &buf, NULL));
    }
    return NULL;
}

static void handles_are_shared(void) {
    together(write_and_read);
    CHECK_COUNTS(THREADS * ROUNDS, beaver_dict_len(dict, &count, NULL));
}

/* Each adds to one number by compare and set; no addition is lost. */
static void *add(void *unused) {
    for (int round = 0; round < ROUNDS;) {
        beaver_buf seen;
        char next[32];
        bool set = false;
        CHECK_OK(beaver_dict_get(dict, "sum", &seen, NULL));
        snprintf(next, sizeof next, "%ld", strtol((const char *)seen.data, NULL, 10) + 1);
        CHECK_OK(beaver_dict_compare_and_set(dict, "sum", (const char *)seen.data, seen.len, next, Z, 0, &set, NULL));
        beaver_buf_free(&seen);
        if (set) round++;
    }
    return unused;
}

static void no_addition_is_lost(void) {
    char expected[32];
    CHECK_OK(beaver_dict_set(dict, "sum", "0", Z, 0, NULL));
    together(add);
    snprintf(expected, sizeof expected, "%d", THREADS * ROUNDS);
    CHECK_GIVES(expected, beaver_dict_get(dict, "sum", &buf, NULL));
}

/* Each item is taken by one thread, the last ones by waiting. */
static int taken[THREADS * ROUNDS];

static void *put_and_take(void *number) {
    for (int round = 0; round < ROUNDS; round++) {
        char json[32];
        beaver_buf row;
        snprintf(json, sizeof json, "%d", *(int *)number * ROUNDS + round);
        CHECK_OK(beaver_queue_put(queue, json, Z, round, NULL));
        if (CHECK_OK(beaver_queue_get(queue, 10000, &row, NULL))) {
            const char *data = strstr((const char *)row.data, "\"data\":");
            taken[strtol(data + strlen("\"data\":"), NULL, 10)]++; /* nobody else has the same item */
        }
        beaver_buf_free(&row);
    }
    return NULL;
}

static void each_item_is_taken_once(void) {
    together(put_and_take);
    for (int at = 0; at < THREADS * ROUNDS; at++) CHECK_INT(1, taken[at]);
    CHECK_COUNTS(0, beaver_queue_len(queue, &count, NULL));
}

static void *wait_until_closed(void *unused) {
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_queue_get(queue, -1, &buf, NULL));
    return unused;
}

static void *close_it(void *unused) {
    CHECK_OK(beaver_db_close(db, NULL));
    return unused;
}

static void close_ends_all_waits(void) {
    pthread_t waiters[THREADS], closer;
    for (int at = 0; at < THREADS; at++) REQUIRE(pthread_create(&waiters[at], NULL, wait_until_closed, NULL) == 0);
    REQUIRE(pthread_create(&closer, NULL, close_it, NULL) == 0);
    for (int at = 0; at < THREADS; at++) pthread_join(waiters[at], NULL);
    pthread_join(closer, NULL);
}

int main(void) {
    db = open_db("threads.db");
    CHECK_OK(beaver_db_dict(db, "d", &dict, NULL));
    CHECK_OK(beaver_db_queue(db, "q", &queue, NULL));
    RUN(handles_are_shared);
    RUN(no_addition_is_lost);
    RUN(each_item_is_taken_once);
    RUN(close_ends_all_waits);
    beaver_dict_free(dict);
    beaver_queue_free(queue);
    beaver_db_free(db);
    return check_end();
}
