/* Events through the C API. */
#include "common.h"

enum { LONG = 10000 };

static beaver_db *db;

/* The next event is this: topic, event and payload, as the row has them behind its time. */
static void expect(const beaver_subscription *events, const char *rest) {
    beaver_buf row;
    if (CHECK_OK(beaver_subscription_next(events, LONG, &row, NULL))) {
        const char *text = (const char *)row.data;
        CHECK(strncmp("{\"timestamp_us\":", text, 16) == 0);
        CHECK_STR(rest, strchr(text, ',') != NULL ? strchr(text, ',') + 1 : text);
    }
    beaver_buf_free(&row);
}

#define EVENT(topic, event, payload) "\"topic\":\"" topic "\",\"event\":\"" event "\",\"payload\":" payload "}"

static void expect_nothing(const beaver_subscription *events) {
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_subscription_next(events, 0, &buf, NULL));
}

static void changes_are_told_to_who_listens(void) {
    beaver_dict *dict = NULL;
    beaver_subscription *set = NULL, *all = NULL;
    CHECK_OK(beaver_db_dict(db, "config", &dict, NULL));
    CHECK_OK(beaver_dict_set(dict, "before", "1", Z, 0, NULL));
    CHECK_OK(beaver_dict_on(dict, "set", &set, NULL));
    CHECK_OK(beaver_dict_on(dict, "*", &all, NULL));
    CHECK_OK(beaver_dict_set(dict, "theme", "\"dark\"", Z, 0, NULL));
    CHECK_OK(beaver_dict_delete(dict, "theme", NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_dict_delete(dict, "theme", NULL)); /* changes nothing: no event */
    CHECK_OK(beaver_dict_clear(dict, NULL, NULL));
    expect(set, EVENT("dict:config", "set", "{\"key\":\"theme\"}"));
    expect_nothing(set);
    expect(all, EVENT("dict:config", "set", "{\"key\":\"theme\"}"));
    expect(all, EVENT("dict:config", "del", "{\"key\":\"theme\"}"));
    expect(all, EVENT("dict:config", "clear", "{}"));
    expect_nothing(all);
    beaver_subscription_free(set);
    CHECK_OK(beaver_dict_set(dict, "after", "1", Z, 0, NULL));
    expect(all, EVENT("dict:config", "set", "{\"key\":\"after\"}"));
    beaver_subscription_free(all);
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "empty", beaver_dict_on(dict, "", &set, &error));
    CHECK(set == NULL);
    beaver_dict_free(dict);
}

static void every_structure_has_events(void) {
    beaver_list *list = NULL;
    beaver_queue *queue = NULL;
    beaver_blobs *blobs = NULL;
    beaver_log *log = NULL;
    beaver_collection *coll = NULL;
    beaver_channel *channel = NULL;
    beaver_lock *lock = NULL;
    beaver_subscription *events[7];
    beaver_buf row;
    CHECK_OK(beaver_db_list(db, "s", &list, NULL));
    CHECK_OK(beaver_db_queue(db, "s", &queue, NULL));
    CHECK_OK(beaver_db_blobs(db, "s", &blobs, NULL));
    CHECK_OK(beaver_db_log(db, "s", &log, NULL));
    CHECK_OK(beaver_db_collection(db, "s", &coll, NULL));
    CHECK_OK(beaver_db_channel(db, "s", &channel, NULL));
    CHECK_OK(beaver_db_lock(db, "s", &lock, NULL));
    CHECK_OK(beaver_list_on(list, "*", &events[0], NULL));
    CHECK_OK(beaver_queue_on(queue, "*", &events[1], NULL));
    CHECK_OK(beaver_blobs_on(blobs, "*", &events[2], NULL));
    CHECK_OK(beaver_log_on(log, "*", &events[3], NULL));
    CHECK_OK(beaver_collection_on(coll, "*", &events[4], NULL));
    CHECK_OK(beaver_channel_on(channel, "*", &events[5], NULL));
    CHECK_OK(beaver_lock_on(lock, "*", &events[6], NULL));
    CHECK_OK(beaver_list_push(list, "1", Z, NULL));
    CHECK_OK(beaver_list_set(list, 0, "2", Z, NULL));
    CHECK_OK(beaver_queue_put(queue, "1", Z, 0, NULL));
    CHECK_OK(beaver_queue_get(queue, 0, &row, NULL));
    beaver_buf_free(&row);
    CHECK_OK(beaver_blobs_put(blobs, "k", (const uint8_t *)"x", 1, NULL, 0, NULL));
    CHECK_OK(beaver_log_append_at(log, "1", Z, 1000, NULL, NULL));
    CHECK_OK(beaver_collection_index(coll, "a", "1", Z, NULL, 0, NULL, NULL, NULL, NULL));
    CHECK_OK(beaver_collection_index(coll, "b", "1", Z, NULL, 0, NULL, NULL, NULL, NULL));
    CHECK_OK(beaver_collection_connect(coll, "a", "b", "L", NULL, NULL));
    CHECK_OK(beaver_channel_publish(channel, "1", Z, NULL, NULL));
    CHECK_OK(beaver_channel_clear(channel, NULL, NULL));
    CHECK_OK(beaver_lock_acquire(lock, 0, 60, NULL));
    CHECK_OK(beaver_lock_release(lock, NULL));
    expect(events[0], EVENT("list:s", "push", "{}"));
    expect(events[0], EVENT("list:s", "set", "{\"index\":0}"));
    expect(events[1], EVENT("queue:s", "put", "{}"));
    expect(events[1], EVENT("queue:s", "get", "{}"));
    expect(events[2], EVENT("blob:s", "put", "{\"key\":\"k\"}"));
    expect(events[3], EVENT("log:s", "append", "{\"timestamp_us\":1000}"));
    expect(events[4], EVENT("collection:s", "index", "{\"id\":\"a\"}"));
    expect(events[4], EVENT("collection:s", "index", "{\"id\":\"b\"}"));
    expect(events[4], EVENT("collection:s", "connect", "{\"src_id\":\"a\",\"tgt_id\":\"b\"}"));
    expect(events[5], EVENT("channel:s", "clear", "{}"));
    expect(events[6], EVENT("lock:s", "acquire", "{}"));
    expect(events[6], EVENT("lock:s", "release", "{}"));
    for (int at = 0; at < 7; at++) {
        expect_nothing(events[at]);
        beaver_subscription_free(events[at]);
    }
    beaver_list_free(list);
    beaver_queue_free(queue);
    beaver_blobs_free(blobs);
    beaver_log_free(log);
    beaver_collection_free(coll);
    beaver_channel_free(channel);
    beaver_lock_free(lock);
}

static void topics_of_ones_own_are_told_where_somebody_listens(void) {
    beaver_db *other = open_db("event.db");
    beaver_subscription *done = NULL, *all = NULL;
    CHECK_FLAG(false, beaver_db_emit(db, "builds", "done", "1", Z, &flag, NULL));
    CHECK_OK(beaver_db_on(other, "builds", "done", &done, NULL));
    CHECK_OK(beaver_db_on(other, "builds", "*", &all, NULL));
    CHECK_FLAG(true, beaver_db_emit(db, "builds", "done", "{\"number\": 7}", Z, &flag, NULL));
    CHECK_FLAG(true, beaver_db_emit(db, "builds", "begun", "null", Z, &flag, NULL));
    CHECK_OK(beaver_db_emit(db, "builds", "done", "8", Z, NULL, NULL));
    expect(done, EVENT("builds", "done", "{\"number\": 7}"));
    expect(done, EVENT("builds", "done", "8"));
    beaver_buf rows;
    CHECK_OK(beaver_subscription_next_many(all, 2, LONG, &rows, NULL));
    CHECK(strstr((const char *)rows.data, EVENT("builds", "begun", "null")) != NULL);
    beaver_buf_free(&rows);
    expect(all, EVENT("builds", "done", "8"));
    CHECK_OK(beaver_subscription_close(done, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_subscription_next(done, -1, &buf, NULL));
    beaver_subscription_free(done);
    beaver_subscription_free(all);
    CHECK_FLAG(false, beaver_db_emit(db, "builds", "done", "9", Z, &flag, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "*", beaver_db_emit(db, "builds", "*", "1", Z, NULL, &error));
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_db_emit(db, "builds", "done", "", Z, NULL, NULL));
    beaver_db_free(other);
}

static void events_need_a_file_that_can_be_written(void) {
    beaver_db *reading = NULL;
    beaver_subscription *events = NULL;
    CHECK_OK(beaver_db_open("event.db", "{\"read_only\":true}", &reading, NULL));
    CHECK_STATUS(BEAVER_READ_ONLY, beaver_db_on(reading, "t", "e", &events, NULL));
    CHECK(events == NULL);
    beaver_db_free(reading);
}

int main(void) {
    db = open_db("event.db");
    RUN(changes_are_told_to_who_listens);
    RUN(every_structure_has_events);
    RUN(topics_of_ones_own_are_told_where_somebody_listens);
    RUN(events_need_a_file_that_can_be_written);
    beaver_db_free(db);
    return check_end();
}
