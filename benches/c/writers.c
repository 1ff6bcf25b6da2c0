/* Threads that set new keys of one dict for some time.
 *
 *     PROGRAM FILE normal|full THREADS SECONDS
 *
 * Says "ready", waits for a line, then writes: so that several processes can begin at one moment.
 */
#include <beaver.h>
#include <pthread.h>
#include <unistd.h>

#include "measure.h"

typedef struct {
    pthread_t thread;
    beaver_dict *dict;
    char prefix[24];
    double begin, end;
    long done;
    double longest;
} writer;

static void *write_until_the_end(void *argument) {
    writer *writer = argument;
    double before = writer->begin;
    char key[40];
    while (before < writer->end) {
        /* An odd factor: all different, and all over the place. */
        uint32_t number = (uint32_t)writer->done * 2654435769u;
        snprintf(key, sizeof key, "%08x:%s", (unsigned)number, writer->prefix);
        const bench_value *value = value_of(writer->done);
        REQUIRE(beaver_dict_set(writer->dict, key, value->text, value->len, 0, NULL) == BEAVER_OK);
        double after = seconds_now();
        if (after - before > writer->longest) writer->longest = after - before;
        before = after;
        writer->done++;
    }
    return NULL;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: %s FILE normal|full THREADS SECONDS\n", argv[0]);
        return 2;
    }
    int threads = atoi(argv[3]);
    double seconds = atof(argv[4]);
    char options[64];
    beaver_db *db;
    beaver_dict *dict;
    snprintf(options, sizeof options, "{\"durability\": \"%s\"}", argv[2]);
    REQUIRE(beaver_db_open(argv[1], options, &db, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_dict(db, "bench", &dict, NULL) == BEAVER_OK);
    writer *writers = calloc((size_t)threads, sizeof *writers);
    REQUIRE(writers);
    for (int i = 0; i < threads; i++) {
        snprintf(writers[i].prefix, sizeof writers[i].prefix, "%ld.%d", (long)getpid(), i);
        writers[i].dict = dict;
    }
    value_of(0);

    puts("ready");
    fflush(stdout);
    REQUIRE(getchar() != EOF);
    double begin = seconds_now();
    for (int i = 0; i < threads; i++) {
        writers[i].begin = begin;
        writers[i].end = begin + seconds;
        REQUIRE(pthread_create(&writers[i].thread, NULL, write_until_the_end, &writers[i]) == 0);
    }
    long done = 0;
    double longest = 0;
    for (int i = 0; i < threads; i++) {
        REQUIRE(pthread_join(writers[i].thread, NULL) == 0);
        done += writers[i].done;
        if (writers[i].longest > longest) longest = writers[i].longest;
    }
    report(done, seconds_now() - begin, longest);
    beaver_dict_free(dict);
    beaver_db_free(db);
    free(writers);
    return 0;
}
