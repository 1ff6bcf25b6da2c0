/* Searches in collections through the C API: by vector, by text, by fields, and all of it at once. */
#include "common.h"

#include <math.h>

static beaver_db *db;
static beaver_collection *coll;

static void fresh(const char *name) {
    beaver_collection_free(coll);
    REQUIRE(CHECK_OK(beaver_db_collection(db, name, &coll, NULL)));
}

static void store(const char *id, const char *body, const char *options) {
    CHECK_OK(beaver_collection_index(coll, id, body, Z, NULL, 0, options, NULL, NULL, NULL));
}

static void fill_with_colours(void) {
    const float rows[] = {1, 0, 0, 1, 0.5f, 0.5f, -1, 0};
    CHECK_OK(beaver_collection_index_many(
        coll,
        "[{\"id\":\"red\",\"body\":{\"warm\":true}},{\"id\":\"blue\",\"body\":{\"warm\":false}},"
        "{\"id\":\"violet\",\"body\":{\"warm\": false}},{\"id\":\"none\",\"body\":1}]",
        Z, rows, 4, 2, (const uint8_t[]){1, 1, 1, 0}, NULL, NULL, NULL, NULL, NULL, NULL));
}

/* The call gives JSON in which this text occurs. */
#define CHECK_HAS(part, call)                                       \
    do {                                                            \
        beaver_buf buf;                                             \
        CHECK_OK(call);                                             \
        if (!CHECK(buf.data != NULL && strstr((const char *)buf.data, part) != NULL)) \
            printf("  \"%s\" is not in %s\n", part, (const char *)buf.data); \
        beaver_buf_free(&buf);                                      \
    } while (0)

static void finds_the_nearest(void) {
    const float query[] = {1, 0};
    fresh("colours");
    CHECK_GIVES("[]", beaver_collection_search(coll, query, 2, NULL, &buf, NULL));
    fill_with_colours();
    CHECK_GIVES("[{\"id\":\"red\",\"body\":{\"warm\":true},\"score\":0.0},"
                "{\"id\":\"violet\",\"body\":{\"warm\": false},\"score\":0.5},"
                "{\"id\":\"blue\",\"body\":{\"warm\":false},\"score\":2.0}]",
                beaver_collection_search(coll, query, 2, NULL, &buf, NULL));
    CHECK_GIVES("[{\"id\":\"violet\",\"body\":{\"warm\": false},\"score\":0.5}]",
                beaver_collection_search(coll, query, 2, "{\"k\":1,\"where\":{\"warm\":false},\"effort\":\"exact\"}", &buf, NULL));
    CHECK_HAS("\"path\":\"exact\"", beaver_collection_explain_search(coll, query, 2, NULL, &buf, NULL));
    CHECK_HAS("\"compared\":3", beaver_collection_explain_search(coll, query, 2, NULL, &buf, NULL));
    CHECK_GIVES("{\"queries\":3,\"recall\":1.0}", beaver_collection_recall_check(coll, 10, "{\"k\":2}", &buf, NULL));
    CHECK_OK(beaver_collection_compact(coll, NULL, NULL, NULL, NULL));
}

static void refuses_wrong_searches(void) {
    const float query[] = {1, NAN};
    fresh("colours");
#define SEARCH(vector, dim, options) beaver_collection_search(coll, vector, dim, options, &(beaver_buf){NULL, 0, 0}, &error)
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "finite", SEARCH(query, 2, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "vector is NULL", SEARCH(NULL, 2, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "vector is NULL", SEARCH(NULL, 0, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "empty", SEARCH(query, 0, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "", SEARCH(query, 1, NULL));
    CHECK_FAILS(BEAVER_LIMIT, "components", SEARCH(query, SIZE_MAX, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "k is 0", SEARCH(query, 1, "{\"k\":0}"));
    CHECK_FAILS(BEAVER_LIMIT, "10001", SEARCH(query, 1, "{\"k\":10001}"));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "effort", SEARCH(query, 1, "{\"effort\":\"some\"}"));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "speed", SEARCH(query, 1, "{\"speed\":1}"));
    CHECK_FAILS(BEAVER_INVALID_JSON, "", SEARCH(query, 1, "{"));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_collection_recall_check(coll, 0, NULL, &(beaver_buf){NULL, 0, 0}, NULL));
}

static void matches_words(void) {
    fresh("articles");
    store("sqlite", "{\"title\":\"SQLite\",\"text\":\"A small embedded database\"}", "{\"fuzzy\":true}");
    store("postgres", "{\"title\":\"PostgreSQL\",\"text\":\"A large database server\"}", "{\"fuzzy\":true}");
    store("hidden", "\"database\"", "{\"fts\":false}");
    CHECK_HAS("{\"id\":\"sqlite\",\"body\":{\"title\":\"SQLite\",\"text\":\"A small embedded database\"},\"score\":-",
              beaver_collection_match(coll, "embedded databases", Z, NULL, &buf, NULL));
    CHECK_GIVES("[]", beaver_collection_match(coll, "embedded server", Z, NULL, &buf, NULL));
    CHECK_GIVES("[]", beaver_collection_match(coll, "", Z, NULL, &buf, NULL));
    CHECK_GIVES("[]", beaver_collection_match(coll, "\"*)(", Z, NULL, &buf, NULL));
    CHECK_GIVES("[]", beaver_collection_match(coll, "SQLite", Z, "{\"on\":\"text\"}", &buf, NULL));
    /* A length, with more behind it. */
    CHECK_HAS("\"postgres\"", beaver_collection_match(coll, "server and more", 6, NULL, &buf, NULL));
    CHECK_HAS("\"sqlite\"", beaver_collection_match(coll, "sql", Z, "{\"prefix\":true}", &buf, NULL));
    CHECK_HAS("\"score\":1.0", beaver_collection_match(coll, "datbase", Z, "{\"fuzziness\":1}", &buf, NULL));
    CHECK_HAS("\"fragments\":[{\"path\":\"", beaver_collection_match(
        coll, "small", Z, "{\"highlight\":{\"before\":\"<\",\"after\":\">\"}}", &buf, NULL));
    CHECK_HAS("A <small> embedded database", beaver_collection_match(
        coll, "small", Z, "{\"highlight\":{\"before\":\"<\",\"after\":\">\"}}", &buf, NULL));
    CHECK_HAS("<small>", beaver_collection_match(
        coll, "small", Z, "{\"snippet\":{\"before\":\"<\",\"after\":\">\",\"words\":3}}", &buf, NULL));
    CHECK_STATUS(BEAVER_INVALID_UTF8, beaver_collection_match(coll, "\xff", Z, NULL, &(beaver_buf){NULL, 0, 0}, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_collection_match(coll, "a", Z, "{\"fuzziness\":9}", &(beaver_buf){NULL, 0, 0}, NULL));
}

static void count_calls(void *userdata) { ++*(int *)userdata; }

static void finds_by_fields(void) {
    int destroyed = 0;
    fresh("books");
    CHECK_OK(beaver_collection_index_many(
        coll,
        "[{\"id\":\"a\",\"body\":{\"year\":1969}},{\"id\":\"b\",\"body\":{\"year\": 1984}},{\"id\":\"c\",\"body\":{\"year\":2001}}]",
        Z, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    CHECK_GIVES("{\"documents\":[{\"id\":\"c\",\"body\":{\"year\":2001}},{\"id\":\"b\",\"body\":{\"year\": 1984}}],\"cursor\":null}",
                beaver_collection_find(coll, "{\"where\":{\"year\":{\">=\":1980}},\"order\":[\"-year\"]}", &buf, NULL));
    CHECK_COUNTS(2, beaver_collection_count(coll, "{\"year\":{\">\":1970}}", &count, NULL));
    CHECK_COUNTS(3, beaver_collection_count(coll, NULL, &count, NULL));
    CHECK_HAS("\"indexes\":[],\"ordered\":false,\"examined\":3", beaver_collection_explain_find(coll, "{\"where\":{\"year\":1984}}", &buf, NULL));

    CHECK_FLAG(true, beaver_collection_create_index(coll, "year", NULL, &destroyed, count_calls, &flag, NULL));
    CHECK_INT(1, destroyed);
    CHECK_FLAG(false, beaver_collection_create_index(coll, "year", NULL, NULL, NULL, &flag, NULL));
    CHECK_GIVES("[\"year\"]", beaver_collection_indexes(coll, &buf, NULL));
    CHECK_HAS("\"indexes\":[\"year\"]", beaver_collection_explain_find(coll, "{\"where\":{\"year\":1984}}", &buf, NULL));
    CHECK_COUNTS(1, beaver_collection_count(coll, "{\"year\":1984.0}", &count, NULL));
    CHECK_OK(beaver_collection_drop_index(coll, "year", NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_collection_drop_index(coll, "year", NULL));
    CHECK_GIVES("[]", beaver_collection_indexes(coll, &buf, NULL));
}

/* The cursor goes back in as it came out: a JSON string, set into the next query. */
static void goes_on_with_the_cursor(void) {
    char query[512] = "{\"limit\":2}";
    int documents = 0, portions = 0;
    fresh("books");
    for (; portions < 9; portions++) {
        beaver_buf found;
        REQUIRE(CHECK_OK(beaver_collection_find(coll, query, &found, NULL)));
        const char *json = (const char *)found.data;
        for (const char *at = json; (at = strstr(at, "\"id\":")) != NULL; at++) documents++;
        const char *cursor = strstr(json, "\"cursor\":");
        REQUIRE(CHECK(cursor != NULL));
        snprintf(query, sizeof query, "{\"limit\":2,%s", cursor);
        bool end = strcmp(cursor, "\"cursor\":null}") == 0;
        beaver_buf_free(&found);
        if (end) break;
    }
    CHECK_INT(3, documents);
    CHECK_INT(1, portions);
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_collection_find(coll, "{\"cursor\":\"no cursor\"}", &(beaver_buf){NULL, 0, 0}, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "near", beaver_collection_count(coll, "{\"year\":{\"near\":1}}", &(uint64_t){0}, &error));
}

static void fuses_several_searches(void) {
    const float query[] = {1, 0};
    fresh("hybrid");
    const float python[] = {1, 0.25f}, go[] = {0, 1};
    CHECK_OK(beaver_collection_index(coll, "py", "\"Python is a language\"", Z, python, 2, NULL, NULL, NULL, NULL));
    CHECK_OK(beaver_collection_index(coll, "go", "\"Go is a language\"", Z, go, 2, NULL, NULL, NULL, NULL));
    store("pip", "\"an installer\"", NULL);
    CHECK_OK(beaver_collection_connect(coll, "py", "pip", "HAS", NULL, NULL));
    CHECK_GIVES("[{\"id\":\"py\",\"body\":\"Python is a language\",\"score\":0.016666666666666666,"
                "\"legs\":{\"vector\":{\"rank\":0,\"score\":0.0625}}}]",
                beaver_collection_hybrid(coll, query, 2, "{\"k\":1}", &buf, NULL));
    CHECK_HAS("[{\"id\":\"py\",\"body\":\"Python is a language\",\"score\":0.03333333333333333,\"legs\":{\"text\":{\"rank\":0,\"score\":-",
              beaver_collection_hybrid(coll, query, 2, "{\"text\":\"python\"}", &buf, NULL));
    CHECK_HAS("{\"id\":\"pip\",\"body\":\"an installer\",\"score\":0.016666666666666666,\"legs\":{\"graph\":{\"rank\":0,\"score\":1.0}}}",
              beaver_collection_hybrid(coll, NULL, 0, "{\"graph\":{\"from\":[\"py\"]}}", &buf, NULL));
    CHECK_HAS("\"pip\"", beaver_collection_hybrid(coll, query, 2, "{\"graph\":{\"labels\":[\"HAS\"],\"seeds\":1}}", &buf, NULL));
#define HYBRID(vector, dim, query) beaver_collection_hybrid(coll, vector, dim, query, &(beaver_buf){NULL, 0, 0}, &error)
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "nothing to search for", HYBRID(NULL, 0, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "nothing to search for", HYBRID(NULL, 0, "{\"graph\":{}}"));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "vector is NULL", HYBRID(NULL, 2, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "words", HYBRID(query, 2, "{\"words\":1}"));
}

static void reranks(void) {
    CHECK_GIVES("[{\"id\":\"b\",\"score\":0.8333333333333333},{\"id\":\"a\",\"score\":0.5},{\"id\":\"\\\"\",\"score\":0.3333333333333333}]",
                beaver_rerank("[[\"a\",\"b\"],[\"b\",\"\\\"\"]]", Z, "{\"k\":2}", &buf, NULL));
    CHECK_GIVES("[{\"id\":\"b\",\"score\":0.05},{\"id\":\"a\",\"score\":0.0}]",
                beaver_rerank("[[\"a\"],[\"b\"]]", Z, "{\"weights\":[0,3.0]}", &buf, NULL));
    CHECK_GIVES("[]", beaver_rerank("[]", Z, NULL, &buf, NULL));
#define RERANK(lists, options) beaver_rerank(lists, Z, options, &(beaver_buf){NULL, 0, 0}, &error)
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "weights", RERANK("[[\"a\"]]", "{\"weights\":[1,2]}"));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "k must be", RERANK("[]", "{\"k\":0}"));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "lists_json", RERANK("[\"a\"]", NULL));
    CHECK_FAILS(BEAVER_INVALID_JSON, "", RERANK("[", NULL));
}

int main(void) {
    db = open_db("search.db");
    RUN(finds_the_nearest);
    RUN(refuses_wrong_searches);
    RUN(matches_words);
    RUN(finds_by_fields);
    RUN(goes_on_with_the_cursor);
    RUN(fuses_several_searches);
    RUN(reranks);
    beaver_collection_free(coll);
    beaver_db_free(db);
    return check_end();
}
