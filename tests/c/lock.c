/* Locks through the C API. */
#include "common.h"
#include <pthread.h>
#include <time.h>

static beaver_db *db;

static beaver_lock *owner(const char *name) {
    beaver_lock *lock = NULL;
    REQUIRE(CHECK_OK(beaver_db_lock(db, name, &lock, NULL)));
    return lock;
}

static void has_one_holder(void) {
    beaver_lock *mine = owner("one"), *other = owner("one");
    CHECK_OK(beaver_lock_acquire(mine, 0, 60, NULL));
    CHECK_OK(beaver_lock_acquire(mine, 0, 60, NULL)); /* again, and so to be released twice */
    CHECK_STATUS(BEAVER_TIMEOUT, beaver_lock_acquire(other, 20, 60, NULL));
    CHECK_FLAG(true, beaver_lock_held(mine, &flag, NULL));
    CHECK_FLAG(false, beaver_lock_held(other, &flag, NULL));
    CHECK_FLAG(true, beaver_lock_locked(other, &flag, NULL));
    CHECK_OK(beaver_lock_renew(mine, 60, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_lock_renew(other, 60, NULL));
    CHECK_OK(beaver_lock_release(mine, NULL));
    CHECK_FLAG(true, beaver_lock_held(mine, &flag, NULL));
    CHECK_OK(beaver_lock_release(mine, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_lock_release(mine, NULL));
    CHECK_OK(beaver_lock_acquire(other, 0, 60, NULL));
    beaver_lock_free(other); /* releases */
    CHECK_FLAG(false, beaver_lock_locked(mine, &flag, NULL));
    beaver_lock_free(mine);
}

static void ends_with_its_time(void) {
    beaver_lock *mine = owner("short"), *other = owner("short");
    CHECK_OK(beaver_lock_acquire(mine, 0, 0.05, NULL));
    CHECK_OK(beaver_lock_acquire(other, 10000, 60, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_lock_release(mine, NULL));
    CHECK_COUNTS(1, beaver_lock_clear(mine, &count, NULL));
    CHECK_FLAG(false, beaver_lock_locked(mine, &flag, NULL));
    beaver_lock_free(mine);
    beaver_lock_free(other);
}

static int64_t counter = 0;

static void *add(void *unused) {
    beaver_lock *lock = owner("counter");
    for (int round = 0; round < 10; round++) {
        CHECK_OK(beaver_lock_acquire(lock, -1, 60, NULL));
        int64_t seen = counter;
        struct timespec moment = {0, 100000};
        nanosleep(&moment, NULL);
        counter = seen + 1;
        CHECK_OK(beaver_lock_release(lock, NULL));
    }
    beaver_lock_free(lock);
    return unused;
}

static void guards_what_is_shared(void) {
    pthread_t threads[4];
    for (int at = 0; at < 4; at++) REQUIRE(pthread_create(&threads[at], NULL, add, NULL) == 0);
    for (int at = 0; at < 4; at++) pthread_join(threads[at], NULL);
    CHECK_INT(40, counter);
}

int main(void) {
    db = open_db("lock.db");
    RUN(has_one_holder);
    RUN(ends_with_its_time);
    RUN(guards_what_is_shared);
    beaver_db_free(db);
    return check_end();
}
