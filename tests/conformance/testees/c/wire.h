/* The wire of the conformance suite, as tests/conformance/SPEC.md has it: arguments in, answers out.
 *
 * One request is answered after the other, so what belongs to the present one is global: its arguments, and the places
 * where the library leaves what it gives (`out`, `error`), which the give_ functions then answer with and clean up. */
#ifndef BEAVER_TESTEE_WIRE_H
#define BEAVER_TESTEE_WIRE_H

#include <beaver.h>
#include <cjson/cJSON.h>
#include <stdio.h>

/* --- arguments: of the request, or of one operation of a batch, or one item of many --- */
extern const cJSON *args;

cJSON *parse(const char *json);
const cJSON *member(const char *name);   /* NULL if it is missing or null */
const char *text(const char *name);      /* NULL if it is missing; also of numbers: their digits */
size_t length(const char *name);
int64_t integer(const char *name, int64_t otherwise);
double number(const char *name, double otherwise);
int64_t timeout_ms(void);
float *vector(const char *name, size_t *dim); /* NULL if it is missing; the caller frees it */

/* A text and its length, as the calls that take JSON or bytes want it. */
#define JSON(name) text(name), length(name)
#define BYTES(name) (const uint8_t *)text(name), length(name)

/* --- JSON texts that are made of arguments --- */
typedef struct {
    char *data;
    size_t len;
} made_text;

/* Joins what `put` writes for each element of an argument, between two brackets. The caller frees its data. */
made_text join(const char *name, const char *brackets, void (*put)(FILE *file, const cJSON *element));
void put_string(FILE *file, const char *data, size_t len);

/* --- answers --- */
extern beaver_error *error;
extern struct outputs {
    bool flag;
    uint64_t count;
    int64_t number;
    beaver_buf json, metadata;
    beaver_iter *iter;
} out;

/* Each answers what the status says, and for OK the output that it is named after. */
void give_null(beaver_status status);
void give_flag(beaver_status status);
void give_found(beaver_status status);  /* true; false if there was nothing, or the time ran out */
void give_number(beaver_status status); /* `number` or `count` */
void give_json(beaver_status status);
void give_string(beaver_status status); /* `json` as a string */
void give_row(beaver_status status);    /* `json` as a row of a queue, log, … */
void give_rows(beaver_status status);   /* an array of them */
void give_each(beaver_status status);   /* what `iter` gives, as an array */
void give_each_row(beaver_status status);
void give_members(beaver_status status, const char *keys); /* of the object `json`, as the argument `keys` has them */
void give_metadata(beaver_status status);                  /* null if there is none */
void give_blob(beaver_status status);
void give_bytes(beaver_status status, const uint8_t *data, size_t len);

void give_document(beaver_status status); /* the argument `id`, the body in `json`, the embedding in `metadata` */
void give_indexed(beaver_status status);  /* the id in `json`, and whether it was written in `flag` */
void give_count(beaver_status status);    /* an object with `count` */

void give_failure(beaver_status status, int64_t index); /* of the operation of a batch; -1 for none */
void give_error(const char *kind, const char *message, int64_t index);

#endif
