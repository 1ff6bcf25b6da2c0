/* What goes wrong, and how it is told: status, message, place; and that outputs are empty then. */
#include "common.h"
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static beaver_db *db;
static beaver_dict *dict;

static void null_is_named(void) {
    beaver_db *none = db;
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "path is NULL", beaver_db_open(NULL, NULL, &none, &error));
    CHECK(none == NULL);
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "out_db is NULL", beaver_db_open("x.db", NULL, NULL, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "db is NULL", beaver_db_close(NULL, &error));
    beaver_dict *other = dict;
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "name is NULL", beaver_db_dict(db, NULL, &other, &error));
    CHECK(other == NULL);
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "out_dict is NULL", beaver_db_dict(db, "d", NULL, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "key is NULL", beaver_dict_set(dict, NULL, "1", Z, 0, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "json is NULL", beaver_dict_set(dict, "a", NULL, Z, 0, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "out_json is NULL", beaver_dict_get(dict, "a", NULL, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "keys[1] is NULL", beaver_dict_get_many(dict, (const char *[]){"a", NULL}, 2, &(beaver_buf){NULL, 0, 0}, &error));
    /* Outputs are emptied although the handle is NULL. */
    CHECK_GIVES_NOTHING(BEAVER_INVALID_ARGUMENT, beaver_dict_get(NULL, "a", &buf, NULL));
    uint64_t number = 7;
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_dict_len(NULL, &number, NULL));
    CHECK_INT(0, number);
    beaver_iter *iter = (beaver_iter *)db;
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_dict_items(NULL, &iter, NULL));
    CHECK(iter == NULL);
    CHECK_GIVES_NOTHING(BEAVER_INVALID_ARGUMENT, beaver_iter_next(NULL, &buf, NULL));
    /* Every free takes NULL. */
    beaver_db_free(NULL);
    beaver_dict_free(NULL);
    beaver_iter_free(NULL);
    beaver_batch_free(NULL);
    beaver_error_free(NULL);
    beaver_buf_free(NULL);
    beaver_blob_writer_free(NULL);
    beaver_blob_reader_free(NULL);
}

static void an_error_tells_what_it_knows(void) {
    beaver_error *error = NULL;
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_dict_set(dict, "a", "{\"b\": tru}", Z, 0, &error));
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_error_status(error));
    CHECK_INT(9, beaver_error_offset(error));
    CHECK_INT(-1, beaver_error_operation(error));
    CHECK_INT(0, beaver_error_sqlite_code(error));
    CHECK(strstr(beaver_error_detail(error), "\"kind\":\"INVALID_JSON\"") != NULL);
    CHECK(strchr(beaver_error_message(error), '\n') == NULL);
    beaver_error_free(error);
    CHECK_STATUS(BEAVER_OK, beaver_error_status(NULL));
    CHECK_STR("", beaver_error_message(NULL));
    CHECK_STR("{}", beaver_error_detail(NULL));
    CHECK_INT(-1, beaver_error_offset(NULL));
    CHECK_INT(-1, beaver_error_operation(NULL));
    CHECK_INT(0, beaver_error_sqlite_code(NULL));
    /* No error, no object: also where the answer is no. */
    error = (beaver_error *)db;
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_dict_delete(dict, "missing", &error));
    CHECK(error == NULL);
}

static void utf8_is_checked(void) {
    beaver_error *error = NULL;
    CHECK_STATUS(BEAVER_INVALID_UTF8, beaver_dict_set(dict, "ab\xff", "1", Z, 0, &error));
    CHECK_INT(2, beaver_error_offset(error));
    beaver_error_free(error);
    CHECK_STATUS(BEAVER_INVALID_UTF8, beaver_dict_set(dict, "a", "\"\xc3\x28\"", Z, 0, &error));
    CHECK_INT(1, beaver_error_offset(error));
    beaver_error_free(error);
    CHECK_STATUS(BEAVER_INVALID_UTF8, beaver_dict_get_many(dict, (const char *[]){"\x80"}, 1, &(beaver_buf){NULL, 0, 0}, NULL));
    CHECK_STATUS(BEAVER_INVALID_UTF8, beaver_db_open("\xff.db", NULL, &(beaver_db *){NULL}, NULL));
}

static void json_is_checked(void) {
    static const char *const wrong[] = {"", " ", "tru", "{", "[1,]", "'a'", "01", "1 2", "{\"a\":}", "\"\\ud800\"", "NaN"};
    for (size_t at = 0; at < sizeof wrong / sizeof *wrong; at++) {
        if (!CHECK_STATUS(BEAVER_INVALID_JSON, beaver_dict_set(dict, "a", wrong[at], Z, 0, NULL))) printf("  for %s\n", wrong[at]);
    }
    /* A length that ends within a value; bytes behind the length do not count. */
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_dict_set(dict, "a", "true", 3, 0, NULL));
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_dict_set(dict, "a", "true", 0, 0, NULL));
    char deep[401];
    memset(deep, '[', 200);
    memset(deep + 200, ']', 200);
    deep[400] = 0;
    CHECK_STATUS(BEAVER_LIMIT, beaver_dict_set(dict, "a", deep, Z, 0, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "items_json", beaver_dict_set_many(dict, "[1]", Z, 0, &error));
    beaver_list *list = NULL;
    CHECK_OK(beaver_db_list(db, "l", &list, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "values_json", beaver_list_extend(list, "{}", Z, &error));
    beaver_list_free(list);
    beaver_queue *queue = NULL;
    CHECK_OK(beaver_db_queue(db, "q", &queue, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "priority", beaver_queue_put_many(queue, "[{\"data\":1}]", Z, &error));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_queue_put(queue, "1", Z, NAN, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_queue_put(queue, "1", Z, INFINITY, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_queue_put_back(queue, "1", Z, NAN, 1, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "timestamp", beaver_queue_put_back(queue, "1", Z, 1, INT64_MAX, &error));
    CHECK_FAILS(BEAVER_INVALID_JSON, "", beaver_queue_put_back(queue, "{", Z, 1, 1, &error));
    beaver_queue_free(queue);
}

static void names_and_keys_are_checked(void) {
    char text[4200];
    beaver_dict *other = NULL;
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_dict(db, "", &other, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_dict(db, "__internal", &other, NULL));
    memset(text, 'x', sizeof text);
    text[BEAVER_MAX_NAME_BYTES] = 0;
    CHECK_OK(beaver_db_dict(db, text, &other, NULL));
    beaver_dict_free(other);
    text[BEAVER_MAX_NAME_BYTES] = 'x';
    text[BEAVER_MAX_NAME_BYTES + 1] = 0;
    CHECK_STATUS(BEAVER_LIMIT, beaver_db_dict(db, text, &other, NULL));
    text[BEAVER_MAX_NAME_BYTES + 1] = 'x';
    text[BEAVER_MAX_KEY_BYTES] = 0;
    CHECK_OK(beaver_dict_set(dict, text, "1", Z, 0, NULL));
    text[BEAVER_MAX_KEY_BYTES] = 'x';
    text[BEAVER_MAX_KEY_BYTES + 1] = 0;
    CHECK_STATUS(BEAVER_LIMIT, beaver_dict_set(dict, text, "1", Z, 0, NULL));
}

static void times_are_checked(void) {
    beaver_dict *mine = NULL;
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_dict_set(dict, "a", "1", Z, -1, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_dict_set(dict, "a", "1", Z, NAN, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_dict_set(dict, "a", "1", Z, INFINITY, NULL));
    CHECK_STATUS(BEAVER_LIMIT, beaver_dict_set(dict, "a", "1", Z, 1e15, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_dict_acquire(dict, 0, 0, &mine, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "timeout_ms", beaver_dict_acquire(dict, -2, 1, &mine, &error));
    CHECK(mine == NULL);
}

static void options_are_checked(void) {
    beaver_db *other = NULL;
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "durabilty", beaver_db_open("x.db", "{\"durabilty\":\"full\"}", &other, &error));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_open("x.db", "{\"durability\":\"half\"}", &other, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_open("x.db", "[]", &other, NULL));
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_db_open("x.db", "{", &other, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_open("x.db", "{\"busy_timeout_ms\":-1}", &other, NULL));
    CHECK(access("x.db", F_OK) != 0);
}

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL);
    fputs(text, file);
    fclose(file);
}

static void paths_are_checked(void) {
    beaver_db *other = NULL;
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_open("", NULL, &other, NULL));
    CHECK_STATUS(BEAVER_IO, beaver_db_open("no/such/folder/x.db", NULL, &other, NULL));
    REQUIRE(mkdir("folder", 0700) == 0);
    CHECK_STATUS(BEAVER_IO, beaver_db_open("folder", NULL, &other, NULL));
    char text[5000];
    memset(text, 't', sizeof text);
    text[sizeof text - 1] = 0;
    write_file("text.db", text);
    CHECK_STATUS(BEAVER_CORRUPT, beaver_db_open("text.db", NULL, &other, NULL));
    /* root may write everywhere */
    if (getuid() != 0) {
        beaver_db_free(open_db("locked.db"));
        REQUIRE(chmod("locked.db", 0400) == 0);
        CHECK_STATUS(BEAVER_READ_ONLY, beaver_db_open("locked.db", NULL, &other, NULL));
    }
    CHECK(other == NULL);
    CHECK_STATUS(BEAVER_CORRUPT, beaver_db_restore("text.db", "restored.db", NULL, NULL, NULL, NULL));
    CHECK(access("restored.db", F_OK) != 0);
}

/* The number of the format is the text behind the key "format" in the table of settings. */
static void a_newer_format_is_refused(void) {
    static uint8_t bytes[1 << 20];
    beaver_db *other = open_db("newer.db");
    beaver_db_free(other);
    FILE *file = fopen("newer.db", "r+b");
    REQUIRE(file != NULL);
    size_t size = fread(bytes, 1, sizeof bytes, file), at = 0;
    while (at + 7 < size && (memcmp(bytes + at, "format", 6) != 0 || bytes[at + 6] < '1' || bytes[at + 6] > '8')) at++;
    REQUIRE(at + 7 < size && fseek(file, (long)at + 6, SEEK_SET) == 0);
    fputc('9', file);
    fclose(file);
    CHECK_STATUS(BEAVER_UNSUPPORTED, beaver_db_open("newer.db", NULL, &other, NULL));
    CHECK(other == NULL);
}

/* The child may only look and free; whether its answers were right, it says in one byte. */
static void a_forked_child_gets_closed(void) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        beaver_buf buf;
        char right = 'y';
        if (beaver_dict_get(dict, "a", &buf, NULL) != BEAVER_CLOSED) right = 'r';
        if (beaver_dict_set(dict, "a", "1", Z, 0, NULL) != BEAVER_CLOSED) right = 'w';
        if (beaver_db_close(db, NULL) != BEAVER_CLOSED) right = 'c';
        beaver_dict_free(dict);
        beaver_db_free(db);
        beaver_db *own = NULL;
        if (beaver_db_open("errors.db", NULL, &own, NULL) != BEAVER_OK) right = 'o';
        beaver_db_free(own);
        if (write(ends[1], &right, 1) != 1) abort();
        raise(SIGKILL); /* what it leaves of its parent's connections is for no leak checker to report */
    }
    char right = '?';
    CHECK_INT(1, read(ends[0], &right, 1));
    CHECK_INT('y', right);
    waitpid(child, NULL, 0);
    close(ends[0]);
    close(ends[1]);
    CHECK_OK(beaver_dict_set(dict, "after the fork", "1", Z, 0, NULL));
}

static void a_closed_database_says_so(void) {
    CHECK_OK(beaver_db_close(db, NULL));
    CHECK_FAILS(BEAVER_CLOSED, "closed", beaver_dict_set(dict, "a", "1", Z, 0, &error));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_db_info(db, &buf, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_db_pause(db, NULL));
    CHECK_OK(beaver_db_interrupt(db, NULL));
}

int main(void) {
    db = open_db("errors.db");
    REQUIRE(CHECK_OK(beaver_db_dict(db, "d", &dict, NULL)));
    RUN(null_is_named);
    RUN(an_error_tells_what_it_knows);
    RUN(utf8_is_checked);
    RUN(json_is_checked);
    RUN(names_and_keys_are_checked);
    RUN(times_are_checked);
    RUN(options_are_checked);
    RUN(paths_are_checked);
    RUN(a_newer_format_is_refused);
    RUN(a_forked_child_gets_closed);
    RUN(a_closed_database_says_so);
    beaver_dict_free(dict);
    beaver_db_free(db);
    return check_end();
}
