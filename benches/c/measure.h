/* What all programs here share: a clock, a way to stop, keys and values, and the line they print.
 *
 * Each program does one work and prints one line of JSON; `cargo xtask bench` runs them by turns and compares.
 */
#ifndef BEAVER_BENCHES_MEASURE_H
#define BEAVER_BENCHES_MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Unused helpers are no fault of a program. */
#if defined(__GNUC__)
#define MEASURE_HELPER static __attribute__((unused))
#else
#define MEASURE_HELPER static
#endif

#define REQUIRE(condition)                                                       \
    do {                                                                         \
        if (!(condition)) {                                                      \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                             \
        }                                                                        \
    } while (0)

MEASURE_HELPER double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The whole of what a program has to say. */
MEASURE_HELPER void report(long operations, double seconds, double longest) {
    printf("{\"operations\": %ld, \"seconds\": %.6f, \"longest\": %.6f}\n", operations, seconds, longest);
    fflush(stdout);
}

/* So many keys, all different, in an order that is not theirs. */
typedef struct {
    char text[40];
} bench_key;

MEASURE_HELPER bench_key *make_keys(const char *prefix, long count) {
    bench_key *keys = malloc((size_t)count * sizeof *keys);
    uint64_t random = 88172645463325252u;
    REQUIRE(keys);
    for (long i = 0; i < count; i++) snprintf(keys[i].text, sizeof keys[i].text, "%s:%08ld", prefix, i);
    for (long i = count - 1; i > 0; i--) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        long other = (long)(random % (uint64_t)(i + 1));
        bench_key key = keys[i];
        keys[i] = keys[other];
        keys[other] = key;
    }
    return keys;
}

/* JSON objects of about a hundred bytes. */
#define VALUES 16

typedef struct {
    char text[128];
    size_t len;
} bench_value;

MEASURE_HELPER const bench_value *value_of(long i) {
    static bench_value values[VALUES];
    static int made = 0;
    if (!made) {
        for (int v = 0; v < VALUES; v++) {
            int len = snprintf(values[v].text, sizeof values[v].text,
                               "{\"id\": %d, \"name\": \"item number %d\", \"tags\": [\"new\", \"red\"], "
                               "\"price\": %d.25, \"in_stock\": true}",
                               1000 + v, 1000 + v, 10 + v);
            REQUIRE(len > 0 && (size_t)len < sizeof values[v].text);
            values[v].len = (size_t)len;
        }
        made = 1;
    }
    return &values[(unsigned long)i % VALUES];
}

#endif
