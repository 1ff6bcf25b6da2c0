/* The peer: prepared statements on the same SQLite, in the tables and with the statements of BeaverDB 1.x, one
 * autocommit each, without anything around them. */
#include <sqlite3.h>

#include "workload.h"

enum { SET, GET, PUSH, PUT, BLOB_PUT, BEGIN, COMMIT, STATEMENTS };

static const char *const SQL[STATEMENTS] = {
    "INSERT OR REPLACE INTO beaver_dicts (dict_name, key, value, expires_at) VALUES (?, ?, ?, ?)",
    "SELECT value, expires_at FROM beaver_dicts WHERE dict_name = ? AND key = ?",
    /* 1.x asks for the maximum first; one statement is quicker, so that is the peer. */
    "INSERT INTO beaver_lists (list_name, item_order, item_value)"
    " SELECT ?1, coalesce(max(item_order), 0.0) + 1.0, ?2 FROM beaver_lists WHERE list_name = ?1",
    "INSERT INTO beaver_priority_queues (queue_name, priority, timestamp, data) VALUES (?, ?, ?, ?)",
    "INSERT OR REPLACE INTO beaver_blobs (store_name, key, data, metadata) VALUES (?, ?, ?, ?)",
    "BEGIN IMMEDIATE",
    "COMMIT",
};

static const char TABLES[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY;"
    "CREATE TABLE IF NOT EXISTS beaver_dicts (dict_name TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
    " expires_at REAL, PRIMARY KEY (dict_name, key));"
    "CREATE TABLE IF NOT EXISTS beaver_lists (list_name TEXT NOT NULL, item_order REAL NOT NULL,"
    " item_value TEXT NOT NULL, PRIMARY KEY (list_name, item_order));"
    "CREATE TABLE IF NOT EXISTS beaver_priority_queues (queue_name TEXT NOT NULL, priority REAL NOT NULL,"
    " timestamp REAL NOT NULL, data TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS idx_priority_queue_order"
    " ON beaver_priority_queues (queue_name, priority ASC, timestamp ASC);"
    "CREATE TABLE IF NOT EXISTS beaver_blobs (store_name TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL,"
    " metadata TEXT, PRIMARY KEY (store_name, key));";

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
};

static store *store_open(const char *path) {
    store *store = malloc(sizeof *store);
    REQUIRE(store);
    /* Without mutexes, as ours: the quickest that SQLite can be. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    REQUIRE(sqlite3_open_v2(path, &store->db, flags, NULL) == SQLITE_OK);
    REQUIRE(sqlite3_exec(store->db, TABLES, NULL, NULL, NULL) == SQLITE_OK);
    for (int i = 0; i < STATEMENTS; i++) {
        REQUIRE(sqlite3_prepare_v3(store->db, SQL[i], -1, SQLITE_PREPARE_PERSISTENT, &store->statements[i], NULL) ==
                SQLITE_OK);
    }
    return store;
}

static void store_close(store *store) {
    for (int i = 0; i < STATEMENTS; i++) sqlite3_finalize(store->statements[i]);
    REQUIRE(sqlite3_close(store->db) == SQLITE_OK);
    free(store);
}

static void text(sqlite3_stmt *statement, int place, const char *text, size_t len) {
    sqlite3_bind_text(statement, place, text, (int)len, SQLITE_STATIC);
}

static void run(sqlite3_stmt *statement) {
    REQUIRE(sqlite3_step(statement) == SQLITE_DONE);
    REQUIRE(sqlite3_reset(statement) == SQLITE_OK);
}

static void dict_set(store *store, const char *key, const char *json, size_t len) {
    sqlite3_stmt *set = store->statements[SET];
    text(set, 1, "bench", 5);
    text(set, 2, key, strlen(key));
    text(set, 3, json, len);
    sqlite3_bind_null(set, 4);
    run(set);
}

static size_t dict_get(store *store, const char *key, char *to, size_t room) {
    sqlite3_stmt *get = store->statements[GET];
    text(get, 1, "bench", 5);
    text(get, 2, key, strlen(key));
    REQUIRE(sqlite3_step(get) == SQLITE_ROW);
    REQUIRE(sqlite3_column_type(get, 1) == SQLITE_NULL);
    size_t len = (size_t)sqlite3_column_bytes(get, 0);
    REQUIRE(len < room);
    memcpy(to, sqlite3_column_text(get, 0), len + 1);
    REQUIRE(sqlite3_reset(get) == SQLITE_OK);
    return len;
}

static void batch_set(store *store, const bench_key *keys, long first, long count) {
    run(store->statements[BEGIN]);
    for (long i = first; i < first + count; i++) dict_set(store, keys[i].text, value_of(i)->text, value_of(i)->len);
    run(store->statements[COMMIT]);
}

static void list_push(store *store, const char *json, size_t len) {
    sqlite3_stmt *push = store->statements[PUSH];
    text(push, 1, "bench", 5);
    text(push, 2, json, len);
    run(push);
}

static void queue_put(store *store, const char *json, size_t len, double priority) {
    struct timespec now;
    sqlite3_stmt *put = store->statements[PUT];
    clock_gettime(CLOCK_REALTIME, &now);
    text(put, 1, "bench", 5);
    sqlite3_bind_double(put, 2, priority);
    sqlite3_bind_double(put, 3, (double)now.tv_sec + (double)now.tv_nsec * 1e-9);
    text(put, 4, json, len);
    run(put);
}

static void blob_put(store *store, const char *key, const uint8_t *data, size_t len) {
    sqlite3_stmt *put = store->statements[BLOB_PUT];
    text(put, 1, "bench", 5);
    text(put, 2, key, strlen(key));
    sqlite3_bind_blob(put, 3, data, (int)len, SQLITE_STATIC);
    sqlite3_bind_null(put, 4);
    run(put);
}
