/* A tour of beaver's structures on real data: 2,000 entries of WordNet, from the folder that is the argument.
 *
 *     quickstart examples/data/wordnet-sample
 *
 * It leaves wordnet.db in the current folder. The program starts itself again, twice, as the workers of chapter 4. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <beaver.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define DATABASE "wordnet.db"

static beaver_error *error = NULL;

/* True for OK, false for "not there" and "timed out"; an error ends the program. */
static bool ok(beaver_status status) {
    if (error == NULL) return status == BEAVER_OK;
    fprintf(stderr, "%s: %s\n", beaver_status_name(status), beaver_error_message(error));
    beaver_error_free(error);
    exit(EXIT_FAILURE);
}

static void chapter(const char *title) {
    static int number = 0;
    printf("\n%d. %s\n", ++number, title);
}

static void sleep_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000 * 1000}, NULL);
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Copies the text of one member. For these JSON texts that is enough; a JSON library does it for any. */
static const char *member(const void *json, const char *name, char value[256]) {
    char pattern[32];
    snprintf(pattern, sizeof pattern, "\"%s\":\"", name);
    const char *found = strstr(json, pattern);
    size_t len = found == NULL ? 0 : strcspn(found + strlen(pattern), "\"");
    snprintf(value, 256, "%.*s", (int)len, found == NULL ? "" : found + strlen(pattern));
    return value;
}

/* --- 1. A line is {"id":"n00015388","words":["animal","beast"],…,"gloss":"a living organism"} --- */

static uint64_t load(const beaver_db *db, const char *folder, const beaver_dict *meanings, const beaver_list *words) {
    char path[4096], line[4096], id[256];
    snprintf(path, sizeof path, "%s/documents.jsonl", folder);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    beaver_batch *batch = NULL;
    uint64_t count = 0;
    ok(beaver_db_batch(db, &batch, &error));
    while (fgets(line, sizeof line, file) != NULL) {
        /* JSON goes in as text, with its length: a piece of the line will do. */
        const char *list = strchr(line, '[');
        size_t list_len = strcspn(list, "]") + 1;
        member(line, "id", id);
        ok(beaver_batch_dict_set(batch, meanings, id, line, strcspn(line, "\n"), 0, NULL, &error));
        ok(beaver_batch_list_extend(batch, words, list, list_len, &error));
        count++;
    }
    ok(beaver_batch_commit(batch, NULL, NULL, &error));
    beaver_batch_free(batch);
    fclose(file);
    return count;
}

static void read_back(const beaver_dict *meanings, const beaver_list *words) {
    beaver_buf json = {0};
    char gloss[256];
    uint64_t count = 0;
    ok(beaver_dict_get(meanings, "n00015388", &json, &error));
    printf("   n00015388 means: %s\n", member(json.data, "gloss", gloss));
    beaver_buf_free(&json);

    ok(beaver_list_len(words, &count, &error));
    ok(beaver_list_slice(words, -3, INT64_MAX, &json, &error));
    printf("   %" PRIu64 " words in the list; the last three: %s\n", count, (const char *)json.data);
    beaver_buf_free(&json);
}

/* --- 2. --- */

static void expire(const beaver_dict *meanings) {
    bool there = false;
    ok(beaver_dict_set(meanings, "visitor", "\"stays for a moment\"", BEAVER_NUL_TERMINATED, 0.2, &error));
    ok(beaver_dict_contains(meanings, "visitor", &there, &error));
    printf("   set for 0.2 seconds:  %s\n", there ? "there" : "gone");
    sleep_ms(300);
    ok(beaver_dict_contains(meanings, "visitor", &there, &error));
    printf("   0.3 seconds later:    %s\n", there ? "there" : "gone");
}

/* --- 3. --- */

static void refuse(const beaver_db *db, const beaver_dict *meanings, const beaver_list *words) {
    beaver_batch *batch = NULL;
    uint64_t before = 0, after = 0;
    ok(beaver_list_len(words, &before, &error));
    ok(beaver_db_batch(db, &batch, &error));
    ok(beaver_batch_list_push(batch, words, "\"never there\"", BEAVER_NUL_TERMINATED, &error));
    ok(beaver_batch_dict_delete(batch, meanings, "n00015388", "{\"if\":{\"equals\":\"something else\"}}", &error));

    beaver_status status = beaver_batch_commit(batch, NULL, NULL, &error);
    printf("   operation 0 adds a word; operation 1 deletes a meaning, if it is \"something else\"\n");
    long long operation = beaver_error_operation(error);
    printf("   the commit gives %s at operation %lld\n", beaver_status_name(status), operation);
    beaver_error_free(error);
    error = NULL;
    beaver_batch_free(batch);

    ok(beaver_list_len(words, &after, &error));
    printf("   the list had %" PRIu64 " words before, and has %" PRIu64 " after it\n", before, after);
}

/* --- 4. --- */

/* A process of its own: takes jobs until there has been none for half a second. */
static int worker(const char *name) {
    beaver_db *db = NULL;
    beaver_queue *jobs = NULL;
    beaver_dict *done = NULL;
    beaver_buf job = {0};
    char id[256];
    int count = 0;
    ok(beaver_db_open(DATABASE, NULL, &db, &error));
    ok(beaver_db_queue(db, "jobs", &jobs, &error));
    ok(beaver_db_dict(db, "done", &done, &error));
    while (ok(beaver_queue_get(jobs, 500, &job, &error))) {
        bool first = false;
        member(job.data, "data", id);
        ok(beaver_dict_set_if_absent(done, id, name, BEAVER_NUL_TERMINATED, 0, &first, &error));
        beaver_buf_free(&job);
        if (!first) {
            fprintf(stderr, "%s was done before\n", id);
            return EXIT_FAILURE;
        }
        count++;
    }
    printf("   worker %s, process %ld, did %d jobs\n", name, (long)getpid(), count);
    beaver_dict_free(done);
    beaver_queue_free(jobs);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}

static pid_t start(const char *program, const char *name) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        execlp(program, program, "worker", name, (char *)NULL);
        _exit(127);
    }
    return child;
}

static void finish(pid_t child) {
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "a worker failed\n");
        exit(EXIT_FAILURE);
    }
}

static void drain(const beaver_db *db, const char *program) {
    beaver_queue *jobs = NULL;
    beaver_dict *done = NULL;
    uint64_t finished = 0, left = 0;
    char json[32];
    ok(beaver_db_queue(db, "jobs", &jobs, &error));
    ok(beaver_db_dict(db, "done", &done, &error));

    pid_t first = start(program, "1"), second = start(program, "2"); /* both wait for jobs */
    for (int job = 0; job < 1000; job++) {
        snprintf(json, sizeof json, "\"job %d\"", job);
        ok(beaver_queue_put(jobs, json, BEAVER_NUL_TERMINATED, job % 3, &error));
    }
    finish(first);
    finish(second);

    ok(beaver_dict_len(done, &finished, &error));
    ok(beaver_queue_len(jobs, &left, &error));
    printf("   1000 jobs put, %" PRIu64 " done, each once, %" PRIu64 " left\n", finished, left);
    beaver_dict_free(done);
    beaver_queue_free(jobs);
}

/* --- 5. --- */

static void shell(const char *command) {
    char line[256];
    printf("   $ %s\n", command);
    fflush(stdout);
    FILE *output = popen(command, "r");
    while (output != NULL && fgets(line, sizeof line, output) != NULL) printf("     %s", line);
    if (output == NULL || pclose(output) != 0) printf("     (try this where there is a sqlite3)\n");
}

static void look(const beaver_db *db) {
    beaver_buf info = {0};
    char kind[16], name[64];
    uint64_t count = 0;
    ok(beaver_db_info(db, &info, &error));
    printf("   What beaver finds in it:\n");
    for (const char *at = strstr((const char *)info.data, "{\"kind\""); at != NULL; at = strstr(at + 1, "{\"kind\"")) {
        sscanf(at, "{\"kind\":\"%15[^\"]\",\"name\":\"%63[^\"]\",\"count\":%" SCNu64, kind, name, &count);
        printf("     %-5s %-10s %5" PRIu64 "\n", kind, name, count);
    }
    beaver_buf_free(&info);
    printf("   What any SQLite finds in it:\n");
    shell("sqlite3 " DATABASE " .tables");
    shell("sqlite3 " DATABASE " \"SELECT key, json_extract(value, '$.words') FROM beaver_dicts\n"
          "                         WHERE dict_name = 'meanings' LIMIT 3\"");
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "worker") == 0) return worker(argv[2]);
    if (argc != 2) {
        fprintf(stderr, "usage: %s examples/data/wordnet-sample\n", argv[0]);
        return EXIT_FAILURE;
    }
    remove(DATABASE); /* of an earlier run */
    printf("beaver: a multi-modal database in one SQLite file\n");
    beaver_db *db = NULL;
    beaver_dict *meanings = NULL;
    beaver_list *words = NULL;
    ok(beaver_db_open(DATABASE, NULL, &db, &error));
    ok(beaver_db_dict(db, "meanings", &meanings, &error));
    ok(beaver_db_list(db, "words", &words, &error));

    chapter("Load 2,000 entries of WordNet, in one commit");
    double before = now_ms();
    uint64_t count = load(db, argv[1], meanings, words);
    printf("   %" PRIu64 " meanings in %.0f ms\n", count, now_ms() - before);
    read_back(meanings, words);
    chapter("A key with a time to live");
    expire(meanings);
    chapter("A batch happens as a whole, or not at all");
    refuse(db, meanings, words);
    chapter("A queue for two processes");
    drain(db, argv[0]);
    chapter("It is all in one SQLite file: " DATABASE);
    look(db);

    beaver_list_free(words);
    beaver_dict_free(meanings);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
