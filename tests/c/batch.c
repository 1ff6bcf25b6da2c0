/* Batches through the C API: all or nothing, over every structure. */
#include "common.h"

static beaver_db *db;
static beaver_dict *dict;
static beaver_list *list;
static beaver_queue *queue;
static beaver_blobs *blobs;
static beaver_log *events;
static beaver_channel *channel;
static beaver_batch *batch;

static void changes_everything_in_one_commit(void) {
    const uint8_t *bytes = (const uint8_t *)"bytes";
    CHECK_OK(beaver_batch_dict_set(batch, dict, "a", "1", Z, 0, NULL, NULL));
    CHECK_OK(beaver_batch_dict_set(batch, dict, "b", "2", Z, 60, "{\"if\":\"absent\"}", NULL));
    CHECK_OK(beaver_batch_dict_delete(batch, dict, "none", NULL, NULL));
    CHECK_OK(beaver_batch_list_push(batch, list, "2", Z, NULL));
    CHECK_OK(beaver_batch_list_prepend(batch, list, "1", Z, NULL));
    CHECK_OK(beaver_batch_list_extend(batch, list, "[3, 4, 5]", Z, NULL));
    CHECK_OK(beaver_batch_list_insert(batch, list, 0, "0", Z, NULL));
    CHECK_OK(beaver_batch_list_set(batch, list, -1, "\"five\"", Z, "{\"if\":{\"equals\":5.0}}", NULL));
    CHECK_OK(beaver_batch_list_delete(batch, list, 0, NULL, NULL));
    CHECK_OK(beaver_batch_list_remove(batch, list, "4", Z, NULL));
    CHECK_OK(beaver_batch_queue_put(batch, queue, "\"job\"", Z, 1, NULL));
    CHECK_OK(beaver_batch_blobs_put(batch, blobs, "k", bytes, 5, "{\"v\":1}", Z, NULL, NULL));
    CHECK_OK(beaver_batch_blobs_put(batch, blobs, "k", bytes, 3, NULL, 0, "{\"if\":{\"equals\":{\"v\":1}}}", NULL));
    CHECK_OK(beaver_batch_blobs_delete(batch, blobs, "none", NULL));
    CHECK_OK(beaver_batch_log_append_at(batch, events, "1", Z, 1000, NULL));
    CHECK_OK(beaver_batch_log_append_at(batch, events, "2", Z, 1000, NULL));
    CHECK_OK(beaver_batch_channel_publish(batch, channel, "\"done\"", Z, NULL));
    CHECK_COUNTS(17, beaver_batch_len(batch, &count, NULL));
    CHECK_COUNTS(0, beaver_dict_len(dict, &count, NULL));
    beaver_buf outcomes;
    const char *expected = "[true,true,false,true,true,true,true,true,true,true,true,true,true,false,[1000],[1001],[";
    CHECK_OK(beaver_batch_commit(batch, "{\"durable\":true}", &outcomes, NULL));
    CHECK(strncmp(expected, (const char *)outcomes.data, strlen(expected)) == 0); /* and the time of the message */
    beaver_buf_free(&outcomes);
    CHECK_GIVES("1", beaver_dict_get(dict, "a", &buf, NULL));
    CHECK_GIVES("[1,2,3,\"five\"]", beaver_list_slice(list, 0, INT64_MAX, &buf, NULL));
    CHECK_COUNTS(1, beaver_queue_len(queue, &count, NULL));
    CHECK_GIVES("byt", beaver_blobs_get(blobs, "k", &buf, NULL, NULL));
    CHECK_COUNTS(2, beaver_log_len(events, &count, NULL));
    CHECK_COUNTS(1, beaver_channel_len(channel, &count, NULL));
}

static void changes_nothing_where_one_fails(void) {
    beaver_error *error = NULL;
    CHECK_OK(beaver_batch_dict_set(batch, dict, "a", "\"changed\"", Z, 0, NULL, NULL));
    CHECK_OK(beaver_batch_dict_clear(batch, dict, NULL));
    CHECK_OK(beaver_batch_dict_set(batch, dict, "c", "1", Z, 0, "{\"if\":{\"equals\":1}}", NULL));
    CHECK_GIVES_NOTHING(BEAVER_CONFLICT, beaver_batch_commit(batch, NULL, &buf, &error));
    CHECK_INT(2, beaver_error_operation(error));
    beaver_error_free(error);
    CHECK_GIVES("1", beaver_dict_get(dict, "a", &buf, NULL));
    /* It is empty again. */
    CHECK_COUNTS(0, beaver_batch_len(batch, &count, NULL));
    CHECK_OK(beaver_batch_list_push(batch, list, "9", Z, NULL));
    CHECK_OK(beaver_batch_list_delete(batch, list, 99, NULL, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_batch_commit(batch, NULL, NULL, &error));
    CHECK_INT(1, beaver_error_operation(error));
    beaver_error_free(error);
    CHECK_COUNTS(4, beaver_list_len(list, &count, NULL));
}

static void settles_work_with_its_result(void) {
    uint64_t id = 0;
    beaver_buf row;
    CHECK_OK(beaver_queue_lease(queue, 60, 0, NULL, &id, &row, NULL));
    beaver_buf_free(&row);
    CHECK_OK(beaver_batch_queue_ack(batch, queue, id, NULL));
    CHECK_OK(beaver_batch_dict_set(batch, dict, "result", "42", Z, 0, NULL, NULL));
    CHECK_OK(beaver_batch_commit(batch, NULL, NULL, NULL));
    CHECK_COUNTS(0, beaver_queue_leased(queue, &count, NULL));
    CHECK_OK(beaver_batch_queue_ack(batch, queue, id, NULL));
    CHECK_STATUS(BEAVER_NOT_FOUND, beaver_batch_commit(batch, NULL, NULL, NULL));
}

static void passes_the_lock_of_an_acquired_structure(void) {
    beaver_dict *mine = NULL;
    CHECK_OK(beaver_dict_acquire(dict, 0, 60, &mine, NULL));
    CHECK_OK(beaver_batch_dict_set(batch, mine, "mine", "1", Z, 0, NULL, NULL));
    beaver_dict_free(mine);
    CHECK_OK(beaver_batch_commit(batch, NULL, NULL, NULL));
    CHECK_GIVES("1", beaver_dict_get(dict, "mine", &buf, NULL));
}

static void refuses_what_is_wrong(void) {
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "condition_json", beaver_batch_dict_set(batch, dict, "a", "1", Z, 0, "{\"if\":\"maybe\"}", &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "unless", beaver_batch_dict_set(batch, dict, "a", "1", Z, 0, "{\"unless\":\"absent\"}", &error));
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_batch_dict_set(batch, dict, "a", "1", Z, 0, "{", NULL));
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_batch_list_push(batch, list, "tru", Z, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "dict is NULL", beaver_batch_dict_clear(batch, NULL, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "batch is NULL", beaver_batch_dict_clear(NULL, dict, &error));
    CHECK_COUNTS(0, beaver_batch_len(batch, &count, NULL));
    CHECK_GIVES("[]", beaver_batch_commit(batch, NULL, &buf, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "fast", beaver_batch_commit(batch, "{\"fast\":true}", NULL, &error));
}

static void clears_everything(void) {
    CHECK_OK(beaver_batch_dict_clear(batch, dict, NULL));
    CHECK_OK(beaver_batch_list_clear(batch, list, NULL));
    CHECK_OK(beaver_batch_queue_clear(batch, queue, NULL));
    CHECK_OK(beaver_batch_blobs_clear(batch, blobs, NULL));
    CHECK_OK(beaver_batch_log_clear(batch, events, NULL));
    CHECK_OK(beaver_batch_log_append(batch, events, "1", Z, NULL));
    CHECK_OK(beaver_batch_channel_clear(batch, channel, NULL));
    CHECK_OK(beaver_batch_commit(batch, NULL, NULL, NULL));
    CHECK_COUNTS(0, beaver_list_len(list, &count, NULL));
    CHECK_COUNTS(1, beaver_log_len(events, &count, NULL));
    CHECK_COUNTS(0, beaver_channel_len(channel, &count, NULL));
}

int main(void) {
    db = open_db("batch.db");
    CHECK_OK(beaver_db_dict(db, "s", &dict, NULL));
    CHECK_OK(beaver_db_list(db, "s", &list, NULL));
    CHECK_OK(beaver_db_queue(db, "s", &queue, NULL));
    CHECK_OK(beaver_db_blobs(db, "s", &blobs, NULL));
    CHECK_OK(beaver_db_log(db, "s", &events, NULL));
    CHECK_OK(beaver_db_channel(db, "s", &channel, NULL));
    CHECK_OK(beaver_db_batch(db, &batch, NULL));
    RUN(changes_everything_in_one_commit);
    RUN(changes_nothing_where_one_fails);
    RUN(settles_work_with_its_result);
    RUN(passes_the_lock_of_an_acquired_structure);
    RUN(refuses_what_is_wrong);
    RUN(clears_everything);
    beaver_dict_free(dict);
    beaver_list_free(list);
    beaver_queue_free(queue);
    beaver_blobs_free(blobs);
    beaver_log_free(events);
    beaver_channel_free(channel);
    beaver_batch_free(batch);
    beaver_db_free(db);
    return check_end();
}
