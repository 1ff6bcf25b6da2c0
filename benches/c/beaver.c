/* The works of workload.h through the C API. */
#include <beaver.h>

#include "workload.h"

struct store {
    beaver_db *db;
    beaver_dict *dict;
    beaver_list *list;
    beaver_queue *queue;
    beaver_blobs *blobs;
};

static store *store_open(const char *path) {
    store *store = malloc(sizeof *store);
    REQUIRE(store);
    REQUIRE(beaver_db_open(path, NULL, &store->db, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_dict(store->db, "bench", &store->dict, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_list(store->db, "bench", &store->list, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_queue(store->db, "bench", &store->queue, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_blobs(store->db, "bench", &store->blobs, NULL) == BEAVER_OK);
    return store;
}

static void store_close(store *store) {
    beaver_dict_free(store->dict);
    beaver_list_free(store->list);
    beaver_queue_free(store->queue);
    beaver_blobs_free(store->blobs);
    beaver_db_free(store->db);
    REQUIRE(beaver_live_objects() == 0);
    free(store);
}

static void dict_set(store *store, const char *key, const char *json, size_t len) {
    REQUIRE(beaver_dict_set(store->dict, key, json, len, 0, NULL) == BEAVER_OK);
}

static size_t dict_get(store *store, const char *key, char *to, size_t room) {
    beaver_buf value;
    REQUIRE(beaver_dict_get(store->dict, key, &value, NULL) == BEAVER_OK);
    size_t len = value.len;
    REQUIRE(len < room);
    memcpy(to, value.data, len + 1);
    beaver_buf_free(&value);
    return len;
}

static void batch_set(store *store, const bench_key *keys, long first, long count) {
    beaver_batch *batch;
    REQUIRE(beaver_db_batch(store->db, &batch, NULL) == BEAVER_OK);
    for (long i = first; i < first + count; i++) {
        const bench_value *value = value_of(i);
        REQUIRE(beaver_batch_dict_set(batch, store->dict, keys[i].text, value->text, value->len, 0, NULL, NULL) ==
                BEAVER_OK);
    }
    REQUIRE(beaver_batch_commit(batch, NULL, NULL, NULL) == BEAVER_OK);
    beaver_batch_free(batch);
}

static void list_push(store *store, const char *json, size_t len) {
    REQUIRE(beaver_list_push(store->list, json, len, NULL) == BEAVER_OK);
}

static void queue_put(store *store, const char *json, size_t len, double priority) {
    REQUIRE(beaver_queue_put(store->queue, json, len, priority, NULL) == BEAVER_OK);
}

static void blob_put(store *store, const char *key, const uint8_t *data, size_t len) {
    REQUIRE(beaver_blobs_put(store->blobs, key, data, len, NULL, 0, NULL) == BEAVER_OK);
}
