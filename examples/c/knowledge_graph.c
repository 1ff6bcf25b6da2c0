/* A graph of knowledge: 2,000 entries of WordNet and the relations between them, from the folder that is the argument.
 *
 *     knowledge_graph examples/data/wordnet-sample */
#include <beaver.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Text that grows. */
struct text {
    char *data;
    size_t len, room;
};

static void append(struct text *text, const char *format, ...) {
    for (;;) {
        va_list arguments;
        va_start(arguments, format);
        int len = vsnprintf(text->data == NULL ? NULL : text->data + text->len, text->room - text->len, format, arguments);
        va_end(arguments);
        if ((size_t)len < text->room - text->len) {
            text->len += (size_t)len;
            return;
        }
        text->room = text->room * 2 + (size_t)len + 1;
        text->data = realloc(text->data, text->room);
        if (text->data == NULL) exit(EXIT_FAILURE);
    }
}

static FILE *open_file(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return file;
}

/* A line of documents.jsonl is a document, {"id":"n02084071","words":["dog",…],…}, a line of edges.tsv
 * `source TAB symbol TAB target`. Each file goes in by one call, and one commit. */
static void load(const beaver_collection *things, const char *folder) {
    char line[4096], source[16], symbol[8], target[16];
    struct text json = {NULL, 0, 0};
    uint64_t documents = 0, edges = 0;
    FILE *file = open_file(folder, "documents.jsonl");
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (sscanf(line, "{\"id\":\"%15[^\"]", source) != 1) continue;
        append(&json, "%c{\"id\":\"%s\",\"body\":%s}", json.len == 0 ? '[' : ',', source, line);
    }
    fclose(file);
    append(&json, "]");
    ok(beaver_collection_index_many(things, json.data, json.len, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, &documents, &error));

    json.len = 0;
    file = open_file(folder, "edges.tsv");
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "%15s %7s %15s", source, symbol, target) != 3) continue;
        const char *label = strcmp(symbol, "@") == 0 ? "IS_A" : strcmp(symbol, "%p") == 0 ? "HAS_PART" : NULL;
        if (label == NULL) continue; /* their inverses, and what is not needed here */
        append(&json, "%c{\"source\":\"%s\",\"target\":\"%s\",\"label\":\"%s\"}", json.len == 0 ? '[' : ',', source, target, label);
    }
    fclose(file);
    append(&json, "]");
    ok(beaver_collection_connect_many(things, json.data, json.len, NULL, NULL, NULL, &edges, &error));
    free(json.data);
    printf("%" PRIu64 " things, %" PRIu64 " relations\n", documents, edges);
}

/* The id of the thing that has this word. */
static const char *id_of(const beaver_collection *things, const char *word, char id[16]) {
    char query[128];
    beaver_buf found = {0};
    snprintf(query, sizeof query, "{\"where\":{\"words\":{\"contains\":\"%s\"}},\"limit\":1}", word);
    ok(beaver_collection_find(things, query, &found, &error));
    expect(sscanf((const char *)found.data, "{\"documents\":[{\"id\":\"%15[^\"]", id) == 1, word);
    beaver_buf_free(&found);
    return id;
}

/* Prints the first word of each document, up to so many. For these rows strstr is enough; a JSON library does it for
 * any. Gives how many rows there are, and frees them. */
static int tell(const char *what, int most, beaver_buf *rows) {
    int count = 0;
    printf("%s", what);
    for (const char *at = (const char *)rows->data; (at = strstr(at, "\"words\":[\"")) != NULL; count++) {
        at += strlen("\"words\":[\"");
        if (count < most) printf("%s%.*s", count == 0 ? " " : ", ", (int)strcspn(at, "\""), at);
    }
    printf("%s\n", count > most ? ", ..." : "");
    beaver_buf_free(rows);
    return count;
}

int main(int argc, char **argv) {
    expect(argc == 2, "the argument is the folder of the WordNet sample");
    beaver_db *db = NULL;
    beaver_collection *things = NULL;
    beaver_buf rows = {0};
    char dog[16], poodle[16], cat[16], river[16];
    ok(beaver_db_open(":memory:", NULL, &db, &error));
    ok(beaver_db_collection(db, "things", &things, &error));
    load(things, argv[1]);
    id_of(things, "domestic dog", dog);
    id_of(things, "poodle dog", poodle);
    id_of(things, "true cat", cat);
    id_of(things, "river", river);

    ok(beaver_collection_walk(things, dog, "{\"labels\":[\"IS_A\"],\"depth\":20,\"paths\":true}", &rows, &error));
    expect(tell("a dog is", 20, &rows) > 5, "a dog is an animal, and more");

    ok(beaver_collection_walk(things, dog, "{\"labels\":[\"IS_A\"],\"direction\":\"incoming\",\"depth\":2}", &rows, &error));
    expect(strstr((const char *)rows.data, poodle) != NULL, "a poodle is a dog");
    int kinds = tell("kinds of dog:", 3, &rows);
    printf("%d in all, within two steps\n", kinds);

    ok(beaver_collection_neighbors(things, river, "{\"labels\":[\"HAS_PART\"]}", &rows, &error));
    expect(tell("a river has", 20, &rows) == 3, "a river has three parts");

    expect(ok(beaver_collection_shortest_path(things, poodle, cat, "{\"direction\":\"both\"}", &rows, &error)), "there is a way");
    expect(strstr((const char *)rows.data, dog) != NULL, "the way leads over the dog");
    printf("from poodle to cat: %s\n", (const char *)rows.data);
    beaver_buf_free(&rows);

    beaver_collection_free(things);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
