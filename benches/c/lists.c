/* What a list costs at its length. The file stays for the next work on it.
 *
 *     PROGRAM fill|get|insert FILE COUNT
 */
#include <beaver.h>

#include "measure.h"

#define PORTION 1000

static void fill(beaver_list *list, long count) {
    size_t room = PORTION * sizeof(bench_value);
    char *json = malloc(room);
    REQUIRE(json);
    for (long done = 0; done < count; done += PORTION) {
        size_t len = 0;
        for (long i = 0; i < PORTION; i++) {
            json[len++] = i == 0 ? '[' : ',';
            memcpy(json + len, value_of(i)->text, value_of(i)->len);
            len += value_of(i)->len;
        }
        json[len++] = ']';
        REQUIRE(beaver_list_extend(list, json, len, NULL) == BEAVER_OK);
    }
    free(json);
}

int main(int argc, char **argv) {
    beaver_db *db;
    beaver_list *list;
    uint64_t items, random = 88172645463325252u;
    if (argc != 4) {
        fprintf(stderr, "usage: %s fill|get|insert FILE COUNT\n", argv[0]);
        return 2;
    }
    long count = atol(argv[3]);
    REQUIRE(beaver_db_open(argv[2], NULL, &db, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_list(db, "bench", &list, NULL) == BEAVER_OK);
    double begin = seconds_now();
    if (strcmp(argv[1], "fill") == 0) {
        fill(list, count);
    } else {
        int insert = strcmp(argv[1], "insert") == 0;
        REQUIRE(beaver_list_len(list, &items, NULL) == BEAVER_OK);
        /* The first one in the middle counts the list; it is the others that are measured. */
        if (insert) REQUIRE(beaver_list_insert(list, (int64_t)items / 2, "0", 1, NULL) == BEAVER_OK);
        begin = seconds_now();
        for (long i = 0; i < count; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            int64_t index = (int64_t)(random % items);
            if (insert) {
                REQUIRE(beaver_list_insert(list, index, value_of(i)->text, value_of(i)->len, NULL) == BEAVER_OK);
            } else {
                beaver_buf value;
                REQUIRE(beaver_list_get(list, index, &value, NULL) == BEAVER_OK);
                beaver_buf_free(&value);
            }
        }
    }
    report(count, seconds_now() - begin, 0);
    beaver_list_free(list);
    beaver_db_free(db);
    return 0;
}
