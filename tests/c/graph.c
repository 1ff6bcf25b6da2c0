/* The edges between documents through the C API. */
#include "common.h"

static beaver_db *db;
static beaver_collection *coll;

static void fresh(const char *name) {
    beaver_collection_free(coll);
    REQUIRE(CHECK_OK(beaver_db_collection(db, name, &coll, NULL)));
    CHECK_OK(beaver_collection_index_many(coll, "[{\"id\":\"a\",\"body\":1},{\"id\":\"b\",\"body\":2},{\"id\":\"c\",\"body\":3},{\"id\":\"d\",\"body\":4}]",
                                          Z, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
}

static void join(const char *source, const char *target, const char *label, const char *options) {
    CHECK_OK(beaver_collection_connect(coll, source, target, label, options, NULL));
}

static void connects_and_disconnects(void) {
    fresh("connects");
    join("a", "b", "KNOWS", NULL);
    join("a", "b", "LIKES", "{\"weight\":0.5,\"metadata\":{\"since\": 2020}}");
    join("c", "a", "KNOWS", NULL);
    join("a", "b", "KNOWS", "{\"weight\":2}");
    CHECK_GIVES("[{\"id\":\"b\",\"body\":2,\"edge\":{\"source\":\"a\",\"target\":\"b\",\"label\":\"KNOWS\",\"weight\":2.0,\"metadata\":null}},"
                "{\"id\":\"b\",\"body\":2,\"edge\":{\"source\":\"a\",\"target\":\"b\",\"label\":\"LIKES\",\"weight\":0.5,\"metadata\":{\"since\": 2020}}}]",
                beaver_collection_neighbors(coll, "a", NULL, &buf, NULL));
    CHECK_GIVES("[{\"id\":\"c\",\"body\":3,\"edge\":{\"source\":\"c\",\"target\":\"a\",\"label\":\"KNOWS\",\"weight\":1.0,\"metadata\":null}}]",
                beaver_collection_neighbors(coll, "a", "{\"direction\":\"incoming\",\"labels\":[\"KNOWS\"],\"limit\":5}", &buf, NULL));
    CHECK_COUNTS(2, beaver_collection_degree(coll, "a", NULL, &count, NULL));
    CHECK_COUNTS(3, beaver_collection_degree(coll, "a", "{\"direction\":\"both\"}", &count, NULL));
    CHECK_COUNTS(1, beaver_collection_degree(coll, "a", "{\"labels\":[\"LIKES\"]}", &count, NULL));
    CHECK_COUNTS(1, beaver_collection_disconnect(coll, "a", "b", "LIKES", &count, NULL));
    CHECK_COUNTS(1, beaver_collection_disconnect(coll, "a", "b", NULL, &count, NULL));
    CHECK_COUNTS(0, beaver_collection_disconnect(coll, "a", "b", NULL, &count, NULL));
    CHECK_GIVES("[]", beaver_collection_neighbors(coll, "a", NULL, &buf, NULL));
    /* The edges of a document go with it. */
    CHECK_OK(beaver_collection_drop(coll, "c", NULL));
    CHECK_COUNTS(0, beaver_collection_degree(coll, "a", "{\"direction\":\"both\"}", &count, NULL));
}

static void needs_both_documents(void) {
    beaver_error *error = NULL;
    fresh("needs");
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_collection_connect(coll, "a", "nobody", "KNOWS", NULL, &error));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_error_status(error));
    beaver_error_free(error);
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_collection_connect_many(
        coll, "[{\"source\":\"a\",\"target\":\"b\",\"label\":\"X\"},{\"source\":\"a\",\"target\":\"z\",\"label\":\"X\"}]", Z, NULL, NULL, NULL, NULL, &error));
    CHECK_INT(1, beaver_error_operation(error));
    beaver_error_free(error);
    CHECK_COUNTS(0, beaver_collection_degree(coll, "a", NULL, &count, NULL));

    beaver_batch *batch = NULL;
    CHECK_OK(beaver_db_batch(db, &batch, NULL));
    CHECK_OK(beaver_batch_collection_index(batch, coll, "e", "5", Z, NULL, 0, NULL, NULL, NULL));
    CHECK_OK(beaver_batch_collection_connect(batch, coll, "a", "e", "KNOWS", "{\"weight\":3}", NULL));
    CHECK_OK(beaver_batch_collection_disconnect(batch, coll, "a", "b", NULL, NULL));
    CHECK_GIVES("[true,true,0]", beaver_batch_commit(batch, NULL, &buf, NULL));
    CHECK_OK(beaver_batch_collection_disconnect(batch, coll, "a", "e", "KNOWS", NULL));
    CHECK_OK(beaver_batch_collection_connect(batch, coll, "a", "z", "KNOWS", NULL, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_batch_commit(batch, NULL, NULL, &error));
    CHECK_INT(1, beaver_error_operation(error));
    beaver_error_free(error);
    CHECK_COUNTS(1, beaver_collection_degree(coll, "a", NULL, &count, NULL));
    beaver_batch_free(batch);
}

static bool stop(void *userdata, uint64_t done, uint64_t total) { return userdata == NULL || done > total; }
static void count_calls(void *userdata) { ++*(int *)userdata; }

static void connects_many_and_goes_along(void) {
    int destroyed = 0;
    fresh("walks");
    const char *edges = "[{\"source\":\"a\",\"target\":\"b\",\"label\":\"X\",\"weight\":5},{\"source\":\"b\",\"target\":\"c\",\"label\":\"X\"},"
                        "{\"source\":\"a\",\"target\":\"d\",\"label\":\"Y\",\"metadata\":[1]},{\"source\":\"d\",\"target\":\"b\",\"label\":\"Y\"}]";
    CHECK_STATUS(BEAVER_INTERRUPTED, beaver_collection_connect_many(coll, edges, Z, stop, &destroyed, count_calls, NULL, NULL));
    CHECK_INT(1, destroyed);
    CHECK_COUNTS(4, beaver_collection_connect_many(coll, edges, Z, stop, NULL, NULL, &count, NULL));
    CHECK_GIVES("[{\"id\":\"b\",\"body\":2,\"distance\":1},{\"id\":\"d\",\"body\":4,\"distance\":1},{\"id\":\"c\",\"body\":3,\"distance\":2}]",
                beaver_collection_walk(coll, "a", "{\"depth\":5}", &buf, NULL));
    CHECK_GIVES("[{\"id\":\"b\",\"body\":2,\"distance\":1,\"path\":[\"a\",\"b\"]},{\"id\":\"c\",\"body\":3,\"distance\":2,\"path\":[\"a\",\"b\",\"c\"]}]",
                beaver_collection_walk(coll, "a", "{\"depth\":2,\"paths\":true,\"labels\":[\"X\"],\"max_nodes\":2,\"fan_out\":3,\"where\":{}}", &buf, NULL));
    CHECK_GIVES("{\"ids\":[\"a\",\"b\",\"c\"],\"cost\":2.0}", beaver_collection_shortest_path(coll, "a", "c", NULL, &buf, NULL));
    CHECK_GIVES("{\"ids\":[\"a\",\"d\",\"b\",\"c\"],\"cost\":3.0}", beaver_collection_shortest_path(coll, "a", "c", "{\"weighted\":true}", &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_collection_shortest_path(coll, "c", "a", NULL, &buf, NULL));
    CHECK_GIVES("{\"ids\":[\"c\",\"b\",\"a\"],\"cost\":2.0}", beaver_collection_shortest_path(coll, "c", "a", "{\"direction\":\"both\"}", &buf, NULL));
}

static void refuses_what_is_wrong(void) {
    fresh("wrong");
#define CONNECT(label, options) beaver_collection_connect(coll, "a", "b", label, options, &error)
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "label is empty", CONNECT("", NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "weight", CONNECT("X", "{\"weight\":-1}"));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "colour", CONNECT("X", "{\"colour\":1}"));
    CHECK_FAILS(BEAVER_INVALID_UTF8, "label", CONNECT("\xff", NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "edges_json", beaver_collection_connect_many(coll, "[{\"source\":\"a\"}]", Z, NULL, NULL, NULL, NULL, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "depth", beaver_collection_walk(coll, "a", "{\"depth\":0}", &(beaver_buf){NULL, 0, 0}, &error));
    CHECK_FAILS(BEAVER_LIMIT, "1000001", beaver_collection_walk(coll, "a", "{\"max_nodes\":1000001}", &(beaver_buf){NULL, 0, 0}, &error));
    CHECK_FAILS(BEAVER_LIMIT, "10001", beaver_collection_neighbors(coll, "a", "{\"limit\":10001}", &(beaver_buf){NULL, 0, 0}, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "variant", beaver_collection_degree(coll, "a", "{\"direction\":\"up\"}", &(uint64_t){0}, &error));
}

int main(void) {
    db = open_db("graph.db");
    RUN(connects_and_disconnects);
    RUN(needs_both_documents);
    RUN(connects_many_and_goes_along);
    RUN(refuses_what_is_wrong);
    beaver_collection_free(coll);
    beaver_db_free(db);
    return check_end();
}
