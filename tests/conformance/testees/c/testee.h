/* What the parts of the C testee share: how an operation becomes a line. */
#ifndef BEAVER_TESTEE_H
#define BEAVER_TESTEE_H

#include <string.h>

#include "wire.h"

/* Answers null, and for OK keeps the object under the name that the request gives it. */
void keep(beaver_status status, const char *kind, void *handle);
double lock_ttl(void);
void put_value(FILE *file, const cJSON *value); /* the JSON text that a string holds */

/* The operations of a collection, and those of a batch. */
bool collection_op(const beaver_collection *collection, const char *verb);
beaver_status collection_add(const beaver_db *db, beaver_batch *batch);

/* The operations of a channel, of subscriptions and events, and of live views. */
bool channel_op(const beaver_channel *channel, const char *verb);
bool subscription_op(const beaver_subscription *subscription, const char *verb);
bool live_op(const beaver_live_view *view, const char *verb);
beaver_status live(const beaver_log *log, beaver_live_view **made);

#define OP(name, answer)           \
    if (strcmp(verb, name) == 0) { \
        answer;                    \
        return true;               \
    }

/* A call that makes an object, and leaves it in `made`. */
#define MAKE(kind, type, call)   \
    type *made = NULL;           \
    beaver_status status = call; \
    keep(status, kind, made)

/* A call that takes many things as one JSON text, `many`. */
#define MANY(name, brackets, put, answer)       \
    made_text many = join(name, brackets, put); \
    answer;                                     \
    free(many.data)

/* A call that listens to events. */
#define ON(object)  \
    OP("on", MAKE("events", beaver_subscription, beaver_##object##_on(object, text("event"), &made, &error)))

/* What all structures can do. */
#define STRUCTURE(kind, object)                                                                 \
    OP("acquire", MAKE(kind, beaver_##object,                                                   \
       beaver_##object##_acquire(object, timeout_ms(), lock_ttl(), &made, &error)))             \
    OP("release", give_found(beaver_##object##_release(object, &error)))                        \
    OP("renew", give_found(beaver_##object##_renew(object, lock_ttl(), &error)))                \
    OP("locked", give_flag(beaver_##object##_locked(object, &out.flag, &error)))                \
    ON(object)                                                                                  \
    OP("len", give_number(beaver_##object##_len(object, &out.count, &error)))                   \
    OP("clear", give_number(beaver_##object##_clear(object, &out.count, &error)))               \
    OP("dump", give_string(beaver_##object##_dump(object, text("options"), &out.json, &error))) \
    OP("load", give_null(beaver_##object##_load(object, JSON("text"), text("options"), NULL, &error)))

/* One operation of a batch, with the handle of a structure that it lives no longer than. */
#define ADD(name, object, open, call)                                               \
    if (strcmp(text("op"), name) == 0) {                                            \
        beaver_##object *object = NULL;                                             \
        beaver_status status = beaver_db_##open(db, text("name"), &object, &error); \
        if (status == BEAVER_OK) status = call;                                     \
        beaver_##object##_free(object);                                             \
        return status;                                                              \
    }
#define ADD_TO(object, verb, ...) \
    ADD(#object "_" #verb, object, object, beaver_batch_##object##_##verb(batch, object, __VA_ARGS__))

#endif
