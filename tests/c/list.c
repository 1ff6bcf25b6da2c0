/* Lists through the C API. */
#include "common.h"

static beaver_db *db;
static beaver_list *list;

static void fresh(const char *name, const char *values) {
    beaver_list_free(list);
    REQUIRE(CHECK_OK(beaver_db_list(db, name, &list, NULL)));
    CHECK_OK(beaver_list_extend(list, values, Z, NULL));
}

#define CHECK_LIST(expected) CHECK_GIVES(expected, beaver_list_slice(list, 0, INT64_MAX, &buf, NULL))

static void grows_at_both_ends(void) {
    fresh("grows", "[]");
    CHECK_OK(beaver_list_push(list, "2.0", Z, NULL));
    CHECK_OK(beaver_list_prepend(list, "1", Z, NULL));
    CHECK_OK(beaver_list_insert(list, 1, "\"mid\"", Z, NULL));
    CHECK_OK(beaver_list_insert(list, 100, "3", Z, NULL));
    CHECK_OK(beaver_list_insert(list, -100, "0", Z, NULL));
    CHECK_LIST("[0,1,\"mid\",2.0,3]");
    CHECK_COUNTS(5, beaver_list_len(list, &count, NULL));
    CHECK_GIVES("3", beaver_list_pop(list, &buf, NULL));
    CHECK_GIVES("0", beaver_list_deque(list, &buf, NULL));
    CHECK_COUNTS(3, beaver_list_clear(list, &count, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_list_pop(list, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_list_deque(list, &buf, NULL));
}

static void is_indexed(void) {
    fresh("indexed", "[10,11,12]");
    CHECK_GIVES("10", beaver_list_get(list, 0, &buf, NULL));
    CHECK_GIVES("12", beaver_list_get(list, -1, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_list_get(list, 3, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_list_get(list, INT64_MIN, &buf, NULL));
    CHECK_OK(beaver_list_set(list, -2, "null", Z, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_list_set(list, 3, "null", Z, NULL));
    CHECK_OK(beaver_list_delete(list, 0, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_list_delete(list, 7, NULL));
    CHECK_LIST("[null,12]");
}

static void is_searched(void) {
    fresh("searched", "[1,{\"a\":1,\"b\":2},1.0,\"1\"]");
    CHECK_FLAG(true, beaver_list_contains(list, "{\"b\":2,\"a\":1.0}", Z, &flag, NULL));
    CHECK_FLAG(false, beaver_list_contains(list, "2", Z, &flag, NULL));
    CHECK_COUNTS(2, beaver_list_count_of(list, "1", Z, &count, NULL));
    CHECK_COUNTS(2, beaver_list_index_of(list, "1", Z, 1, INT64_MAX, &count, NULL));
    uint64_t index = 7;
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_list_index_of(list, "1", Z, 3, INT64_MAX, &index, NULL));
    CHECK_INT(0, index);
    CHECK_OK(beaver_list_remove(list, "1", Z, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_list_remove(list, "[]", Z, NULL));
    CHECK_LIST("[{\"a\":1,\"b\":2},1.0,\"1\"]");
}

static void has_ranges(void) {
    fresh("ranges", "[0,1,2,3,4,5]");
    CHECK_GIVES("[1,2]", beaver_list_slice(list, 1, 3, &buf, NULL));
    CHECK_GIVES("[4,5]", beaver_list_slice(list, -2, INT64_MAX, &buf, NULL));
    CHECK_GIVES("[0,1,2,3,4,5]", beaver_list_slice(list, INT64_MIN, INT64_MAX, &buf, NULL));
    CHECK_GIVES("[]", beaver_list_slice(list, 4, 2, &buf, NULL));
    CHECK_COUNTS(2, beaver_list_delete_range(list, 1, 3, &count, NULL));
    CHECK_COUNTS(1, beaver_list_replace_range(list, 0, 1, "[\"a\", \"b\"]", Z, &count, NULL));
    CHECK_LIST("[\"a\",\"b\",3,4,5]");
    CHECK_OK(beaver_list_reverse(list, NULL));
    CHECK_ROWS("[5,4,3,\"b\",\"a\"]", beaver_list_items(list, &iter, NULL));
}

static void is_acquired_by_one(void) {
    fresh("acquired", "[1]");
    beaver_list *mine = NULL;
    CHECK_OK(beaver_list_acquire(list, -1, 60, &mine, NULL));
    CHECK_FLAG(true, beaver_list_locked(list, &flag, NULL));
    CHECK_OK(beaver_list_push(mine, "2", Z, NULL));
    CHECK_OK(beaver_list_renew(mine, 10, NULL));
    beaver_list_free(mine); /* releases */
    CHECK_FLAG(false, beaver_list_locked(list, &flag, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_list_release(list, NULL));
    CHECK_LIST("[1,2]");
}

int main(void) {
    db = open_db("list.db");
    RUN(grows_at_both_ends);
    RUN(is_indexed);
    RUN(is_searched);
    RUN(has_ranges);
    RUN(is_acquired_by_one);
    beaver_list_free(list);
    beaver_db_free(db);
    return check_end();
}
