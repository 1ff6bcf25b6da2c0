/* A cache in front of something slow: values that are absent again after their time, and a lock so that only one
 * process at a time refreshes. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <beaver.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static beaver_error *error = NULL;

/* True for OK, false for "not there" and "timed out"; an error ends the program. */
static bool ok(beaver_status status) {
    if (error == NULL) return status == BEAVER_OK;
    fprintf(stderr, "%s: %s\n", beaver_status_name(status), beaver_error_message(error));
    beaver_error_free(error);
    exit(EXIT_FAILURE);
}

/* Gives JSON text, which the caller frees. */
static beaver_buf capital(const beaver_db *db, const char *country) {
    beaver_dict *cache = NULL;
    beaver_lock *refresh = NULL;
    beaver_buf answer = {0};
    ok(beaver_db_dict(db, "capitals", &cache, &error));
    if (!ok(beaver_dict_get(cache, country, &answer, &error))) {
        ok(beaver_db_lock(db, "refresh_capitals", &refresh, &error));
        ok(beaver_lock_acquire(refresh, 5000, 30, &error));
        /* Somebody else may have been faster while this one waited. */
        if (!ok(beaver_dict_get(cache, country, &answer, &error))) {
            printf("asking for the capital of %s …\n", country);
            ok(beaver_dict_set(cache, country, "\"Quito\"", BEAVER_NUL_TERMINATED, 0.2, &error));
            ok(beaver_dict_get(cache, country, &answer, &error));
        }
        ok(beaver_lock_release(refresh, &error));
        beaver_lock_free(refresh);
    }
    beaver_dict_free(cache);
    return answer;
}

static void show(const char *when, const beaver_db *db) {
    beaver_buf answer = capital(db, "Ecuador");
    printf("%s: %s\n", when, (const char *)answer.data);
    beaver_buf_free(&answer);
}

int main(void) {
    beaver_db *db = NULL;
    ok(beaver_db_open("cache.db", NULL, &db, &error));
    show("attempt 1", db);
    show("attempt 2", db);
    nanosleep(&(struct timespec){.tv_nsec = 250 * 1000 * 1000}, NULL);
    show("after the expiry", db);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
