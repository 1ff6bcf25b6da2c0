/* Opens a file, reads one key, and tells how much memory the process has resident then.
 *
 *     PROGRAM FILE
 */
#include <beaver.h>

#include "measure.h"

static long resident_kib(void) {
    char line[256];
    long kib = -1;
    FILE *status = fopen("/proc/self/status", "r");
    REQUIRE(status);
    while (kib < 0 && fgets(line, sizeof line, status)) {
        if (strncmp(line, "VmRSS:", 6) == 0) kib = atol(line + 6);
    }
    fclose(status);
    REQUIRE(kib >= 0);
    return kib;
}

int main(int argc, char **argv) {
    beaver_db *db;
    beaver_dict *dict;
    beaver_buf value;
    if (argc != 2) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    double begin = seconds_now();
    REQUIRE(beaver_db_open(argv[1], NULL, &db, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_dict(db, "bench", &dict, NULL) == BEAVER_OK);
    REQUIRE(beaver_dict_get(dict, "nothing", &value, NULL) == BEAVER_NOT_FOUND);
    double seconds = seconds_now() - begin;
    printf("{\"resident_kib\": %ld, \"seconds\": %.6f}\n", resident_kib(), seconds);
    beaver_dict_free(dict);
    beaver_db_free(db);
    return 0;
}
