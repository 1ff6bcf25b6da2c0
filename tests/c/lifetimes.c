/* Any order of destruction is safe: a child keeps its database alive, and after close it says CLOSED. */
#include "common.h"

struct all {
    beaver_db *db;
    beaver_dict *dict, *mine;
    beaver_list *list;
    beaver_queue *queue;
    beaver_blobs *blobs;
    beaver_log *log;
    beaver_collection *coll, *my_coll;
    beaver_iter *documents;
    beaver_lock *lock;
    beaver_batch *batch;
    beaver_iter *iter;
    beaver_blob_writer *writer;
    beaver_blob_reader *reader;
    beaver_channel *channel;
    beaver_subscription *messages, *events;
    beaver_live_view *view;
};

enum { KINDS = 19 };

static struct all make(const char *path) {
    struct all all;
    memset(&all, 0, sizeof all);
    all.db = open_db(path);
    CHECK_OK(beaver_db_dict(all.db, "s", &all.dict, NULL));
    CHECK_OK(beaver_dict_set(all.dict, "a", "1", Z, 0, NULL));
    CHECK_OK(beaver_dict_acquire(all.dict, 0, 60, &all.mine, NULL));
    CHECK_OK(beaver_db_list(all.db, "s", &all.list, NULL));
    CHECK_OK(beaver_db_queue(all.db, "s", &all.queue, NULL));
    CHECK_OK(beaver_db_blobs(all.db, "s", &all.blobs, NULL));
    CHECK_OK(beaver_blobs_put(all.blobs, "a", (const uint8_t *)"abc", 3, NULL, 0, NULL));
    CHECK_OK(beaver_blobs_writer(all.blobs, "b", NULL, 0, &all.writer, NULL));
    CHECK_OK(beaver_blob_writer_write(all.writer, (const uint8_t *)"abc", 3, NULL));
    CHECK_OK(beaver_blobs_reader(all.blobs, "a", &all.reader, NULL));
    CHECK_OK(beaver_db_log(all.db, "s", &all.log, NULL));
    CHECK_OK(beaver_db_collection(all.db, "s", &all.coll, NULL));
    CHECK_OK(beaver_collection_index(all.coll, "a", "1", Z, NULL, 0, NULL, NULL, NULL, NULL));
    CHECK_OK(beaver_collection_items(all.coll, &all.documents, NULL));
    CHECK_OK(beaver_collection_acquire(all.coll, 0, 60, &all.my_coll, NULL));
    CHECK_OK(beaver_db_lock(all.db, "s", &all.lock, NULL));
    CHECK_OK(beaver_lock_acquire(all.lock, 0, 60, NULL));
    CHECK_OK(beaver_db_batch(all.db, &all.batch, NULL));
    CHECK_OK(beaver_batch_dict_set(all.batch, all.dict, "b", "2", Z, 0, NULL, NULL));
    CHECK_OK(beaver_batch_collection_index(all.batch, all.my_coll, "b", "2", Z, NULL, 0, NULL, NULL, NULL));
    CHECK_OK(beaver_dict_items(all.dict, &all.iter, NULL));
    CHECK_OK(beaver_db_channel(all.db, "s", &all.channel, NULL));
    CHECK_OK(beaver_channel_publish(all.channel, "1", Z, NULL, NULL));
    CHECK_OK(beaver_channel_subscribe(all.channel, "{\"start\":\"oldest\"}", &all.messages, NULL));
    CHECK_OK(beaver_list_on(all.list, "push", &all.events, NULL));
    CHECK_OK(beaver_log_live(all.log, "{\"window\":60,\"period\":1}", &all.view, NULL));
    return all;
}

static void free_one(struct all *all, int which) {
    switch (which) {
    case 0: beaver_db_free(all->db); break;
    case 1: beaver_dict_free(all->dict); break;
    case 2: beaver_dict_free(all->mine); break;
    case 3: beaver_list_free(all->list); break;
    case 4: beaver_queue_free(all->queue); break;
    case 5: beaver_blobs_free(all->blobs); break;
    case 6: beaver_log_free(all->log); break;
    case 7: beaver_lock_free(all->lock); break;
    case 8: beaver_batch_free(all->batch); break;
    case 9: beaver_iter_free(all->iter); break;
    case 10: beaver_blob_writer_free(all->writer); break;
    case 11: beaver_collection_free(all->coll); break;
    case 12: beaver_collection_free(all->my_coll); break;
    case 13: beaver_iter_free(all->documents); break;
    case 14: beaver_channel_free(all->channel); break;
    case 15: beaver_subscription_free(all->messages); break;
    case 16: beaver_subscription_free(all->events); break;
    case 17: beaver_live_view_free(all->view); break;
    default: beaver_blob_reader_free(all->reader); break;
    }
}

/* Strides that share no factor with the count give every object each place in the order once in a while. */
static void any_order_of_destruction_is_safe(void) {
    static const int strides[] = {1, 4, 7, 11};
    for (size_t stride = 0; stride < 4; stride++) {
        for (int start = 0; start < KINDS; start += 5) {
            struct all all = make("order.db");
            for (int at = 0; at < KINDS; at++) free_one(&all, (start + at * strides[stride]) % KINDS);
            CHECK_INT(0, beaver_live_objects());
        }
    }
    /* Nothing held by freed handles is left: the lock, the acquired dict, the unfinished blob. */
    struct all all = make("order.db");
    CHECK_FLAG(false, beaver_blobs_contains(all.blobs, "b", &flag, NULL));
    for (int at = 0; at < KINDS; at++) free_one(&all, at);
}

static void children_keep_their_database(void) {
    struct all all = make("children.db");
    beaver_db_free(all.db);
    CHECK_GIVES("1", beaver_dict_get(all.dict, "a", &buf, NULL));
    CHECK_OK(beaver_list_push(all.list, "1", Z, NULL));
    beaver_buf event, message;
    CHECK_OK(beaver_subscription_next(all.events, 10000, &event, NULL));
    CHECK(strstr((const char *)event.data, "\"topic\":\"list:s\",\"event\":\"push\",\"payload\":{}") != NULL);
    CHECK_OK(beaver_subscription_next(all.messages, 10000, &message, NULL));
    CHECK(strstr((const char *)message.data, "\"payload\":1") != NULL);
    beaver_buf_free(&event);
    beaver_buf_free(&message);
    CHECK_GIVES("[]", beaver_live_view_next(all.view, 0, &buf, NULL));
    CHECK_GIVES("{\"id\":\"a\",\"body\":1}", beaver_iter_next(all.documents, &buf, NULL));
    CHECK_OK(beaver_blob_writer_finish(all.writer, NULL));
    for (int at = 1; at < KINDS; at++) free_one(&all, at);
    CHECK_INT(0, beaver_live_objects());
}

static void after_close_children_say_closed(void) {
    struct all all = make("closed.db");
    uint8_t byte;
    size_t len;
    CHECK_OK(beaver_db_close(all.db, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_dict_get(all.dict, "a", &buf, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_list_push(all.list, "1", Z, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_queue_get(all.queue, -1, &buf, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_log_append(all.log, "1", Z, NULL, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_collection_get(all.coll, "a", &buf, NULL, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_collection_search(all.coll, (const float[]){1}, 1, NULL, &buf, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_collection_connect(all.coll, "a", "a", "X", NULL, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_lock_acquire(all.lock, -1, 60, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_batch_commit(all.batch, NULL, NULL, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_iter_next(all.iter, &buf, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_blob_writer_finish(all.writer, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_blob_reader_read(all.reader, &byte, 1, &len, NULL));
    CHECK_STATUS(BEAVER_CLOSED, beaver_channel_publish(all.channel, "1", Z, NULL, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_subscription_next(all.messages, -1, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_subscription_next(all.events, -1, &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_live_view_next(all.view, -1, &buf, NULL));
    for (int at = 0; at < KINDS; at++) free_one(&all, at);
}

static void live_objects_are_counted(void) {
    CHECK_INT(0, beaver_live_objects());
    beaver_db *db = open_db(":memory:");
    CHECK_INT(1, beaver_live_objects());
    beaver_buf buf;
    beaver_error *error = NULL;
    CHECK_OK(beaver_db_info(db, &buf, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_db_dict(db, "", &(beaver_dict *){NULL}, &error));
    CHECK_INT(3, beaver_live_objects());
    beaver_error_free(error);
    beaver_buf_free(&buf);
    beaver_buf_free(&buf); /* it is empty now */
    beaver_db_free(db);
    CHECK_INT(0, beaver_live_objects());
}

int main(void) {
    RUN(any_order_of_destruction_is_safe);
    RUN(children_keep_their_database);
    RUN(after_close_children_say_closed);
    RUN(live_objects_are_counted);
    return check_end();
}
