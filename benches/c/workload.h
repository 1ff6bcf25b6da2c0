/* The works of one thread that are done both through the C API and by raw SQLite. The program that includes this
 * gives the calls; the loops around them are the same by construction.
 *
 *     PROGRAM WORK FILE COUNT
 */
#include "measure.h"

typedef struct store store;

static store *store_open(const char *path);
static void store_close(store *store);
static void dict_set(store *store, const char *key, const char *json, size_t len);
/* Copies the value out and gives its length. */
static size_t dict_get(store *store, const char *key, char *to, size_t room);
/* Sets many keys in one transaction. */
static void batch_set(store *store, const bench_key *keys, long first, long count);
static void list_push(store *store, const char *json, size_t len);
static void queue_put(store *store, const char *json, size_t len, double priority);
static void blob_put(store *store, const char *key, const uint8_t *data, size_t len);

#define BATCH 1000
#define BLOB 4096
/* How many keys there are where a work needs some. */
#define STORED 10000

static void fill(store *store, const bench_key *keys, long count) {
    for (long first = 0; first < count; first += BATCH) batch_set(store, keys, first, BATCH);
}

static void work_get(store *store, long count) {
    bench_key *keys = make_keys("key", STORED);
    char value[256];
    size_t bytes = 0;
    fill(store, keys, STORED);
    for (long i = 0; i < STORED; i++) bytes += dict_get(store, keys[i].text, value, sizeof value);
    double begin = seconds_now();
    for (long i = 0; i < count; i++) bytes += dict_get(store, keys[i % STORED].text, value, sizeof value);
    report(count, seconds_now() - begin, 0);
    REQUIRE(bytes > (size_t)count * 50);
    free(keys);
}

static void work_set(store *store, long count) {
    bench_key *keys = make_keys("key", count);
    double begin = seconds_now();
    for (long i = 0; i < count; i++) dict_set(store, keys[i].text, value_of(i)->text, value_of(i)->len);
    report(count, seconds_now() - begin, 0);
    free(keys);
}

static void work_overwrite(store *store, long count) {
    bench_key *keys = make_keys("key", STORED);
    fill(store, keys, STORED);
    double begin = seconds_now();
    for (long i = 0; i < count; i++) {
        const bench_value *value = value_of(i + i / STORED + 1);
        dict_set(store, keys[i % STORED].text, value->text, value->len);
    }
    report(count, seconds_now() - begin, 0);
    free(keys);
}

static void work_batch(store *store, long count) {
    bench_key *keys = make_keys("key", count * BATCH);
    double begin = seconds_now();
    for (long i = 0; i < count; i++) batch_set(store, keys, i * BATCH, BATCH);
    report(count, seconds_now() - begin, 0);
    free(keys);
}

static void work_push(store *store, long count) {
    double begin = seconds_now();
    for (long i = 0; i < count; i++) list_push(store, value_of(i)->text, value_of(i)->len);
    report(count, seconds_now() - begin, 0);
}

static void work_put(store *store, long count) {
    double begin = seconds_now();
    for (long i = 0; i < count; i++) queue_put(store, value_of(i)->text, value_of(i)->len, (double)(i % 3));
    report(count, seconds_now() - begin, 0);
}

static void work_blob(store *store, long count) {
    bench_key *keys = make_keys("blob", count);
    uint8_t data[BLOB];
    for (size_t i = 0; i < BLOB; i++) data[i] = (uint8_t)(i * 31);
    double begin = seconds_now();
    for (long i = 0; i < count; i++) blob_put(store, keys[i].text, data, BLOB);
    report(count, seconds_now() - begin, 0);
    free(keys);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(store *store, long count);
    } works[] = {{"get", work_get},   {"set", work_set},   {"overwrite", work_overwrite}, {"batch", work_batch},
                 {"push", work_push}, {"put", work_put},   {"blob", work_blob}};
    if (argc == 4) {
        for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
            if (strcmp(argv[1], works[i].name) == 0) {
                store *store = store_open(argv[2]);
                works[i].run(store, atol(argv[3]));
                store_close(store);
                return 0;
            }
        }
    }
    fprintf(stderr, "usage: %s get|set|overwrite|batch|push|put|blob FILE COUNT\n", argv[0]);
    return 2;
}
