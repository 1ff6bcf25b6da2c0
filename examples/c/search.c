/* The searches of beaver on real data: entries of WordNet, from the folder that is the argument.
 *
 *     search examples/data/wordnet-sample
 *
 * The README of that folder describes its files; without embeddings.f16 the searches by vector are left out. It
 * leaves search.db in the current folder. It ends with 1 when something is not found that should be. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <beaver.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DATABASE "search.db"
#define ANIMALS 5 /* the number of the lexicographers' file: what WordNet has instead of a subject */

enum { PORTION = 1000, LINE = 4096, SHOWN = 5 };

static beaver_error *error = NULL;

/* True for OK, false for "not there"; an error ends the program. */
static bool ok(beaver_status status) {
    if (error == NULL) return status == BEAVER_OK;
    fprintf(stderr, "%s: %s\n", beaver_status_name(status), beaver_error_message(error));
    beaver_error_free(error);
    exit(EXIT_FAILURE);
}

static void must(bool holds, const char *what) {
    if (holds) return;
    fflush(stdout);
    fprintf(stderr, "this was to be found: %s\n", what);
    exit(EXIT_FAILURE);
}

static void chapter(const char *title) {
    static int number = 0;
    printf("\n%d. %s\n", ++number, title);
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* --- 1. Three files become documents, embeddings and edges --- */

static FILE *open_file(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return fopen(path, "rb");
}

static FILE *open_lines(const char *folder, const char *name, uint64_t *lines) {
    FILE *file = open_file(folder, name);
    if (file == NULL) {
        fprintf(stderr, "there is no %s in %s\n", name, folder);
        exit(EXIT_FAILURE);
    }
    *lines = 0;
    for (int c = getc(file); c != EOF; c = getc(file)) *lines += c == '\n';
    rewind(file);
    return file;
}

/* Of what takes a while: one line that changes where somebody watches, elsewhere five lines. */
static void progress(const char *what, uint64_t done, uint64_t total, double start) {
    bool watched = isatty(STDOUT_FILENO);
    bool fifth = done * 5 / total > (done - (done < PORTION ? done : PORTION)) * 5 / total;
    if (total < 20 * PORTION || (!watched && !fifth)) return;
    printf("%s   %7" PRIu64 " of %" PRIu64 " %s, %.1f s%s", watched ? "\r" : "", done, total, what,
           (now_ms() - start) / 1e3, watched && done < total ? "" : "\n");
    fflush(stdout);
}

/* The numbers of embeddings.f16 have 16 bits: a sign, 5 of exponent, 10 of fraction. */
static float half(const unsigned char *at) {
    unsigned bits = at[0] | (unsigned)at[1] << 8, exponent = bits >> 10 & 31, fraction = bits & 1023;
    float value = exponent == 0 ? (float)fraction * 0x1p-24F
                                : (float)(1024 + fraction) * 0x1p-25F * (float)(1U << exponent);
    return bits >> 15 != 0 ? -value : value;
}

static void load_documents(const beaver_collection *synsets, const char *folder) {
    static char line[LINE], json[PORTION * (LINE + 32)];
    uint64_t lines = 0, done = 0;
    FILE *file = open_lines(folder, "documents.jsonl", &lines), *vectors = open_file(folder, "embeddings.f16");
    size_t dim = 0;
    if (vectors != NULL && lines > 0 && fseek(vectors, 0, SEEK_END) == 0) {
        dim = (size_t)ftell(vectors) / lines / 2;
        rewind(vectors);
    }
    unsigned char *halves = malloc(PORTION * dim * 2 + 1);
    float *embeddings = malloc(PORTION * dim * sizeof *embeddings + 1);
    double start = now_ms();
    while (done < lines) {
        /* A line {"id":"n00015388","words":…} becomes {"id":"n00015388","body":{"words":…}}. */
        size_t count = 0, len = 0;
        for (; count < PORTION && fgets(line, sizeof line, file) != NULL; count++) {
            size_t id_len = strcspn(line, ",");
            len += (size_t)snprintf(json + len, sizeof json - len, "%c%.*s,\"body\":{%.*s}", count == 0 ? '[' : ',',
                                    (int)id_len, line, (int)strcspn(line + id_len + 1, "\n"), line + id_len + 1);
        }
        json[len++] = ']';
        must(count > 0 && halves != NULL && embeddings != NULL, "memory, and a document on each line");
        if (dim > 0) must(fread(halves, dim * 2, count, vectors) == count, "a row of embeddings.f16 for each document");
        for (size_t i = 0; i < count * dim; i++) embeddings[i] = half(halves + 2 * i);
        /* Text, words for typos, embedding: everything that finds a document is written in the same commit. */
        ok(beaver_collection_index_many(synsets, json, len, dim > 0 ? embeddings : NULL, dim > 0 ? count : 0, dim, NULL,
                                        "{\"fts\": [\"words\", \"gloss\"], \"fuzzy\": true}", NULL, NULL, NULL, NULL,
                                        &error));
        progress("documents", done += count, lines, start);
    }
    free(embeddings);
    free(halves);
    printf("   %7" PRIu64 " documents, by text, by typo%-29s %8.0f ms\n", done, dim > 0 ? ", by vector" : "",
           now_ms() - start);
    if (vectors != NULL) fclose(vectors);
    fclose(file);
}

static void load_edges(const beaver_collection *synsets, const char *folder) {
    static char line[256], json[PORTION * 128];
    char source[16], label[8], target[16];
    uint64_t lines = 0, done = 0;
    FILE *file = open_lines(folder, "edges.tsv", &lines);
    double start = now_ms();
    while (done < lines) {
        size_t count = 0, len = 0;
        for (; count < PORTION && fgets(line, sizeof line, file) != NULL; count++) {
            must(sscanf(line, "%15s %7s %15s", source, label, target) == 3, "source, label and target of an edge");
            const char *escape = label[0] == '\\' ? "\\" : ""; /* WordNet has an edge of this label, too */
            len += (size_t)snprintf(json + len, sizeof json - len,
                                    "%c{\"source\":\"%s\",\"label\":\"%s%s\",\"target\":\"%s\"}",
                                    count == 0 ? '[' : ',', source, escape, label, target);
        }
        json[len++] = ']';
        must(count > 0, "an edge on each line");
        ok(beaver_collection_connect_many(synsets, json, len, NULL, NULL, NULL, NULL, &error));
        progress("edges", done += count, lines, start);
    }
    printf("   %7" PRIu64 " %-56s %8.0f ms\n", done, "edges", now_ms() - start);
    fclose(file);
}

/* --- What was found: [{"id":…,"body":{"words":[…],…,"gloss":…},"score":…}, …] --- */

typedef struct hit {
    char id[16], word[64], gloss[128];
    double number;
    int ranks[3]; /* of a hybrid search, by "text", "vector" and "graph": from 1, or 0 */
} hit;

/* What follows `pattern` in one row, up to one of the bytes `end`. For these texts that is enough; a JSON library
 * does it for any. */
static bool piece(const char *row, size_t row_len, const char *pattern, const char *end, char *text, size_t size) {
    const char *found = strstr(row, pattern);
    bool there = found != NULL && found < row + row_len;
    if (there) found += strlen(pattern);
    snprintf(text, size, "%.*s", there ? (int)strcspn(found, end) : 0, there ? found : "");
    return there;
}

/* Reads up to `most` rows, and frees the text. `number` is the member to show: "score" or "distance". */
static size_t read_hits(beaver_buf *rows, const char *number, hit *hits, size_t most) {
    static const char *const LEGS[] = {"\"text\":{\"rank\":", "\"vector\":{\"rank\":", "\"graph\":{\"rank\":"};
    const char *row = strstr((const char *)rows->data, "{\"id\":");
    char pattern[32], text[32];
    size_t count = 0;
    snprintf(pattern, sizeof pattern, "\"%s\":", number);
    while (row != NULL && count < most) {
        const char *next = strstr(row + 1, "{\"id\":");
        size_t len = next != NULL ? (size_t)(next - row) : strlen(row);
        hit *hit = &hits[count++];
        piece(row, len, "\"id\":\"", "\"", hit->id, sizeof hit->id);
        piece(row, len, "\"words\":[\"", "\"", hit->word, sizeof hit->word);
        piece(row, len, "\"gloss\":\"", "\";\\", hit->gloss, sizeof hit->gloss);
        piece(row, len, pattern, ",}", text, sizeof text);
        hit->number = strtod(text, NULL);
        for (int leg = 0; leg < 3; leg++)
            hit->ranks[leg] = piece(row, len, LEGS[leg], ",}", text, sizeof text) ? atoi(text) + 1 : 0;
        row = next;
    }
    beaver_buf_free(rows);
    return count;
}

/* Whether a document is among the hits; with NULL, whether there is one at all. */
static bool has(const hit *hits, size_t count, const char *id) {
    while (id != NULL && count > 0 && strcmp(hits[count - 1].id, id) != 0) count--;
    return count > 0;
}

/* Prints the time that has gone since `started`, and the hits with so many decimals of their number. */
static size_t show(const char *query, double started, beaver_buf *rows, const char *number, int decimals, hit *hits) {
    double ms = now_ms() - started;
    size_t count = read_hits(rows, number, hits, SHOWN);
    printf("   %-64s %8.1f ms\n", query, ms);
    for (size_t i = 0; i < count; i++)
        printf("   %8.*f  %-20.20s  %.56s\n", decimals, hits[i].number, hits[i].word, hits[i].gloss);
    return count;
}

/* The id of the first animal of that name: a plain query over the fields of the bodies. */
static void animal(const beaver_collection *synsets, const char *name, char id[16]) {
    beaver_buf found = {0};
    hit first;
    char query[256];
    snprintf(query, sizeof query, "{\"where\": {\"lexfile\": %d, \"words\": {\"contains\": \"%s\"}}, \"limit\": 1}",
             ANIMALS, name);
    ok(beaver_collection_find(synsets, query, &found, &error));
    must(read_hits(&found, "score", &first, 1) == 1, name);
    memcpy(id, first.id, sizeof first.id);
}

/* --- 2. to 6. --- */

static void how(const beaver_collection *synsets, const float *vector, size_t dim, const char *options) {
    beaver_buf plan = {0};
    ok(beaver_collection_explain_search(synsets, vector, dim, options, &plan, &error));
    printf("   how: %s\n", (const char *)plan.data);
    beaver_buf_free(&plan);
}

static void by_vector(const beaver_collection *synsets, const float *beaver, size_t dim, const char *id) {
    static const char PLANTS[] = "{\"k\": 3, \"where\": {\"pos\": \"noun\", \"lexfile\": 20}}";
    beaver_buf rows = {0};
    hit hits[SHOWN];
    double start = now_ms();
    ok(beaver_collection_search(synsets, beaver, dim, "{\"k\": 5}", &rows, &error));
    size_t count = show("the nearest to the vector of \"beaver\" (cosine distance)", start, &rows, "score", 3, hits);
    must(count > 0 && strcmp(hits[0].id, id) == 0, "the beaver, nearest to itself");
    how(synsets, beaver, dim, "{\"k\": 5}");

    start = now_ms();
    ok(beaver_collection_search(synsets, beaver, dim, PLANTS, &rows, &error));
    must(show("among plants: {\"pos\": \"noun\", \"lexfile\": 20}", start, &rows, "score", 3, hits) > 0, "plants");
    how(synsets, beaver, dim, PLANTS);
}

static void by_text(const beaver_collection *synsets, const char *query, const char *options, int decimals,
                    const char *id) {
    beaver_buf rows = {0};
    hit hits[SHOWN];
    double start = now_ms();
    ok(beaver_collection_match(synsets, query, BEAVER_NUL_TERMINATED, options, &rows, &error));
    must(has(hits, show(query, start, &rows, "score", decimals, hits), id), query);
}

static void by_relation(const beaver_collection *synsets, const char *beaver) {
    char feline[16], otter[16];
    beaver_buf json = {0};
    hit hits[SHOWN], step;
    animal(synsets, "feline", feline);
    animal(synsets, "otter", otter);
    double start = now_ms();
    ok(beaver_collection_walk(synsets, feline, "{\"labels\": [\"~\"], \"depth\": 3, \"max_nodes\": 5}", &json, &error));
    must(show("from \"feline\" along ~, \"has the kind\": the first 5", start, &json, "distance", 0, hits) > 1,
         "kinds of felines");

    start = now_ms();
    must(ok(beaver_collection_shortest_path(synsets, beaver, otter, "{\"labels\": [\"@\", \"~\"]}", &json, &error)),
         "a way from the beaver to the otter");
    printf("   %-64s %8.1f ms\n     ", "the shortest way from \"beaver\" to \"otter\" along @ and ~", now_ms() - start);
    const char *at = strchr((const char *)json.data, '[');
    for (int n = 0; at != NULL && *at != ']'; n++) {
        char id[16];
        piece(at, strlen(at), "\"", "\"", id, sizeof id);
        beaver_buf body = {0};
        must(ok(beaver_collection_get(synsets, id, &body, NULL, &error)), id);
        piece((const char *)body.data, body.len, "\"words\":[\"", "\"", step.word, sizeof step.word);
        beaver_buf_free(&body);
        printf("%s%s", n == 0 ? "" : " - ", step.word);
        at += strcspn(at + 1, ",]") + 1;
    }
    printf("\n");
    beaver_buf_free(&json);
}

static void by_all(const beaver_collection *synsets, const float *beaver, size_t dim, const char *id) {
    static const char QUERY[] =
        "{\"text\": \"webbed feet\", \"graph\": {\"labels\": [\"@\", \"~\"], \"depth\": 2}, \"k\": 5}";
    beaver_buf rows = {0};
    hit hits[SHOWN];
    double start = now_ms();
    ok(beaver_collection_hybrid(synsets, dim > 0 ? beaver : NULL, dim, QUERY, &rows, &error));
    double ms = now_ms() - start;
    size_t count = read_hits(&rows, "score", hits, SHOWN);
    printf("   %-64s %8.1f ms\n", dim > 0 ? "\"webbed feet\", near the beaver's vector, and what is related"
                                           : "\"webbed feet\", and what is related", ms);
    printf("   %8s  %-20s  %6s  %6s  %6s\n", "score", "", "text", "vector", "graph");
    for (size_t i = 0; i < count; i++) {
        printf("   %8.4f  %-20.20s", hits[i].number, hits[i].word);
        for (int leg = 0; leg < 3; leg++) printf(hits[i].ranks[leg] > 0 ? "  %6d" : "  %6.0d", hits[i].ranks[leg]);
        printf("\n");
    }
    must(has(hits, count, dim > 0 ? id : NULL), "the beaver by all searches together");
}

/* --- 7. --- */

static void look(void) {
    static const struct {
        const char *table, *holds;
    } TABLES[] = {
        {"beaver_collections", "the documents: id, body, vector"},
        {"beaver_fts_index_content", "their text, field by field and as a whole"},
        {"beaver_vocabulary", "their words, for typos, many in a row"},
        {"beaver_vector_chunks", "codes of their vectors, many in a row"},
        {"beaver_field_values", "their fields that are indexed"},
        {"beaver_edges", "the relations between them, each once"},
    };
    printf("   $ sqlite3 " DATABASE " \"SELECT count(*) FROM ...\"\n");
    fflush(stdout);
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++) {
        char command[128];
        long rows = 0;
        snprintf(command, sizeof command, "sqlite3 " DATABASE " \"SELECT count(*) FROM %s\"", TABLES[i].table);
        FILE *output = popen(command, "r");
        bool counted = output != NULL && fscanf(output, "%ld", &rows) == 1;
        if (output == NULL || pclose(output) != 0 || !counted) {
            printf("     (try this where there is a sqlite3)\n");
            return;
        }
        printf("     %-24s %8ld  %s\n", TABLES[i].table, rows, TABLES[i].holds);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s examples/data/wordnet-sample\n", argv[0]);
        return EXIT_FAILURE;
    }
    remove(DATABASE); /* of an earlier run */
    printf("beaver: documents by vector, text, typo, relation, and all together\n");
    beaver_db *db = NULL;
    beaver_collection *synsets = NULL;
    beaver_buf embedding = {0}, body = {0};
    char beaver[16];
    ok(beaver_db_open(DATABASE, NULL, &db, &error));
    ok(beaver_db_collection(db, "synsets", &synsets, &error));

    chapter("Index the documents, and connect them");
    ok(beaver_collection_configure(synsets, "{\"metric\": \"cosine\"}", &error));
    ok(beaver_collection_create_index(synsets, "pos", NULL, NULL, NULL, NULL, &error));
    ok(beaver_collection_create_index(synsets, "lexfile", NULL, NULL, NULL, NULL, &error));
    load_documents(synsets, argv[1]);
    load_edges(synsets, argv[1]);
    animal(synsets, "beaver", beaver);
    must(ok(beaver_collection_get(synsets, beaver, &body, &embedding, &error)), beaver);
    const float *vector = (const float *)(const void *)embedding.data;
    size_t dim = embedding.len / sizeof *vector;
    printf("   One of them: %s %.88s...\n", beaver, (const char *)body.data);

    chapter("By vector: what means the same");
    if (dim > 0) by_vector(synsets, vector, dim, beaver);
    else printf("   left out: there is no embeddings.f16 in the folder\n");
    chapter("By text: what has the words");
    by_text(synsets, "semiaquatic rodent", "{\"k\": 3}", 3, beaver);
    by_text(synsets, "eagle* OR \"bird of prey\"", "{\"k\": 3, \"on\": {\"words\": 2, \"gloss\": 1}}", 3, NULL);
    chapter("By text with typos: what has nearly the words (edits)");
    by_text(synsets, "semiaquatik rodnt", "{\"k\": 3, \"fuzziness\": 2}", 0, beaver);
    chapter("By relation: what is connected");
    by_relation(synsets, beaver);
    chapter("By all together: the ranks of three searches fused");
    by_all(synsets, vector, dim, beaver);
    chapter("It is all in one SQLite file: " DATABASE);
    look();

    beaver_buf_free(&embedding);
    beaver_buf_free(&body);
    beaver_collection_free(synsets);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
