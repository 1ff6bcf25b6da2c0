/* Retrieval for a language model: the passages of a handbook that belong to a question, found by their words, by
 * their vectors and by what stands next to them, and put together as a prompt. */
#include <beaver.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIM 64
#define PASSAGES 5

static const char *const passages[PASSAGES][2] = {
    {"install", "Install the pump on a level floor. Leave a hand's breadth of air around the motor."},
    {"start", "To start the pump, open the inlet valve, then press the green button for three seconds."},
    {"noise", "A rattling noise means that air is in the pump: open the vent until water comes out."},
    {"vent", "The vent is the brass screw on top of the housing. A quarter turn is enough."},
    {"warranty", "The warranty lasts three years and covers the motor and the housing."},
};

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

/* Copies the next word of four letters and more in small letters, and moves behind it. False at the end. */
static bool next_word(const char **text, char word[32]) {
    for (;;) {
        size_t len = 0;
        while (**text != '\0' && !isalpha((unsigned char)**text)) ++*text;
        for (; isalpha((unsigned char)**text); ++*text) {
            if (len < 31) word[len++] = (char)tolower((unsigned char)**text);
        }
        word[len] = '\0';
        if (len > 3 || len == 0) return len > 0;
    }
}

/* Stands for the model that your program asks for embeddings: counts words, each at a place made of its letters. */
static void embed(const char *text, float vector[DIM]) {
    char word[32];
    memset(vector, 0, DIM * sizeof *vector);
    while (next_word(&text, word)) {
        unsigned place = 7;
        for (int at = 0; at < 5 && word[at] != '\0'; at++) place = (place * 31 + (unsigned char)word[at]) % DIM;
        vector[place] += 1;
    }
}

static void fill(const beaver_db *db, const beaver_collection *handbook) {
    beaver_batch *batch = NULL;
    float vector[DIM];
    char body[256];
    ok(beaver_collection_configure(handbook, "{\"metric\":\"cosine\"}", &error));
    ok(beaver_db_batch(db, &batch, &error));
    for (int at = 0; at < PASSAGES; at++) {
        const char *id = passages[at][0];
        embed(passages[at][1], vector);
        snprintf(body, sizeof body, "{\"text\":\"%s\"}", passages[at][1]);
        ok(beaver_batch_collection_index(batch, handbook, id, body, BEAVER_NUL_TERMINATED, vector, DIM, NULL, NULL, &error));
        if (at > 0) ok(beaver_batch_collection_connect(batch, handbook, passages[at - 1][0], id, "NEXT", NULL, &error));
    }
    ok(beaver_batch_commit(batch, NULL, NULL, &error));
    beaver_batch_free(batch);
}

int main(void) {
    const char *question = "Why does my pump make a rattling noise?";
    beaver_db *db = NULL;
    beaver_collection *handbook = NULL;
    ok(beaver_db_open(":memory:", NULL, &db, &error));
    ok(beaver_db_collection(db, "handbook", &handbook, &error));
    fill(db, handbook);

    /* One of the words is enough; the more of them a passage has, the better its rank. What follows the best passage
     * often belongs to the answer. */
    char words[256] = "", word[32], query[512];
    for (const char *rest = question; next_word(&rest, word);) {
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", *words == '\0' ? "" : " OR ", word);
    }
    snprintf(query, sizeof query, "{\"text\":\"%s\",\"graph\":{\"labels\":[\"NEXT\"],\"seeds\":1},\"k\":3}", words);
    float vector[DIM];
    embed(question, vector);
    beaver_buf hits = {0};
    ok(beaver_collection_hybrid(handbook, vector, DIM, query, &hits, &error));

    /* For these rows strstr is enough; a JSON library does it for any. */
    printf("Answer from these passages alone, and name the one you used.\n\n");
    for (const char *at = (const char *)hits.data; (at = strstr(at, "{\"id\":\"")) != NULL; at++) {
        const char *id = at + strlen("{\"id\":\""), *text = strstr(at, "\"text\":\"") + strlen("\"text\":\"");
        printf("[%.*s] %.*s\n", (int)strcspn(id, "\""), id, (int)strcspn(text, "\""), text);
    }
    printf("\nQuestion: %s\n", question);

    expect(strncmp((const char *)hits.data, "[{\"id\":\"noise\"", 14) == 0, "the best passage is about noise");
    expect(strstr((const char *)hits.data, "{\"id\":\"vent\"") != NULL, "the passage that follows is there too");
    beaver_buf_free(&hits);
    beaver_collection_free(handbook);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
