/* The documents of collections through the C API. */
#include "common.h"

#include <math.h>

static beaver_db *db;
static beaver_collection *coll;

static void fresh(const char *name) {
    beaver_collection_free(coll);
    REQUIRE(CHECK_OK(beaver_db_collection(db, name, &coll, NULL)));
}

static void store(const char *id, const char *body) {
    CHECK_OK(beaver_collection_index(coll, id, body, Z, NULL, 0, NULL, NULL, NULL, NULL));
}

/* The embedding of a document is these floats. */
static void check_embedding(const char *id, const float *expected, size_t dim) {
    beaver_buf body, embedding;
    CHECK_OK(beaver_collection_get(coll, id, &body, &embedding, NULL));
    CHECK_INT(dim * sizeof(float), embedding.len);
    CHECK_INT(0, (uintptr_t)embedding.data % sizeof(float));
    const float *found = (const float *)(const void *)embedding.data;
    for (size_t at = 0; at < dim && embedding.len == dim * sizeof(float); at++) CHECK(found[at] == expected[at]);
    beaver_buf_free(&body);
    beaver_buf_free(&embedding);
}

static void indexes_and_gets(void) {
    const float vector[] = {0.5f, -1.25f, 1e-3f};
    fresh("gets");
    CHECK_FLAG(true, beaver_collection_index(coll, "a", "{\"n\": 1.50}", Z, vector, 3, NULL, NULL, &flag, NULL));
    CHECK_FLAG(false, beaver_collection_index(coll, "a", "{\"n\": 1.50}", Z, vector, 3, NULL, NULL, &flag, NULL));
    CHECK_GIVES("{\"n\": 1.50}", beaver_collection_get(coll, "a", &buf, NULL, NULL));
    check_embedding("a", vector, 3);
    /* A length, with more behind it; no embedding any more. */
    CHECK_OK(beaver_collection_index(coll, "a", "[1]garbage", 3, NULL, 0, NULL, NULL, NULL, NULL));
    CHECK_GIVES("[1]", beaver_collection_get(coll, "a", &buf, NULL, NULL));
    beaver_buf body, embedding;
    CHECK_OK(beaver_collection_get(coll, "a", &body, &embedding, NULL));
    CHECK(embedding.data == NULL && embedding.len == 0);
    beaver_buf_free(&body);
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_collection_get(coll, "b", &buf, NULL, NULL));
    CHECK_FLAG(true, beaver_collection_contains(coll, "a", &flag, NULL));
    CHECK_FLAG(false, beaver_collection_contains(coll, "b", &flag, NULL));
    CHECK_COUNTS(1, beaver_collection_len(coll, &count, NULL));
    CHECK_OK(beaver_collection_drop(coll, "a", NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_collection_drop(coll, "a", NULL));
}

static void gives_an_id_where_none_is_given(void) {
    fresh("uuids");
    beaver_buf id, other;
    CHECK_OK(beaver_collection_index(coll, NULL, "\"a plain string\"", Z, NULL, 0, NULL, &id, NULL, NULL));
    CHECK_OK(beaver_collection_index(coll, NULL, "null", Z, NULL, 0, NULL, &other, NULL, NULL));
    CHECK_INT(36, id.len);
    CHECK(strcmp((const char *)id.data, (const char *)other.data) != 0);
    CHECK_GIVES("\"a plain string\"", beaver_collection_get(coll, (const char *)id.data, &buf, NULL, NULL));
    CHECK_GIVES("null", beaver_collection_get(coll, (const char *)other.data, &buf, NULL, NULL));
    beaver_buf_free(&id);
    beaver_buf_free(&other);
    CHECK_GIVES("mine", beaver_collection_index(coll, "mine", "1", Z, NULL, 0, NULL, &buf, NULL, NULL));
}

static void has_settings(void) {
    fresh("settings");
    CHECK_GIVES("{\"metric\":\"l2\",\"tokenizer\":\"porter\",\"dimension\":null}", beaver_collection_settings(coll, &buf, NULL));
    CHECK_OK(beaver_collection_configure(coll, "{\"metric\":\"cosine\",\"tokenizer\":\"trigram\"}", NULL));
    CHECK_OK(beaver_collection_index(coll, "a", "1", Z, (const float[]){1, 2}, 2, NULL, NULL, NULL, NULL));
    CHECK_GIVES("{\"metric\":\"cosine\",\"tokenizer\":\"trigram\",\"dimension\":2}", beaver_collection_settings(coll, &buf, NULL));
    CHECK_OK(beaver_collection_configure(coll, "{\"metric\":\"cosine\",\"tokenizer\":\"trigram\"}", NULL));
    CHECK_STATUS(BEAVER_CONFLICT, beaver_collection_configure(coll, "{}", NULL));
    CHECK_COUNTS(1, beaver_collection_clear(coll, &count, NULL));
    CHECK_GIVES("{\"metric\":\"cosine\",\"tokenizer\":\"trigram\",\"dimension\":null}", beaver_collection_settings(coll, &buf, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "metric", beaver_collection_configure(coll, "{\"metric\":\"far\"}", &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "colour", beaver_collection_configure(coll, "{\"colour\":1}", &error));
}

static void tells_what_it_holds(void) {
    fresh("stats");
    CHECK_GIVES("{\"documents\":0,\"dimension\":null,\"vectors\":{\"tier\":\"exact\",\"partitions\":0,\"codes\":0,"
                "\"stale\":0,\"bytes\":0,\"epoch\":0,\"building\":false}}", beaver_collection_stats(coll, &buf, NULL));
    CHECK_OK(beaver_collection_index(coll, "a", "1", Z, (const float[]){1, 2}, 2, NULL, NULL, NULL, NULL));
    CHECK_OK(beaver_collection_index(coll, "b", "2", Z, NULL, 0, NULL, NULL, NULL, NULL));
    CHECK_GIVES("{\"documents\":2,\"dimension\":2,\"vectors\":{\"tier\":\"exact\",\"partitions\":0,\"codes\":0,"
                "\"stale\":0,\"bytes\":0,\"epoch\":0,\"building\":false}}", beaver_collection_stats(coll, &buf, NULL));
}

static void refuses_vectors_that_are_none(void) {
    fresh("vectors");
    const float good[] = {1, 2};
    const float bad[] = {1, NAN};
    const float worse[] = {INFINITY, 0};
    float *large = calloc(BEAVER_MAX_DIMENSION + 1, sizeof *large);
    REQUIRE(large != NULL);
#define INDEX(vector, dim) beaver_collection_index(coll, "a", "1", Z, vector, dim, NULL, NULL, NULL, &error)
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "not a finite number, at index 1", INDEX(bad, 2));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "not a finite number, at index 0", INDEX(worse, 2));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "embedding is NULL", INDEX(NULL, 2));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "empty", INDEX(good, 0));
    CHECK_FAILS(BEAVER_LIMIT, "8193", INDEX(large, BEAVER_MAX_DIMENSION + 1));
    CHECK_FAILS(BEAVER_LIMIT, "components", INDEX(large, SIZE_MAX));
    CHECK_OK(beaver_collection_index(coll, "a", "1", Z, good, 2, NULL, NULL, NULL, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_collection_index(coll, "b", "1", Z, good, 1, NULL, NULL, NULL, NULL));
    CHECK_COUNTS(1, beaver_collection_len(coll, &count, NULL));
    free(large);
}

static void refuses_what_is_wrong(void) {
    fresh("wrong");
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "id is empty", beaver_collection_index(coll, "", "1", Z, NULL, 0, NULL, NULL, NULL, &error));
    CHECK_STATUS(BEAVER_INVALID_UTF8, beaver_collection_index(coll, "\xff", "1", Z, NULL, 0, NULL, NULL, NULL, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INVALID_JSON, beaver_collection_index(coll, "a", "{", Z, NULL, 0, NULL, &buf, NULL, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "speed", beaver_collection_index(coll, "a", "1", Z, NULL, 0, "{\"speed\":1}", NULL, NULL, &error));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_collection_index(coll, "a", "1", Z, NULL, 0, "{\"fts\":1}", NULL, NULL, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_collection(db, "__x", &(beaver_collection *){NULL}, NULL));
    CHECK_COUNTS(0, beaver_collection_len(coll, &count, NULL));
}

struct watch {
    uint64_t calls, done, total, stop_at;
    int destroyed;
};

static bool on_progress(void *userdata, uint64_t done, uint64_t total) {
    struct watch *watch = userdata;
    watch->calls++;
    watch->done = done;
    watch->total = total;
    return watch->stop_at == 0 || done < watch->stop_at;
}

static void on_destroy(void *userdata) { ((struct watch *)userdata)->destroyed++; }

static void indexes_many(void) {
    fresh("many");
    const float rows[] = {1, 2, 0, 0, 5, 6};
    const uint8_t has[] = {1, 0, 1};
    const char *documents = "[{\"id\":\"a\",\"body\":1.0},{\"body\":[2],\"id\":\"b\"},{\"id\":\"c\",\"body\":null}]";
    struct watch watch = {0, 0, 0, 0, 0};
    CHECK_COUNTS(3, beaver_collection_index_many(coll, documents, Z, rows, 3, 2, has, NULL, on_progress, &watch, on_destroy, &count, NULL));
    CHECK(watch.calls > 0 && watch.done == 3 && watch.total == 3 && watch.destroyed == 1);
    CHECK_ROWS("[{\"id\":\"a\",\"body\":1.0},{\"id\":\"b\",\"body\":[2]},{\"id\":\"c\",\"body\":null}]",
               beaver_collection_items(coll, &iter, NULL));
    check_embedding("a", rows, 2);
    check_embedding("b", rows, 0);
    check_embedding("c", rows + 4, 2);
    /* Without flags all have one, without rows none. */
    CHECK_OK(beaver_collection_index_many(coll, documents, Z, rows, 3, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    check_embedding("b", rows + 2, 2);
    CHECK_OK(beaver_collection_index_many(coll, documents, Z, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    check_embedding("b", rows, 0);
    CHECK_COUNTS(0, beaver_collection_index_many(coll, "[]", Z, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, &count, NULL));
    CHECK_COUNTS(2, beaver_collection_index_many(coll, "[{\"body\":1},{\"id\":null,\"body\":1}]", Z, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, &count, NULL));
    CHECK_COUNTS(5, beaver_collection_len(coll, &count, NULL));
}

static void indexes_all_of_many_or_none(void) {
    fresh("all or none");
    const float rows[] = {1, 2, NAN, 4};
    const char *two = "[{\"id\":\"a\",\"body\":1},{\"id\":\"b\",\"body\":2}]";
    beaver_error *error = NULL;
    struct watch watch = {0, 0, 0, 1, 0};
#define MANY(documents, embeddings, count, dim, has) \
    beaver_collection_index_many(coll, documents, Z, embeddings, count, dim, has, NULL, NULL, NULL, NULL, NULL, &error)
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, MANY(two, rows, 2, 2, NULL));
    CHECK_INT(1, beaver_error_operation(error));
    beaver_error_free(error);
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "3 rows for 2 documents", MANY(two, rows, 3, 1, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "embeddings is NULL", MANY(two, NULL, 2, 2, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "empty", MANY(two, rows, 2, 0, NULL));
    CHECK_FAILS(BEAVER_LIMIT, "components", MANY(two, rows, 2, SIZE_MAX / 4, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "documents_json", MANY("[{\"id\":\"a\"}]", NULL, 0, 0, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "embedding", MANY("[{\"body\":1,\"embedding\":[1]}]", NULL, 0, 0, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "documents_json", MANY("{}", NULL, 0, 0, NULL));
    CHECK_STATUS(BEAVER_INTERRUPTED, beaver_collection_index_many(coll, two, Z, NULL, 0, 0, NULL, NULL, on_progress, &watch, on_destroy, NULL, NULL));
    CHECK_INT(1, watch.destroyed);
    /* Also where nothing is done. */
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_collection_index_many(coll, "[", Z, NULL, 0, 0, NULL, NULL, on_progress, &watch, on_destroy, NULL, NULL));
    CHECK_INT(2, watch.destroyed);
    CHECK_COUNTS(0, beaver_collection_len(coll, &count, NULL));
}

static void goes_through_a_thousand(void) {
    fresh("thousand");
    static char json[60000];
    size_t length = 0;
    json[length++] = '[';
    for (int number = 0; number < 1000; number++) {
        length += (size_t)snprintf(json + length, sizeof json - length, "%s{\"id\":\"k%03d\",\"body\":%d}", number ? "," : "", number, number);
    }
    json[length++] = ']';
    CHECK_OK(beaver_collection_index_many(coll, json, length, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    beaver_iter *iter = NULL;
    beaver_buf row;
    int rows = 0;
    CHECK_OK(beaver_collection_items(coll, &iter, NULL));
    beaver_status status;
    while ((status = beaver_iter_next(iter, &row, NULL)) == BEAVER_OK) {
        char expected[64];
        snprintf(expected, sizeof expected, "{\"id\":\"k%03d\",\"body\":%d}", rows, rows);
        CHECK_STR(expected, (const char *)row.data);
        beaver_buf_free(&row);
        rows++;
    }
    CHECK_STATUS(BEAVER_END, status);
    CHECK_INT(1000, rows);
    beaver_iter_free(iter);
}

static void is_acquired_by_one(void) {
    fresh("acquired");
    beaver_collection *mine = NULL, *other = NULL;
    CHECK_OK(beaver_collection_acquire(coll, 0, 60, &mine, NULL));
    CHECK_FLAG(true, beaver_collection_locked(coll, &flag, NULL));
    CHECK_STATUS(BEAVER_TIMEOUT, beaver_collection_acquire(coll, 0, 60, &other, NULL));
    CHECK(other == NULL);
    CHECK_OK(beaver_collection_index(mine, "a", "1", Z, NULL, 0, NULL, NULL, NULL, NULL));
    CHECK_OK(beaver_collection_renew(mine, 60, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_collection_renew(coll, 60, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_collection_release(coll, NULL));
    CHECK_OK(beaver_collection_release(mine, NULL));
    CHECK_FLAG(false, beaver_collection_locked(coll, &flag, NULL));
    beaver_collection_free(mine);
}

static void changes_in_a_batch(void) {
    fresh("batch");
    beaver_batch *batch = NULL;
    beaver_error *error = NULL;
    const float vector[] = {1, 2};
    store("old", "0");
    CHECK_OK(beaver_db_batch(db, &batch, NULL));
    CHECK_GIVES("a", beaver_batch_collection_index(batch, coll, "a", "{\"n\":1}", Z, vector, 2, NULL, &buf, NULL));
    beaver_buf id;
    CHECK_OK(beaver_batch_collection_index(batch, coll, NULL, "2", Z, NULL, 0, "{\"fts\":false}", &id, NULL));
    CHECK_OK(beaver_batch_collection_drop(batch, coll, "old", NULL));
    CHECK_OK(beaver_batch_collection_drop(batch, coll, "none", NULL));
    CHECK_COUNTS(1, beaver_collection_len(coll, &count, NULL));
    CHECK_GIVES("[true,true,true,false]", beaver_batch_commit(batch, NULL, &buf, NULL));
    CHECK_GIVES("2", beaver_collection_get(coll, (const char *)id.data, &buf, NULL, NULL));
    beaver_buf_free(&id);
    check_embedding("a", vector, 2);

    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "finite", beaver_batch_collection_index(batch, coll, "b", "1", Z, (const float[]){NAN}, 1, NULL, NULL, &error));
    CHECK_GIVES_NOTHING(BEAVER_INVALID_ARGUMENT, beaver_batch_collection_index(NULL, coll, "b", "1", Z, NULL, 0, NULL, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_INVALID_JSON, beaver_batch_collection_index(batch, coll, "b", "", Z, NULL, 0, NULL, &buf, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "empty", beaver_batch_collection_drop(batch, coll, "", &error));
    CHECK_COUNTS(0, beaver_batch_len(batch, &count, NULL));
    /* The dimension is looked at by the commit, which then changes nothing. */
    CHECK_OK(beaver_batch_collection_clear(batch, coll, NULL));
    CHECK_OK(beaver_batch_collection_index(batch, coll, "b", "1", Z, vector, 2, NULL, NULL, NULL));
    CHECK_OK(beaver_batch_collection_index(batch, coll, "c", "1", Z, vector, 1, NULL, NULL, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_batch_commit(batch, NULL, NULL, &error));
    CHECK_INT(2, beaver_error_operation(error));
    beaver_error_free(error);
    CHECK_COUNTS(2, beaver_collection_len(coll, &count, NULL));
    CHECK_OK(beaver_batch_collection_clear(batch, coll, NULL));
    CHECK_GIVES("[2]", beaver_batch_commit(batch, NULL, &buf, NULL));
    beaver_batch_free(batch);
}

static void is_made_anew(void) {
    fresh("anew");
    store("a", "\"text\"");
    struct watch watch = {0, 0, 0, 0, 0};
    CHECK_OK(beaver_collection_rebuild(coll, on_progress, &watch, on_destroy, NULL));
    CHECK(watch.calls > 0 && watch.done == watch.total && watch.destroyed == 1);
    CHECK_OK(beaver_collection_rebuild(coll, NULL, NULL, NULL, NULL));
    beaver_buf report;
    CHECK_OK(beaver_db_repair(db, on_progress, &watch, on_destroy, &report, NULL));
    CHECK_INT(2, watch.destroyed);
    CHECK(strstr((const char *)report.data, "\"anew\"") != NULL && strstr((const char *)report.data, "\"problems\":[]") != NULL);
    beaver_buf_free(&report);
    CHECK_GIVES("{\"ok\":true,\"problems\":[]}", beaver_db_verify(db, &buf, NULL));
    CHECK_GIVES("\"text\"", beaver_collection_get(coll, "a", &buf, NULL, NULL));
}

static void is_listed(void) {
    fresh("listed");
    store("a", "1");
    beaver_buf names;
    CHECK_OK(beaver_db_names(db, "collection", &names, NULL));
    CHECK(strstr((const char *)names.data, "\"listed\"") != NULL);
    beaver_buf_free(&names);
    CHECK(beaver_has_feature("collection"));
}

int main(void) {
    db = open_db("collection.db");
    RUN(indexes_and_gets);
    RUN(gives_an_id_where_none_is_given);
    RUN(has_settings);
    RUN(tells_what_it_holds);
    RUN(refuses_vectors_that_are_none);
    RUN(refuses_what_is_wrong);
    RUN(indexes_many);
    RUN(indexes_all_of_many_or_none);
    RUN(goes_through_a_thousand);
    RUN(is_acquired_by_one);
    RUN(changes_in_a_batch);
    RUN(is_made_anew);
    RUN(is_listed);
    beaver_collection_free(coll);
    beaver_db_free(db);
    return check_end();
}
