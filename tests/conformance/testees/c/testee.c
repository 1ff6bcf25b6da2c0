/* The C testee of the conformance suite: reads requests, calls the C API, answers. */
#include "testee.h"

#include <stdlib.h>
#include <string.h>

/* --- the objects that the judge has named --- */

typedef struct object {
    struct object *next;
    char *name;
    const char *kind; /* as in the names of the operations */
    void *handle;
} object;

static object *objects = NULL;
static const char *keep_as = NULL;

static object *find(const char *name) {
    object *found = objects;
    while (found != NULL && (name == NULL || strcmp(found->name, name) != 0)) found = found->next;
    return found;
}

static void release(object *gone) {
    object **link = &objects;
    while (*link != gone) link = &(*link)->next;
    *link = gone->next;
    if (strcmp(gone->kind, "database") == 0) beaver_db_free(gone->handle);
    if (strcmp(gone->kind, "dict") == 0) beaver_dict_free(gone->handle);
    if (strcmp(gone->kind, "list") == 0) beaver_list_free(gone->handle);
    if (strcmp(gone->kind, "queue") == 0) beaver_queue_free(gone->handle);
    if (strcmp(gone->kind, "blob") == 0) beaver_blobs_free(gone->handle);
    if (strcmp(gone->kind, "log") == 0) beaver_log_free(gone->handle);
    if (strcmp(gone->kind, "collection") == 0) beaver_collection_free(gone->handle);
    if (strcmp(gone->kind, "channel") == 0) beaver_channel_free(gone->handle);
    if (strcmp(gone->kind, "lock") == 0) beaver_lock_free(gone->handle);
    if (strcmp(gone->kind, "writer") == 0) beaver_blob_writer_free(gone->handle);
    if (strcmp(gone->kind, "reader") == 0) beaver_blob_reader_free(gone->handle);
    if (strcmp(gone->kind, "subscription") == 0) beaver_subscription_free(gone->handle);
    if (strcmp(gone->kind, "events") == 0) beaver_subscription_free(gone->handle);
    if (strcmp(gone->kind, "live") == 0) beaver_live_view_free(gone->handle);
    free(gone->name);
    free(gone);
}

void keep(beaver_status status, const char *kind, void *handle) {
    if (status == BEAVER_OK) {
        object *old = find(keep_as), *made = malloc(sizeof *made);
        *made = (object){objects, strdup(keep_as), kind, handle};
        objects = made;
        if (old != NULL) release(old);
    }
    give_null(status);
}

static void reset(void) {
    for (object *at = objects, *next = NULL; at != NULL; at = next) {
        next = at->next;
        if (strcmp(at->kind, "database") != 0) release(at);
    }
    while (objects != NULL) release(objects);
    printf("\"result\":{\"live\":%lld}", (long long)beaver_live_objects());
}

/* --- what has another form in C than on the wire --- */

static double ttl(void) { return number("ttl", 0); }
double lock_ttl(void) { return number("ttl", 60); }
static int64_t start(void) { return integer("start", 0); }
static int64_t stop(void) { return integer("stop", INT64_MAX); }
static uint64_t id(void) { return (uint64_t)integer("id", 0); }

void put_value(FILE *file, const cJSON *value) {
    fwrite(value->valuestring, 1, (size_t)value->valuedouble, file);
}

static void put_member(FILE *file, const cJSON *item) {
    (void)item;
    put_string(file, JSON("key"));
    fputc(':', file);
    put_value(file, member("value"));
}

static void put_data(FILE *file, const cJSON *item) {
    (void)item;
    fputs("{\"data\":", file);
    put_value(file, member("data"));
    if (member("at") != NULL) fprintf(file, ",\"timestamp_us\":%s", text("at"));
    if (member("priority") != NULL) { /* not a number is a string in JSON */
        const char *quote = strpbrk(text("priority"), "0123456789") == NULL ? "\"" : "";
        fprintf(file, ",\"priority\":%s%s%s", quote, text("priority"), quote);
    }
    fputc('}', file);
}

static made_text condition(void) {
    made_text made = {NULL, 0};
    const cJSON *equals = cJSON_GetObjectItemCaseSensitive(member("if"), "equals");
    if (member("if") == NULL) return made;
    FILE *file = open_memstream(&made.data, &made.len);
    fputs(equals == NULL ? "{\"if\":\"absent\"" : "{\"if\":{\"equals\":", file);
    if (equals != NULL) put_value(file, equals);
    fputs(equals == NULL ? "}" : "}}", file);
    fclose(file);
    return made;
}

/* Options that are arguments in C. */
static cJSON *open_options(void) {
    cJSON *options = text("options") == NULL ? NULL : parse(text("options"));
    if (options != NULL) args = options;
    return options;
}

static void nack(const beaver_queue *queue) {
    uint64_t leased = id();
    cJSON *options = open_options();
    give_found(beaver_queue_nack(queue, leased, options == NULL ? 0 : number("delay", 0), &error));
    cJSON_Delete(options);
}

static void prune(const beaver_log *log) {
    cJSON *options = open_options();
    if (member("older_than") != NULL) {
        give_number(beaver_log_prune_older(log, integer("older_than", 0), &out.count, &error));
    } else if (member("keep_last") != NULL) {
        give_number(beaver_log_prune_keep(log, (uint64_t)integer("keep_last", 0), &out.count, &error));
    } else {
        give_error("INVALID_ARGUMENT", "prune by older_than or keep_last", -1);
    }
    cJSON_Delete(options);
}

static void read_bytes(beaver_blob_reader *reader) {
    size_t most = (size_t)integer("max", 0), len = 0;
    uint8_t *buffer = malloc(most + 1);
    beaver_status status = beaver_blob_reader_read(reader, buffer, most, &len, &error);
    give_bytes(status == BEAVER_END ? BEAVER_OK : status, buffer, len);
    free(buffer);
}

static void get_many(const beaver_dict *dict) {
    size_t count = 0;
    const char **keys = malloc(((size_t)cJSON_GetArraySize(member("keys")) + 1) * sizeof *keys);
    const cJSON *key = NULL;
    cJSON_ArrayForEach(key, member("keys")) keys[count++] = key->valuestring;
    give_members(beaver_dict_get_many(dict, keys, count, &out.json, &error), "keys");
    free(keys);
}

/* --- the operations: one line each --- */

static bool dict_op(const beaver_dict *dict, const char *verb) {
    OP("set", give_null(beaver_dict_set(dict, text("key"), JSON("value"), ttl(), &error)))
    OP("get", give_json(beaver_dict_get(dict, text("key"), &out.json, &error)))
    OP("delete", give_found(beaver_dict_delete(dict, text("key"), &error)))
    OP("pop", give_json(beaver_dict_pop(dict, text("key"), &out.json, &error)))
    OP("contains", give_flag(beaver_dict_contains(dict, text("key"), &out.flag, &error)))
    OP("keys", give_each(beaver_dict_keys(dict, &out.iter, &error)))
    OP("values", give_each(beaver_dict_values(dict, &out.iter, &error)))
    OP("items", give_each(beaver_dict_items(dict, &out.iter, &error)))
    OP("set_many", MANY("items", "{}", put_member,
       give_null(beaver_dict_set_many(dict, many.data, many.len, ttl(), &error))))
    OP("get_many", get_many(dict))
    OP("set_if_absent",
       give_flag(beaver_dict_set_if_absent(dict, text("key"), JSON("value"), ttl(), &out.flag, &error)))
    OP("compare_and_set", give_flag(beaver_dict_compare_and_set(dict, text("key"), JSON("expected"), JSON("value"),
       ttl(), &out.flag, &error)))
    STRUCTURE("dict", dict)
    return false;
}

static bool list_op(const beaver_list *list, const char *verb) {
    int64_t index = integer("index", 0);
    OP("push", give_null(beaver_list_push(list, JSON("value"), &error)))
    OP("prepend", give_null(beaver_list_prepend(list, JSON("value"), &error)))
    OP("extend", MANY("values", "[]", put_value, give_null(beaver_list_extend(list, many.data, many.len, &error))))
    OP("pop", give_json(beaver_list_pop(list, &out.json, &error)))
    OP("deque", give_json(beaver_list_deque(list, &out.json, &error)))
    OP("insert", give_null(beaver_list_insert(list, index, JSON("value"), &error)))
    OP("get", give_json(beaver_list_get(list, index, &out.json, &error)))
    OP("set", give_null(beaver_list_set(list, index, JSON("value"), &error)))
    OP("delete", give_null(beaver_list_delete(list, index, &error)))
    OP("slice", give_json(beaver_list_slice(list, start(), stop(), &out.json, &error)))
    OP("items", give_each(beaver_list_items(list, &out.iter, &error)))
    OP("contains", give_flag(beaver_list_contains(list, JSON("value"), &out.flag, &error)))
    OP("remove", give_found(beaver_list_remove(list, JSON("value"), &error)))
    OP("index_of", give_number(beaver_list_index_of(list, JSON("value"), start(), stop(), &out.count, &error)))
    OP("count_of", give_number(beaver_list_count_of(list, JSON("value"), &out.count, &error)))
    OP("reverse", give_null(beaver_list_reverse(list, &error)))
    OP("delete_range", give_number(beaver_list_delete_range(list, start(), stop(), &out.count, &error)))
    OP("replace_range", MANY("values", "[]", put_value,
       give_null(beaver_list_replace_range(list, start(), stop(), many.data, many.len, NULL, &error))))
    STRUCTURE("list", list)
    return false;
}

static bool queue_op(const beaver_queue *queue, const char *verb) {
    OP("put", give_null(beaver_queue_put(queue, JSON("data"), number("priority", 0), &error)))
    OP("put_many", MANY("items", "[]", put_data, give_null(beaver_queue_put_many(queue, many.data, many.len, &error))))
    OP("put_back", give_null(beaver_queue_put_back(queue, JSON("data"), number("priority", 0), integer("timestamp", 0),
       &error)))
    OP("get", give_row(beaver_queue_get(queue, timeout_ms(), &out.json, &error)))
    OP("get_many",
       give_rows(beaver_queue_get_many(queue, (size_t)integer("n", 0), timeout_ms(), &out.json, &error)))
    OP("peek", give_row(beaver_queue_peek(queue, &out.json, &error)))
    OP("items", give_each_row(beaver_queue_items(queue, &out.iter, &error)))
    OP("lease", give_row(beaver_queue_lease(queue, number("lease_seconds", 0), timeout_ms(), text("options"),
       &out.count, &out.json, &error)))
    OP("ack", give_found(beaver_queue_ack(queue, id(), &error)))
    OP("nack", nack(queue))
    OP("extend", give_found(beaver_queue_extend(queue, id(), number("lease_seconds", 0), &error)))
    OP("leased", give_number(beaver_queue_leased(queue, &out.count, &error)))
    STRUCTURE("queue", queue)
    return false;
}

static bool blob_op(const beaver_blobs *blobs, const char *verb) {
    OP("put", give_null(beaver_blobs_put(blobs, text("key"), BYTES("bytes"), JSON("metadata"), &error)))
    OP("get", give_blob(beaver_blobs_get(blobs, text("key"), &out.json, &out.metadata, &error)))
    OP("metadata", give_metadata(beaver_blobs_stat(blobs, text("key"), NULL, &out.metadata, &error)))
    OP("contains", give_flag(beaver_blobs_contains(blobs, text("key"), &out.flag, &error)))
    OP("delete", give_found(beaver_blobs_delete(blobs, text("key"), &error)))
    OP("keys", give_each(beaver_blobs_keys(blobs, &out.iter, &error)))
    OP("writer", MAKE("writer", beaver_blob_writer,
       beaver_blobs_writer(blobs, text("key"), JSON("metadata"), &made, &error)))
    OP("reader", MAKE("reader", beaver_blob_reader, beaver_blobs_reader(blobs, text("key"), &made, &error)))
    STRUCTURE("blob", blobs)
    return false;
}

static bool writer_op(beaver_blob_writer *writer, const char *verb) {
    OP("write", give_null(beaver_blob_writer_write(writer, BYTES("bytes"), &error)))
    OP("finish", give_null(beaver_blob_writer_finish(writer, &error)))
    OP("abort", give_null(beaver_blob_writer_abort(writer, &error)))
    return false;
}

static bool reader_op(beaver_blob_reader *reader, const char *verb) {
    OP("read", read_bytes(reader))
    OP("len", give_number(beaver_blob_reader_len(reader, &out.count, &error)))
    return false;
}

static bool log_op(const beaver_log *log, const char *verb) {
    OP("append", give_number(member("at") == NULL
       ? beaver_log_append(log, JSON("data"), &out.number, &error)
       : beaver_log_append_at(log, JSON("data"), integer("at", 0), &out.number, &error)))
    OP("append_many", MANY("items", "[]", put_data,
       give_null(beaver_log_append_many(log, many.data, many.len, NULL, &error))))
    OP("range", give_each_row(beaver_log_range(log, integer("start", INT64_MIN), integer("end", INT64_MAX),
       text("options"), &out.iter, &error)))
    OP("items", give_each_row(beaver_log_items(log, &out.iter, &error)))
    OP("prune", prune(log))
    OP("live", MAKE("live", beaver_live_view, live(log, &made)))
    STRUCTURE("log", log)
    return false;
}

static bool lock_op(const beaver_lock *lock, const char *verb) {
    OP("acquire", give_found(beaver_lock_acquire(lock, timeout_ms(), lock_ttl(), &error)))
    OP("release", give_found(beaver_lock_release(lock, &error)))
    OP("renew", give_found(beaver_lock_renew(lock, lock_ttl(), &error)))
    OP("held", give_flag(beaver_lock_held(lock, &out.flag, &error)))
    OP("locked", give_flag(beaver_lock_locked(lock, &out.flag, &error)))
    OP("clear", give_null(beaver_lock_clear(lock, NULL, &error)))
    ON(lock)
    return false;
}

/* --- batches --- */

static beaver_status add(const beaver_db *db, beaver_batch *batch, const char *when, const made_text *values) {
    int64_t index = integer("index", 0);
    ADD_TO(dict, set, text("key"), JSON("value"), ttl(), when, &error)
    ADD_TO(dict, delete, text("key"), when, &error)
    ADD_TO(dict, clear, &error)
    ADD_TO(list, push, JSON("value"), &error)
    ADD_TO(list, prepend, JSON("value"), &error)
    ADD_TO(list, extend, values->data, values->len, &error)
    ADD_TO(list, insert, index, JSON("value"), &error)
    ADD_TO(list, set, index, JSON("value"), when, &error)
    ADD_TO(list, delete, index, when, &error)
    ADD_TO(list, clear, &error)
    ADD_TO(queue, put, JSON("data"), number("priority", 0), &error)
    ADD_TO(queue, clear, &error)
    ADD("blob_put", blobs, blobs,
        beaver_batch_blobs_put(batch, blobs, text("key"), BYTES("bytes"), JSON("metadata"), when, &error))
    ADD("blob_delete", blobs, blobs, beaver_batch_blobs_delete(batch, blobs, text("key"), &error))
    ADD("log_append", log, log, member("at") == NULL
        ? beaver_batch_log_append(batch, log, JSON("data"), &error)
        : beaver_batch_log_append_at(batch, log, JSON("data"), integer("at", 0), &error))
    ADD_TO(channel, publish, JSON("payload"), &error)
    ADD_TO(channel, clear, &error)
    return collection_add(db, batch);
}

static void run_batch(const beaver_db *db) {
    beaver_batch *batch = NULL;
    beaver_status status = beaver_db_batch(db, &batch, &error);
    const cJSON *all = args, *operation = NULL;
    int64_t index = 0;
    cJSON_ArrayForEach(operation, member("operations")) {
        if (status != BEAVER_OK) break;
        args = operation;
        made_text when = condition(), values = join("values", "[]", put_value);
        status = add(db, batch, when.data, &values);
        args = all;
        free(when.data);
        free(values.data);
        index++;
    }
    if (status == BEAVER_OK) {
        give_json(beaver_batch_commit(batch, text("options"), &out.json, &error));
    } else {
        give_failure(status, index - 1);
    }
    beaver_batch_free(batch);
}

/* --- databases --- */

static bool database_op(const beaver_db *db, const char *verb) {
    OP("dict", MAKE("dict", beaver_dict, beaver_db_dict(db, text("name"), &made, &error)))
    OP("list", MAKE("list", beaver_list, beaver_db_list(db, text("name"), &made, &error)))
    OP("queue", MAKE("queue", beaver_queue, beaver_db_queue(db, text("name"), &made, &error)))
    OP("blob", MAKE("blob", beaver_blobs, beaver_db_blobs(db, text("name"), &made, &error)))
    OP("log", MAKE("log", beaver_log, beaver_db_log(db, text("name"), &made, &error)))
    OP("collection", MAKE("collection", beaver_collection, beaver_db_collection(db, text("name"), &made, &error)))
    OP("channel", MAKE("channel", beaver_channel, beaver_db_channel(db, text("name"), &made, &error)))
    OP("lock", MAKE("lock", beaver_lock, beaver_db_lock(db, text("name"), &made, &error)))
    OP("on", MAKE("events", beaver_subscription, beaver_db_on(db, text("topic"), text("event"), &made, &error)))
    OP("emit", give_flag(beaver_db_emit(db, text("topic"), text("event"), JSON("payload"), &out.flag, &error)))
    OP("batch", run_batch(db))
    OP("close", give_null(beaver_db_close(db, &error)))
    OP("pause", give_null(beaver_db_pause(db, &error)))
    OP("resume", give_null(beaver_db_resume(db, &error)))
    OP("interrupt", give_null(beaver_db_interrupt(db, &error)))
    OP("info", give_json(beaver_db_info(db, &out.json, &error)))
    OP("names", give_json(beaver_db_names(db, text("kind"), &out.json, &error)))
    OP("verify", give_json(beaver_db_verify(db, &out.json, &error)))
    OP("repair", give_json(beaver_db_repair(db, NULL, NULL, NULL, &out.json, &error)))
    OP("stats", give_json(beaver_db_stats(db, &out.json, &error)))
    OP("vacuum", give_null(beaver_db_vacuum(db, &error)))
    OP("checkpoint", give_null(beaver_db_checkpoint(db, &error)))
    OP("backup", give_null(beaver_db_backup(db, text("path"), NULL, NULL, NULL, &error)))
    return false;
}

/* --- requests --- */

static bool free_standing_op(const char *verb, object *on) {
    OP("hello", printf("\"result\":{\"protocol\":1,\"testee\":\"c\","
       "\"capabilities\":[\"invalid-utf8\",\"json-text\",\"memory\",\"open-options\"]}"))
    OP("reset", reset())
    OP("bye", reset())
    OP("free", if (on != NULL) release(on); give_null(BEAVER_OK))
    OP("open", MAKE("database", beaver_db, beaver_db_open(text("path"), text("options"), &made, &error)))
    OP("restore", give_null(beaver_db_restore(text("from"), text("to"), NULL, NULL, NULL, &error)))
    OP("rerank", give_json(beaver_rerank(JSON("lists"), text("options"), &out.json, &error)))
    return false;
}

static bool object_op(const object *on, const char *kind, const char *verb) {
    if (strcmp(on->kind, kind) != 0) return false;
    if (strcmp(kind, "database") == 0) return database_op(on->handle, verb);
    if (strcmp(kind, "dict") == 0) return dict_op(on->handle, verb);
    if (strcmp(kind, "list") == 0) return list_op(on->handle, verb);
    if (strcmp(kind, "queue") == 0) return queue_op(on->handle, verb);
    if (strcmp(kind, "blob") == 0) return blob_op(on->handle, verb);
    if (strcmp(kind, "log") == 0) return log_op(on->handle, verb);
    if (strcmp(kind, "collection") == 0) return collection_op(on->handle, verb);
    if (strcmp(kind, "channel") == 0) return channel_op(on->handle, verb);
    if (strcmp(kind, "lock") == 0) return lock_op(on->handle, verb);
    if (strcmp(kind, "subscription") == 0) return subscription_op(on->handle, verb);
    if (strcmp(kind, "events") == 0) return subscription_op(on->handle, verb);
    if (strcmp(kind, "live") == 0) return live_op(on->handle, verb);
    if (strcmp(kind, "writer") == 0) return writer_op(on->handle, verb);
    return reader_op(on->handle, verb);
}

/* Answers one request; false after the last one. */
static bool answer(const char *line) {
    cJSON *request = parse(line);
    if (request == NULL) {
        fprintf(stderr, "not a request: %s\n", line);
        exit(2);
    }
    args = request;
    char *op = strdup(text("op")), *verb = strchr(op, '.');
    object *on = find(text("on"));
    keep_as = text("as");
    printf("{\"id\":%s,", text("id"));
    args = member("args");
    if (verb == NULL) {
        if (!free_standing_op(op, on)) give_error("UNSUPPORTED", "the testee does not know the operation", -1);
    } else if (on == NULL) {
        give_error("INVALID_ARGUMENT", "there is no such object", -1);
    } else {
        *verb++ = '\0';
        if (!object_op(on, op, verb)) give_error("UNSUPPORTED", "the testee does not know the operation", -1);
    }
    printf("}\n");
    fflush(stdout);

    bool last = strcmp(op, "bye") == 0;
    cJSON_Delete(request);
    free(op);
    return !last;
}

int main(void) {
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0 && answer(line)) {
    }
    free(line);
    return 0;
}
