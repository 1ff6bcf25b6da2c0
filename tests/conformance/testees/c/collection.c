/* The operations of collections. */
#include "testee.h"

#include <stdlib.h>

/* --- what has another form in C than on the wire --- */

static void put_id(FILE *file, const char *name) {
    fprintf(file, "\"%s\":", name);
    put_string(file, JSON(name));
}

static void put_document(FILE *file, const cJSON *item) {
    (void)item;
    fputs("{\"body\":", file);
    put_value(file, member("body"));
    if (member("id") != NULL) {
        fputc(',', file);
        put_id(file, "id");
    }
    fputc('}', file);
}

/* Where something was written before, a comma comes first. */
static void put_edge_options(FILE *file, const char *comma) {
    if (member("weight") != NULL) { /* not a number is a string in JSON */
        const char *quote = strpbrk(text("weight"), "0123456789") == NULL ? "\"" : "";
        fprintf(file, "%s\"weight\":%s%s%s", comma, quote, text("weight"), quote);
        comma = ",";
    }
    if (member("metadata") != NULL) {
        fprintf(file, "%s\"metadata\":", comma);
        put_value(file, member("metadata"));
    }
}

static void put_edge(FILE *file, const cJSON *item) {
    (void)item;
    fputc('{', file);
    put_id(file, "source");
    fputc(',', file);
    put_id(file, "target");
    fputc(',', file);
    put_id(file, "label");
    put_edge_options(file, ",");
    fputc('}', file);
}

static made_text edge_options(void) {
    made_text made = {NULL, 0};
    FILE *file = open_memstream(&made.data, &made.len);
    fputc('{', file);
    put_edge_options(file, "");
    fputc('}', file);
    fclose(file);
    return made;
}

/* The embeddings of many documents: a row for each, of as many components as the longest has. */
typedef struct {
    float *rows;
    uint8_t *has;
    size_t count, dim;
} made_rows;

static made_rows embeddings(void) {
    made_rows made = {NULL, NULL, 0, 0};
    const cJSON *all = args, *document = NULL;
    cJSON_ArrayForEach(document, member("documents")) {
        size_t dim = (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(document, "embedding"));
        if (dim > made.dim) made.dim = dim;
        made.count++;
    }
    made.rows = calloc(made.count * made.dim + 1, sizeof *made.rows);
    made.has = calloc(made.count + 1, sizeof *made.has);
    size_t row = 0;
    cJSON_ArrayForEach(document, member("documents")) {
        size_t dim = 0;
        args = document;
        float *embedding = vector("embedding", &dim);
        args = all;
        made.has[row] = embedding != NULL;
        if (dim > 0) memcpy(made.rows + row * made.dim, embedding, dim * sizeof *embedding);
        free(embedding);
        row++;
    }
    return made;
}

static void index_many(const beaver_collection *collection) {
    made_text documents = join("documents", "[]", put_document);
    made_rows made = embeddings();
    const float *rows = made.dim == 0 ? NULL : made.rows;
    give_count(beaver_collection_index_many(collection, documents.data, documents.len, rows,
        rows == NULL ? 0 : made.count, made.dim, rows == NULL ? NULL : made.has, text("options"), NULL, NULL, NULL,
        &out.count, &error));
    free(made.rows);
    free(made.has);
    free(documents.data);
}

/* --- the operations: one line each --- */

/* A call that takes a vector, `made`, of `dim` components. */
#define VECTOR(name, answer)            \
    size_t dim = 0;                     \
    float *made = vector(name, &dim);   \
    answer;                             \
    free(made)

/* A call that takes the weight and the metadata of an edge as `options`. */
#define EDGE(answer)                    \
    made_text options = edge_options(); \
    answer;                             \
    free(options.data)

bool collection_op(const beaver_collection *collection, const char *verb) {
    const char *options_json = text("options");
    OP("configure", give_null(beaver_collection_configure(collection, text("settings"), &error)))
    OP("settings", give_json(beaver_collection_settings(collection, &out.json, &error)))
    OP("stats", give_json(beaver_collection_stats(collection, &out.json, &error)))
    OP("index", VECTOR("embedding", give_indexed(beaver_collection_index(collection, text("id"), JSON("body"), made,
       dim, options_json, &out.json, &out.flag, &error))))
    OP("index_many", index_many(collection))
    OP("get", give_document(beaver_collection_get(collection, text("id"), &out.json, &out.metadata, &error)))
    OP("drop", give_found(beaver_collection_drop(collection, text("id"), &error)))
    OP("contains", give_flag(beaver_collection_contains(collection, text("id"), &out.flag, &error)))
    OP("items", give_each(beaver_collection_items(collection, &out.iter, &error)))
    OP("search", VECTOR("vector",
       give_json(beaver_collection_search(collection, made, dim, options_json, &out.json, &error))))
    OP("explain_search", VECTOR("vector",
       give_json(beaver_collection_explain_search(collection, made, dim, options_json, &out.json, &error))))
    OP("recall_check", give_json(beaver_collection_recall_check(collection, (size_t)integer("sample", 0),
       options_json, &out.json, &error)))
    OP("compact", give_null(beaver_collection_compact(collection, NULL, NULL, NULL, &error)))
    OP("match", give_json(beaver_collection_match(collection, JSON("query"), options_json, &out.json, &error)))
    OP("find", give_json(beaver_collection_find(collection, options_json, &out.json, &error)))
    OP("explain_find", give_json(beaver_collection_explain_find(collection, options_json, &out.json, &error)))
    OP("count", give_number(beaver_collection_count(collection, text("where"), &out.count, &error)))
    OP("create_index",
       give_flag(beaver_collection_create_index(collection, text("path"), NULL, NULL, NULL, &out.flag, &error)))
    OP("drop_index", give_found(beaver_collection_drop_index(collection, text("path"), &error)))
    OP("indexes", give_json(beaver_collection_indexes(collection, &out.json, &error)))
    OP("connect", EDGE(give_null(beaver_collection_connect(collection, text("source"), text("target"), text("label"),
       options.data, &error))))
    OP("connect_many", MANY("edges", "[]", put_edge,
       give_number(beaver_collection_connect_many(collection, many.data, many.len, NULL, NULL, NULL, &out.count, &error))))
    OP("disconnect", give_number(beaver_collection_disconnect(collection, text("source"), text("target"),
       text("label"), &out.count, &error)))
    OP("neighbors", give_json(beaver_collection_neighbors(collection, text("id"), options_json, &out.json, &error)))
    OP("walk", give_json(beaver_collection_walk(collection, text("source"), options_json, &out.json, &error)))
    OP("shortest_path", give_json(beaver_collection_shortest_path(collection, text("source"), text("target"),
       options_json, &out.json, &error)))
    OP("degree", give_number(beaver_collection_degree(collection, text("id"), options_json, &out.count, &error)))
    OP("hybrid", VECTOR("vector",
       give_json(beaver_collection_hybrid(collection, made, dim, text("query"), &out.json, &error))))
    STRUCTURE("collection", collection)
    return false;
}

static beaver_status add(const beaver_db *db, beaver_batch *batch, const float *embedding, size_t dim, const char *edge) {
    const char *id = text("id"), *source = text("source"), *target = text("target"), *label = text("label");
    ADD_TO(collection, index, id, JSON("body"), embedding, dim, text("options"), NULL, &error)
    ADD_TO(collection, drop, id, &error)
    ADD_TO(collection, clear, &error)
    ADD_TO(collection, connect, source, target, label, edge, &error)
    ADD_TO(collection, disconnect, source, target, label, &error)
    return BEAVER_INVALID_ARGUMENT; /* C has no such operation */
}

beaver_status collection_add(const beaver_db *db, beaver_batch *batch) {
    size_t dim = 0;
    float *embedding = vector("embedding", &dim);
    made_text edge = edge_options();
    beaver_status status = add(db, batch, embedding, dim, edge.data);
    free(edge.data);
    free(embedding);
    return status;
}
