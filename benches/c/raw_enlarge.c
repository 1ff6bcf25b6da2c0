/* Adds blobs of 1 MiB of zeroes to a file that beaver has made, by SQLite itself.
 *
 *     PROGRAM FILE MEBIBYTES
 */
#include <sqlite3.h>

#include "measure.h"

int main(int argc, char **argv) {
    sqlite3 *db;
    sqlite3_stmt *put;
    if (argc != 3) {
        fprintf(stderr, "usage: %s FILE MEBIBYTES\n", argv[0]);
        return 2;
    }
    REQUIRE(sqlite3_open(argv[1], &db) == SQLITE_OK);
    REQUIRE(sqlite3_prepare_v2(db, "INSERT INTO beaver_blobs VALUES ('zeroes', 'block ' || ?1, zeroblob(1048576), NULL)",
                               -1, &put, NULL) == SQLITE_OK);
    for (int i = 0; i < atoi(argv[2]); i++) {
        sqlite3_bind_int(put, 1, i);
        REQUIRE(sqlite3_step(put) == SQLITE_DONE);
        REQUIRE(sqlite3_reset(put) == SQLITE_OK);
    }
    sqlite3_finalize(put);
    REQUIRE(sqlite3_close(db) == SQLITE_OK);
    return 0;
}
