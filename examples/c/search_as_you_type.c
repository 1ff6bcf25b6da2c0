/* Search as you type: after each letter the best entries of 2,000 from WordNet, also where the word is misspelt. The
 * folder with the data is the argument.
 *
 *     search_as_you_type examples/data/wordnet-sample */
#include <beaver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A match among the words counts more than one in the explanation. */
#define AS_TYPED                                                              \
    "\"k\":3,\"prefix\":true,\"on\":{\"words\":3,\"gloss\":1},"               \
    "\"highlight\":{\"before\":\"[\",\"after\":\"]\"}"

static beaver_error *error = NULL;

/* True for OK, false for "not there"; an error ends the program. */
static bool ok(beaver_status status) {
    if (error == NULL) return status == BEAVER_OK;
    fprintf(stderr, "%s: %s\n", beaver_status_name(status), beaver_error_message(error));
    beaver_error_free(error);
    exit(EXIT_FAILURE);
}

static void expect(bool truth, const char *what) {
    if (truth) return;
    fprintf(stderr, "not so: %s\n", what);
    exit(EXIT_FAILURE);
}

/* A line of documents.jsonl is a document: {"id":"n00015388","words":["animal","beast"],…,"gloss":"a living organism"}.
 * Only two of its fields are to be found, and misspelt words are looked for among theirs. */
static void load(const beaver_db *db, const beaver_collection *words, const char *folder) {
    char path[4096], line[4096], id[16];
    snprintf(path, sizeof path, "%s/documents.jsonl", folder);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    beaver_batch *batch = NULL;
    ok(beaver_db_batch(db, &batch, &error));
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "{\"id\":\"%15[^\"]", id) != 1) continue;
        ok(beaver_batch_collection_index(batch, words, id, line, strcspn(line, "\n"), NULL, 0,
                                         "{\"fts\":[\"words\",\"gloss\"],\"fuzzy\":true}", NULL, &error));
    }
    ok(beaver_batch_commit(batch, NULL, NULL, &error));
    beaver_batch_free(batch);
    fclose(file);
}

/* Searches, and prints the words of each row. For these rows strstr is enough; a JSON library does it for any. */
static beaver_buf search(const beaver_collection *words, const char *typed, const char *options) {
    beaver_buf hits = {0};
    ok(beaver_collection_match(words, typed, BEAVER_NUL_TERMINATED, options, &hits, &error));
    printf("%s\n", typed);
    for (const char *at = (const char *)hits.data; (at = strstr(at, "\"words\":[")) != NULL; at++) {
        const char *list = at + strlen("\"words\":["), *gloss = strstr(at, "\"gloss\":\"") + strlen("\"gloss\":\"");
        printf("   %.*s: %.*s\n", (int)strcspn(list, "]"), list, (int)strcspn(gloss, "\""), gloss);
    }
    return hits;
}

int main(int argc, char **argv) {
    expect(argc == 2, "the argument is the folder of the WordNet sample");
    beaver_db *db = NULL;
    beaver_collection *words = NULL;
    beaver_buf hits = {0};
    ok(beaver_db_open(":memory:", NULL, &db, &error));
    ok(beaver_db_collection(db, "words", &words, &error));
    load(db, words, argv[1]);

    static const char *const typed[] = {"tru", "trum", "trumpe", "trumpet we"};
    for (size_t at = 0; at < sizeof typed / sizeof *typed; at++) {
        beaver_buf_free(&hits);
        hits = search(words, typed[at], "{" AS_TYPED "}");
    }
    expect(strstr((const char *)hits.data, "[trumpet]") != NULL, "the match is marked");
    beaver_buf_free(&hits);

    /* Nothing is found any more: perhaps a letter is wrong. */
    hits = search(words, "trunpet", "{" AS_TYPED "}");
    expect(strcmp((const char *)hits.data, "[]") == 0, "there is no such word");
    beaver_buf_free(&hits);
    hits = search(words, "trunpet", "{" AS_TYPED ",\"fuzziness\":\"auto\"}");
    expect(strstr((const char *)hits.data, "\"score\":1.0") != NULL, "one letter is wrong");
    beaver_buf_free(&hits);

    beaver_collection_free(words);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
