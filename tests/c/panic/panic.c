/* A panic inside the library stays there. Built against a library with the feature test-panic, which exports a
 * function that panics; the released library has none. */
#include "../common.h"

BEAVER_API beaver_status beaver_test_panic(const beaver_db *db, beaver_error **out_error);

static void a_panic_breaks_one_database(void) {
    beaver_db *broken = open_db("broken.db"), *other = open_db("other.db"), *again = NULL;
    beaver_dict *dict = NULL;
    CHECK_OK(beaver_db_dict(broken, "d", &dict, NULL));
    CHECK_OK(beaver_dict_set(dict, "a", "1", Z, 0, NULL));

    CHECK_FAILS(BEAVER_PANIC, "caught", beaver_test_panic(broken, &error));
    CHECK_GIVES_NOTHING(BEAVER_PANIC, beaver_dict_get(dict, "a", &buf, NULL));
    CHECK_STATUS(BEAVER_PANIC, beaver_dict_set(dict, "a", "2", Z, 0, NULL));
    CHECK_STATUS(BEAVER_PANIC, beaver_test_panic(broken, NULL));
    beaver_dict_free(dict);
    beaver_db_free(broken);

    CHECK_GIVES("[]", beaver_db_names(other, "dict", &buf, NULL));
    beaver_db_free(other);

    again = open_db("broken.db");
    CHECK_OK(beaver_db_dict(again, "d", &dict, NULL));
    CHECK_GIVES("1", beaver_dict_get(dict, "a", &buf, NULL));
    CHECK_OK(beaver_dict_set(dict, "a", "2", Z, 0, NULL));
    CHECK_GIVES("{\"ok\":true,\"problems\":[]}", beaver_db_verify(again, &buf, NULL));
    beaver_dict_free(dict);
    beaver_db_free(again);
}

int main(void) {
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_test_panic(NULL, NULL));
    RUN(a_panic_breaks_one_database);
    return check_end();
}
