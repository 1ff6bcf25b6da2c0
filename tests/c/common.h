/* What the tests of the structures share, on top of check.h: reading answers, and a database to work on. */
#ifndef BEAVER_TESTS_COMMON_H
#define BEAVER_TESTS_COMMON_H

#include "check.h"

#define Z BEAVER_NUL_TERMINATED

/* The call gives this text in the buffer that it knows as &buf. */
#define CHECK_GIVES(expected, call)                     \
    do {                                                \
        beaver_buf buf;                                 \
        memset(&buf, 0xff, sizeof buf);                 \
        CHECK_OK(call);                                 \
        CHECK_STR((expected), (const char *)buf.data);  \
        beaver_buf_free(&buf);                          \
    } while (0)

/* The call gives another status, and leaves the buffer that it knows as &buf empty. */
#define CHECK_GIVES_NOTHING(status, call)               \
    do {                                                \
        beaver_buf buf;                                 \
        memset(&buf, 0xff, sizeof buf);                 \
        CHECK_STATUS((status), call);                   \
        CHECK(buf.data == NULL && buf.len == 0);        \
        beaver_buf_free(&buf);                          \
    } while (0)

/* The call gives this number through the pointer that it knows as &count. */
#define CHECK_COUNTS(expected, call)                    \
    do {                                                \
        uint64_t count = UINT64_MAX;                    \
        CHECK_OK(call);                                 \
        CHECK_INT((expected), count);                   \
    } while (0)

/* The call gives this flag through the pointer that it knows as &flag. */
#define CHECK_FLAG(expected, call)                      \
    do {                                                \
        bool flag = !(expected);                        \
        CHECK_OK(call);                                 \
        CHECK_INT((expected), flag);                    \
    } while (0)

/* The call makes an iterator through the pointer that it knows as &iter; its rows are these, as a JSON array. */
#define CHECK_ROWS(expected, call)                                                \
    do {                                                                          \
        beaver_iter *iter = NULL;                                                 \
        CHECK_OK(call);                                                           \
        CHECK_GIVES((expected), beaver_iter_next_batch(iter, 1000, &buf, NULL));  \
        CHECK_GIVES_NOTHING(BEAVER_END, beaver_iter_next(iter, &buf, NULL));      \
        beaver_iter_free(iter);                                                   \
    } while (0)

/* The call fails so, and the message, in the error that it knows as &error, has this word in it. */
#define CHECK_FAILS(status, word, call)                                           \
    do {                                                                          \
        beaver_error *error = NULL;                                               \
        CHECK_STATUS((status), call);                                             \
        CHECK_STATUS((status), beaver_error_status(error));                       \
        if (!CHECK(strstr(beaver_error_message(error), (word)) != NULL))          \
            printf("  the message is: %s\n", beaver_error_message(error));        \
        beaver_error_free(error);                                                 \
    } while (0)

CHECK_HELPER beaver_db *open_db(const char *path) {
    beaver_db *db = NULL;
    beaver_error *error = NULL;
    if (!CHECK_OK(beaver_db_open(path, NULL, &db, &error))) {
        printf("%s: %s\n", path, beaver_error_message(error));
        exit(1);
    }
    return db;
}

#endif
