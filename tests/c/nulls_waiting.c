/* As nulls.c, for what comes by itself: channels, subscriptions, events, live views; and for what ends a wait. */
#include "common.h"

static beaver_db *db;
static beaver_dict *dict;
static beaver_list *list;
static beaver_queue *queue;
static beaver_blobs *blobs;
static beaver_log *events;
static beaver_collection *coll;
static beaver_lock *lock;
static beaver_batch *batch;
static beaver_channel *channel;
static beaver_subscription *subscription;
static beaver_live_view *view;
static beaver_cancel *cancel;

/* Outputs that are never given anything. */
static beaver_channel *out_channel;
static beaver_subscription *out_sub;
static beaver_live_view *out_view;
static beaver_iter *out_iter;
static beaver_buf buf;
static uint64_t number;
static int64_t time_us;
static bool flag;
static int fd;

static bool on_write(void *userdata, const uint8_t *data, size_t len) {
    return userdata == NULL && data != NULL && len > 0;
}

static int64_t on_read(void *userdata, uint8_t *buffer, size_t capacity) {
    return userdata == NULL && buffer != NULL && capacity > 0 ? 0 : -1;
}

#define NAMED(name, call) CHECK_FAILS(BEAVER_INVALID_ARGUMENT, name " is NULL", call)

static void channels(void) {
    NAMED("db", beaver_db_channel(NULL, "k", &out_channel, &error));
    NAMED("name", beaver_db_channel(db, NULL, &out_channel, &error));
    NAMED("out_channel", beaver_db_channel(db, "k", NULL, &error));
    NAMED("channel", beaver_channel_publish(NULL, "1", Z, &time_us, &error));
    NAMED("json", beaver_channel_publish(channel, NULL, Z, &time_us, &error));
    NAMED("channel", beaver_channel_publish_many(NULL, "[]", Z, &buf, &error));
    NAMED("payloads_json", beaver_channel_publish_many(channel, NULL, Z, &buf, &error));
    NAMED("channel", beaver_channel_subscribe(NULL, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_channel_subscribe(channel, NULL, NULL, &error));
    NAMED("channel", beaver_channel_items(NULL, &out_iter, &error));
    NAMED("out_iter", beaver_channel_items(channel, NULL, &error));
    NAMED("channel", beaver_channel_len(NULL, &number, &error));
    NAMED("out_count", beaver_channel_len(channel, NULL, &error));
    NAMED("channel", beaver_channel_clear(NULL, &number, &error));
    NAMED("channel", beaver_channel_retention(NULL, &buf, &error));
    NAMED("out_json", beaver_channel_retention(channel, NULL, &error));
    NAMED("channel", beaver_channel_set_retention(NULL, NULL, &error));
    NAMED("channel", beaver_channel_acquire(NULL, 1, 1, &out_channel, &error));
    NAMED("out_channel", beaver_channel_acquire(channel, 1, 1, NULL, &error));
    NAMED("channel", beaver_channel_release(NULL, &error));
    NAMED("channel", beaver_channel_renew(NULL, 1, &error));
    NAMED("channel", beaver_channel_locked(NULL, &flag, &error));
    NAMED("out_locked", beaver_channel_locked(channel, NULL, &error));
    NAMED("channel", beaver_channel_dump(NULL, NULL, &buf, &error));
    NAMED("out_text", beaver_channel_dump(channel, NULL, NULL, &error));
    NAMED("channel", beaver_channel_dump_to(NULL, NULL, on_write, NULL, NULL, &error));
    NAMED("write", beaver_channel_dump_to(channel, NULL, NULL, NULL, NULL, &error));
    NAMED("channel", beaver_channel_load(NULL, "{}", Z, NULL, &number, &error));
    NAMED("text", beaver_channel_load(channel, NULL, Z, NULL, &number, &error));
    NAMED("channel", beaver_channel_load_from(NULL, on_read, NULL, NULL, NULL, &number, &error));
    NAMED("read", beaver_channel_load_from(channel, NULL, NULL, NULL, NULL, &number, &error));
    NAMED("batch", beaver_batch_channel_publish(NULL, channel, "1", Z, &error));
    NAMED("channel", beaver_batch_channel_publish(batch, NULL, "1", Z, &error));
    NAMED("json", beaver_batch_channel_publish(batch, channel, NULL, Z, &error));
    NAMED("batch", beaver_batch_channel_clear(NULL, channel, &error));
    NAMED("channel", beaver_batch_channel_clear(batch, NULL, &error));
}

static void subscriptions_and_events(void) {
    NAMED("subscription", beaver_subscription_next(NULL, 0, &buf, &error));
    NAMED("out_json", beaver_subscription_next(subscription, 0, NULL, &error));
    NAMED("subscription", beaver_subscription_next_many(NULL, 1, 0, &buf, &error));
    NAMED("out_json", beaver_subscription_next_many(subscription, 1, 0, NULL, &error));
    NAMED("subscription", beaver_subscription_on_ready(NULL, NULL, NULL, NULL, &error));
    NAMED("subscription", beaver_subscription_fd(NULL, &fd, &error));
    NAMED("out_fd", beaver_subscription_fd(subscription, NULL, &error));
    NAMED("subscription", beaver_subscription_close(NULL, &error));
    NAMED("dict", beaver_dict_on(NULL, "*", &out_sub, &error));
    NAMED("event", beaver_dict_on(dict, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_dict_on(dict, "*", NULL, &error));
    NAMED("list", beaver_list_on(NULL, "*", &out_sub, &error));
    NAMED("event", beaver_list_on(list, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_list_on(list, "*", NULL, &error));
    NAMED("queue", beaver_queue_on(NULL, "*", &out_sub, &error));
    NAMED("event", beaver_queue_on(queue, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_queue_on(queue, "*", NULL, &error));
    NAMED("blobs", beaver_blobs_on(NULL, "*", &out_sub, &error));
    NAMED("event", beaver_blobs_on(blobs, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_blobs_on(blobs, "*", NULL, &error));
    NAMED("log", beaver_log_on(NULL, "*", &out_sub, &error));
    NAMED("event", beaver_log_on(events, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_log_on(events, "*", NULL, &error));
    NAMED("collection", beaver_collection_on(NULL, "*", &out_sub, &error));
    NAMED("event", beaver_collection_on(coll, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_collection_on(coll, "*", NULL, &error));
    NAMED("channel", beaver_channel_on(NULL, "*", &out_sub, &error));
    NAMED("event", beaver_channel_on(channel, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_channel_on(channel, "*", NULL, &error));
    NAMED("lock", beaver_lock_on(NULL, "*", &out_sub, &error));
    NAMED("event", beaver_lock_on(lock, NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_lock_on(lock, "*", NULL, &error));
    NAMED("db", beaver_db_on(NULL, "k", "*", &out_sub, &error));
    NAMED("topic", beaver_db_on(db, NULL, "*", &out_sub, &error));
    NAMED("event", beaver_db_on(db, "k", NULL, &out_sub, &error));
    NAMED("out_subscription", beaver_db_on(db, "k", "*", NULL, &error));
    NAMED("db", beaver_db_emit(NULL, "k", "k", "1", Z, &flag, &error));
    NAMED("topic", beaver_db_emit(db, NULL, "k", "1", Z, &flag, &error));
    NAMED("event", beaver_db_emit(db, "k", NULL, "1", Z, &flag, &error));
    NAMED("json", beaver_db_emit(db, "k", "k", NULL, Z, &flag, &error));
}

static void live_views(void) {
    NAMED("log", beaver_log_live(NULL, "{\"window\":1,\"period\":1}", &out_view, &error));
    NAMED("options_json", beaver_log_live(events, NULL, &out_view, &error));
    NAMED("out_view", beaver_log_live(events, "{\"window\":1,\"period\":1}", NULL, &error));
    NAMED("view", beaver_live_view_next(NULL, 0, &buf, &error));
    NAMED("out_json", beaver_live_view_next(view, 0, NULL, &error));
    NAMED("view", beaver_live_view_close(NULL, &error));
}

static void cancels(void) {
    NAMED("out_cancel", beaver_cancel_new(NULL, &error));
    NAMED("cancel", beaver_cancel_bind(NULL, &error));
    NAMED("cancel", beaver_cancel_unbind(NULL, &error));
    NAMED("cancel", beaver_cancel_cancel(NULL, &error));
    NAMED("cancel", beaver_cancel_cancelled(NULL, &flag, &error));
    NAMED("out_cancelled", beaver_cancel_cancelled(cancel, NULL, &error));
    beaver_cancel_free(NULL);
}

int main(void) {
    db = open_db("null.db");
    CHECK_OK(beaver_db_dict(db, "s", &dict, NULL));
    CHECK_OK(beaver_db_list(db, "s", &list, NULL));
    CHECK_OK(beaver_db_queue(db, "s", &queue, NULL));
    CHECK_OK(beaver_db_blobs(db, "s", &blobs, NULL));
    CHECK_OK(beaver_db_log(db, "s", &events, NULL));
    CHECK_OK(beaver_db_collection(db, "s", &coll, NULL));
    CHECK_OK(beaver_db_lock(db, "s", &lock, NULL));
    CHECK_OK(beaver_db_batch(db, &batch, NULL));
    CHECK_OK(beaver_db_channel(db, "s", &channel, NULL));
    CHECK_OK(beaver_channel_subscribe(channel, NULL, &subscription, NULL));
    CHECK_OK(beaver_log_live(events, "{\"window\":1,\"period\":1}", &view, NULL));
    CHECK_OK(beaver_cancel_new(&cancel, NULL));
    RUN(channels);
    RUN(subscriptions_and_events);
    RUN(live_views);
    RUN(cancels);
    beaver_cancel_free(cancel);
    beaver_live_view_free(view);
    beaver_subscription_free(subscription);
    beaver_channel_free(channel);
    beaver_batch_free(batch);
    beaver_lock_free(lock);
    beaver_collection_free(coll);
    beaver_log_free(events);
    beaver_blobs_free(blobs);
    beaver_queue_free(queue);
    beaver_list_free(list);
    beaver_dict_free(dict);
    beaver_db_free(db);
    return check_end();
}
