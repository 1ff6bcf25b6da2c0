/* NULL where it must not be: every pointer of every function, one at a time. Each is refused, and named. */
#include "common.h"

static beaver_db *db;
static beaver_dict *dict;
static beaver_list *list;
static beaver_queue *queue;
static beaver_blobs *blobs;
static beaver_log *events;
static beaver_lock *lock;
static beaver_batch *batch;
static beaver_iter *iter;
static beaver_blob_writer *writer;
static beaver_blob_reader *reader;

/* Outputs that are never given anything. */
static beaver_db *out_db;
static beaver_dict *out_dict;
static beaver_list *out_list;
static beaver_queue *out_queue;
static beaver_blobs *out_blobs;
static beaver_log *out_log;
static beaver_lock *out_lock;
static beaver_batch *out_batch;
static beaver_iter *out_iter;
static beaver_blob_writer *out_blob_writer;
static beaver_blob_reader *out_blob_reader;
static beaver_buf buf;
static uint8_t bytes[1];
static uint64_t number;
static int64_t time_us;
static size_t size;
static bool flag;
static const char *const keys[] = {"k"};

static bool on_write(void *userdata, const uint8_t *data, size_t len) {
    return userdata == NULL && data != NULL && len > 0;
}

static int64_t on_read(void *userdata, uint8_t *buffer, size_t capacity) {
    return userdata == NULL && buffer != NULL && capacity > 0 ? 0 : -1;
}

#define NAMED(name, call) CHECK_FAILS(BEAVER_INVALID_ARGUMENT, name " is NULL", call)

static void databases(void) {
    NAMED("path", beaver_db_open(NULL, NULL, &out_db, &error));
    NAMED("out_db", beaver_db_open("null.db", NULL, NULL, &error));
    NAMED("db", beaver_db_close(NULL, &error));
    NAMED("db", beaver_db_pause(NULL, &error));
    NAMED("db", beaver_db_resume(NULL, &error));
    NAMED("db", beaver_db_interrupt(NULL, &error));
    NAMED("db", beaver_db_dict(NULL, "k", &out_dict, &error));
    NAMED("name", beaver_db_dict(db, NULL, &out_dict, &error));
    NAMED("out_dict", beaver_db_dict(db, "k", NULL, &error));
    NAMED("db", beaver_db_list(NULL, "k", &out_list, &error));
    NAMED("name", beaver_db_list(db, NULL, &out_list, &error));
    NAMED("out_list", beaver_db_list(db, "k", NULL, &error));
    NAMED("db", beaver_db_queue(NULL, "k", &out_queue, &error));
    NAMED("name", beaver_db_queue(db, NULL, &out_queue, &error));
    NAMED("out_queue", beaver_db_queue(db, "k", NULL, &error));
    NAMED("db", beaver_db_blobs(NULL, "k", &out_blobs, &error));
    NAMED("name", beaver_db_blobs(db, NULL, &out_blobs, &error));
    NAMED("out_blobs", beaver_db_blobs(db, "k", NULL, &error));
    NAMED("db", beaver_db_log(NULL, "k", &out_log, &error));
    NAMED("name", beaver_db_log(db, NULL, &out_log, &error));
    NAMED("out_log", beaver_db_log(db, "k", NULL, &error));
    NAMED("db", beaver_db_lock(NULL, "k", &out_lock, &error));
    NAMED("name", beaver_db_lock(db, NULL, &out_lock, &error));
    NAMED("out_lock", beaver_db_lock(db, "k", NULL, &error));
    NAMED("db", beaver_db_batch(NULL, &out_batch, &error));
    NAMED("out_batch", beaver_db_batch(db, NULL, &error));
    NAMED("db", beaver_db_info(NULL, &buf, &error));
    NAMED("out_json", beaver_db_info(db, NULL, &error));
    NAMED("db", beaver_db_names(NULL, "dict", &buf, &error));
    NAMED("kind", beaver_db_names(db, NULL, &buf, &error));
    NAMED("out_json", beaver_db_names(db, "dict", NULL, &error));
    NAMED("db", beaver_db_verify(NULL, &buf, &error));
    NAMED("out_json", beaver_db_verify(db, NULL, &error));
    NAMED("db", beaver_db_stats(NULL, &buf, &error));
    NAMED("out_json", beaver_db_stats(db, NULL, &error));
    NAMED("db", beaver_db_vacuum(NULL, &error));
    NAMED("db", beaver_db_checkpoint(NULL, &error));
    NAMED("db", beaver_db_backup(NULL, "null.db", NULL, NULL, NULL, &error));
    NAMED("path", beaver_db_backup(db, NULL, NULL, NULL, NULL, &error));
    NAMED("backup_path", beaver_db_restore(NULL, "null.db", NULL, NULL, NULL, &error));
    NAMED("path", beaver_db_restore("none.db", NULL, NULL, NULL, NULL, &error));
    NAMED("db", beaver_db_set_log(NULL, NULL, NULL, NULL, &error));
}

static void dicts(void) {
    NAMED("dict", beaver_dict_set(NULL, "k", "1", Z, 1, &error));
    NAMED("key", beaver_dict_set(dict, NULL, "1", Z, 1, &error));
    NAMED("json", beaver_dict_set(dict, "k", NULL, Z, 1, &error));
    NAMED("dict", beaver_dict_set_if_absent(NULL, "k", "1", Z, 1, &flag, &error));
    NAMED("key", beaver_dict_set_if_absent(dict, NULL, "1", Z, 1, &flag, &error));
    NAMED("json", beaver_dict_set_if_absent(dict, "k", NULL, Z, 1, &flag, &error));
    NAMED("out_set", beaver_dict_set_if_absent(dict, "k", "1", Z, 1, NULL, &error));
    NAMED("dict", beaver_dict_compare_and_set(NULL, "k", "1", Z, "1", Z, 1, &flag, &error));
    NAMED("key", beaver_dict_compare_and_set(dict, NULL, "1", Z, "1", Z, 1, &flag, &error));
    NAMED("expected", beaver_dict_compare_and_set(dict, "k", NULL, Z, "1", Z, 1, &flag, &error));
    NAMED("json", beaver_dict_compare_and_set(dict, "k", "1", Z, NULL, Z, 1, &flag, &error));
    NAMED("out_set", beaver_dict_compare_and_set(dict, "k", "1", Z, "1", Z, 1, NULL, &error));
    NAMED("dict", beaver_dict_set_many(NULL, "{}", Z, 1, &error));
    NAMED("items_json", beaver_dict_set_many(dict, NULL, Z, 1, &error));
    NAMED("dict", beaver_dict_get(NULL, "k", &buf, &error));
    NAMED("key", beaver_dict_get(dict, NULL, &buf, &error));
    NAMED("out_json", beaver_dict_get(dict, "k", NULL, &error));
    NAMED("dict", beaver_dict_get_many(NULL, keys, 1, &buf, &error));
    NAMED("keys", beaver_dict_get_many(dict, NULL, 1, &buf, &error));
    NAMED("out_json", beaver_dict_get_many(dict, keys, 1, NULL, &error));
    NAMED("dict", beaver_dict_contains(NULL, "k", &flag, &error));
    NAMED("key", beaver_dict_contains(dict, NULL, &flag, &error));
    NAMED("out_contains", beaver_dict_contains(dict, "k", NULL, &error));
    NAMED("dict", beaver_dict_delete(NULL, "k", &error));
    NAMED("key", beaver_dict_delete(dict, NULL, &error));
    NAMED("dict", beaver_dict_pop(NULL, "k", &buf, &error));
    NAMED("key", beaver_dict_pop(dict, NULL, &buf, &error));
    NAMED("out_json", beaver_dict_pop(dict, "k", NULL, &error));
    NAMED("dict", beaver_dict_len(NULL, &number, &error));
    NAMED("out_count", beaver_dict_len(dict, NULL, &error));
    NAMED("dict", beaver_dict_clear(NULL, &number, &error));
    NAMED("dict", beaver_dict_items(NULL, &out_iter, &error));
    NAMED("out_iter", beaver_dict_items(dict, NULL, &error));
    NAMED("dict", beaver_dict_keys(NULL, &out_iter, &error));
    NAMED("out_iter", beaver_dict_keys(dict, NULL, &error));
    NAMED("dict", beaver_dict_values(NULL, &out_iter, &error));
    NAMED("out_iter", beaver_dict_values(dict, NULL, &error));
    NAMED("dict", beaver_dict_acquire(NULL, 1, 1, &out_dict, &error));
    NAMED("out_dict", beaver_dict_acquire(dict, 1, 1, NULL, &error));
    NAMED("dict", beaver_dict_release(NULL, &error));
    NAMED("dict", beaver_dict_renew(NULL, 1, &error));
    NAMED("dict", beaver_dict_locked(NULL, &flag, &error));
    NAMED("out_locked", beaver_dict_locked(dict, NULL, &error));
    NAMED("dict", beaver_dict_dump(NULL, NULL, &buf, &error));
    NAMED("out_text", beaver_dict_dump(dict, NULL, NULL, &error));
    NAMED("dict", beaver_dict_dump_to(NULL, NULL, on_write, NULL, NULL, &error));
    NAMED("write", beaver_dict_dump_to(dict, NULL, NULL, NULL, NULL, &error));
    NAMED("dict", beaver_dict_load(NULL, "{}", Z, NULL, &number, &error));
    NAMED("text", beaver_dict_load(dict, NULL, Z, NULL, &number, &error));
    NAMED("dict", beaver_dict_load_from(NULL, on_read, NULL, NULL, NULL, &number, &error));
    NAMED("read", beaver_dict_load_from(dict, NULL, NULL, NULL, NULL, &number, &error));
}

static void lists(void) {
    NAMED("list", beaver_list_push(NULL, "1", Z, &error));
    NAMED("json", beaver_list_push(list, NULL, Z, &error));
    NAMED("list", beaver_list_prepend(NULL, "1", Z, &error));
    NAMED("json", beaver_list_prepend(list, NULL, Z, &error));
    NAMED("list", beaver_list_insert(NULL, 1, "1", Z, &error));
    NAMED("json", beaver_list_insert(list, 1, NULL, Z, &error));
    NAMED("list", beaver_list_extend(NULL, "[]", Z, &error));
    NAMED("values_json", beaver_list_extend(list, NULL, Z, &error));
    NAMED("list", beaver_list_pop(NULL, &buf, &error));
    NAMED("out_json", beaver_list_pop(list, NULL, &error));
    NAMED("list", beaver_list_deque(NULL, &buf, &error));
    NAMED("out_json", beaver_list_deque(list, NULL, &error));
    NAMED("list", beaver_list_get(NULL, 1, &buf, &error));
    NAMED("out_json", beaver_list_get(list, 1, NULL, &error));
    NAMED("list", beaver_list_set(NULL, 1, "1", Z, &error));
    NAMED("json", beaver_list_set(list, 1, NULL, Z, &error));
    NAMED("list", beaver_list_delete(NULL, 1, &error));
    NAMED("list", beaver_list_remove(NULL, "1", Z, &error));
    NAMED("json", beaver_list_remove(list, NULL, Z, &error));
    NAMED("list", beaver_list_slice(NULL, 1, 1, &buf, &error));
    NAMED("out_json", beaver_list_slice(list, 1, 1, NULL, &error));
    NAMED("list", beaver_list_items(NULL, &out_iter, &error));
    NAMED("out_iter", beaver_list_items(list, NULL, &error));
    NAMED("list", beaver_list_contains(NULL, "1", Z, &flag, &error));
    NAMED("json", beaver_list_contains(list, NULL, Z, &flag, &error));
    NAMED("out_contains", beaver_list_contains(list, "1", Z, NULL, &error));
    NAMED("list", beaver_list_index_of(NULL, "1", Z, 1, 1, &number, &error));
    NAMED("json", beaver_list_index_of(list, NULL, Z, 1, 1, &number, &error));
    NAMED("out_index", beaver_list_index_of(list, "1", Z, 1, 1, NULL, &error));
    NAMED("list", beaver_list_count_of(NULL, "1", Z, &number, &error));
    NAMED("json", beaver_list_count_of(list, NULL, Z, &number, &error));
    NAMED("out_count", beaver_list_count_of(list, "1", Z, NULL, &error));
    NAMED("list", beaver_list_len(NULL, &number, &error));
    NAMED("out_count", beaver_list_len(list, NULL, &error));
    NAMED("list", beaver_list_reverse(NULL, &error));
    NAMED("list", beaver_list_delete_range(NULL, 1, 1, &number, &error));
    NAMED("list", beaver_list_replace_range(NULL, 1, 1, "[]", Z, &number, &error));
    NAMED("values_json", beaver_list_replace_range(list, 1, 1, NULL, Z, &number, &error));
    NAMED("list", beaver_list_clear(NULL, &number, &error));
    NAMED("list", beaver_list_acquire(NULL, 1, 1, &out_list, &error));
    NAMED("out_list", beaver_list_acquire(list, 1, 1, NULL, &error));
    NAMED("list", beaver_list_release(NULL, &error));
    NAMED("list", beaver_list_renew(NULL, 1, &error));
    NAMED("list", beaver_list_locked(NULL, &flag, &error));
    NAMED("out_locked", beaver_list_locked(list, NULL, &error));
    NAMED("list", beaver_list_dump(NULL, NULL, &buf, &error));
    NAMED("out_text", beaver_list_dump(list, NULL, NULL, &error));
    NAMED("list", beaver_list_dump_to(NULL, NULL, on_write, NULL, NULL, &error));
    NAMED("write", beaver_list_dump_to(list, NULL, NULL, NULL, NULL, &error));
    NAMED("list", beaver_list_load(NULL, "{}", Z, NULL, &number, &error));
    NAMED("text", beaver_list_load(list, NULL, Z, NULL, &number, &error));
    NAMED("list", beaver_list_load_from(NULL, on_read, NULL, NULL, NULL, &number, &error));
    NAMED("read", beaver_list_load_from(list, NULL, NULL, NULL, NULL, &number, &error));
}

static void queues(void) {
    NAMED("queue", beaver_queue_put(NULL, "1", Z, 1, &error));
    NAMED("json", beaver_queue_put(queue, NULL, Z, 1, &error));
    NAMED("queue", beaver_queue_put_many(NULL, "[]", Z, &error));
    NAMED("items_json", beaver_queue_put_many(queue, NULL, Z, &error));
    NAMED("queue", beaver_queue_get(NULL, 1, &buf, &error));
    NAMED("out_json", beaver_queue_get(queue, 1, NULL, &error));
    NAMED("queue", beaver_queue_get_many(NULL, 1, 1, &buf, &error));
    NAMED("out_json", beaver_queue_get_many(queue, 1, 1, NULL, &error));
    NAMED("queue", beaver_queue_peek(NULL, &buf, &error));
    NAMED("out_json", beaver_queue_peek(queue, NULL, &error));
    NAMED("queue", beaver_queue_len(NULL, &number, &error));
    NAMED("out_count", beaver_queue_len(queue, NULL, &error));
    NAMED("queue", beaver_queue_items(NULL, &out_iter, &error));
    NAMED("out_iter", beaver_queue_items(queue, NULL, &error));
    NAMED("queue", beaver_queue_clear(NULL, &number, &error));
    NAMED("queue", beaver_queue_lease(NULL, 1, 1, NULL, &number, &buf, &error));
    NAMED("out_id", beaver_queue_lease(queue, 1, 1, NULL, NULL, &buf, &error));
    NAMED("out_json", beaver_queue_lease(queue, 1, 1, NULL, &number, NULL, &error));
    NAMED("queue", beaver_queue_ack(NULL, 1, &error));
    NAMED("queue", beaver_queue_nack(NULL, 1, 1, &error));
    NAMED("queue", beaver_queue_extend(NULL, 1, 1, &error));
    NAMED("queue", beaver_queue_leased(NULL, &number, &error));
    NAMED("out_count", beaver_queue_leased(queue, NULL, &error));
    NAMED("queue", beaver_queue_acquire(NULL, 1, 1, &out_queue, &error));
    NAMED("out_queue", beaver_queue_acquire(queue, 1, 1, NULL, &error));
    NAMED("queue", beaver_queue_release(NULL, &error));
    NAMED("queue", beaver_queue_renew(NULL, 1, &error));
    NAMED("queue", beaver_queue_locked(NULL, &flag, &error));
    NAMED("out_locked", beaver_queue_locked(queue, NULL, &error));
    NAMED("queue", beaver_queue_dump(NULL, NULL, &buf, &error));
    NAMED("out_text", beaver_queue_dump(queue, NULL, NULL, &error));
    NAMED("queue", beaver_queue_dump_to(NULL, NULL, on_write, NULL, NULL, &error));
    NAMED("write", beaver_queue_dump_to(queue, NULL, NULL, NULL, NULL, &error));
    NAMED("queue", beaver_queue_load(NULL, "{}", Z, NULL, &number, &error));
    NAMED("text", beaver_queue_load(queue, NULL, Z, NULL, &number, &error));
    NAMED("queue", beaver_queue_load_from(NULL, on_read, NULL, NULL, NULL, &number, &error));
    NAMED("read", beaver_queue_load_from(queue, NULL, NULL, NULL, NULL, &number, &error));
}

static void blob_stores(void) {
    NAMED("blobs", beaver_blobs_put(NULL, "k", bytes, 1, NULL, 0, &error));
    NAMED("key", beaver_blobs_put(blobs, NULL, bytes, 1, NULL, 0, &error));
    NAMED("data", beaver_blobs_put(blobs, "k", NULL, 1, NULL, 0, &error));
    NAMED("blobs", beaver_blobs_get(NULL, "k", &buf, &buf, &error));
    NAMED("key", beaver_blobs_get(blobs, NULL, &buf, &buf, &error));
    NAMED("out_data", beaver_blobs_get(blobs, "k", NULL, &buf, &error));
    NAMED("blobs", beaver_blobs_stat(NULL, "k", &number, &buf, &error));
    NAMED("key", beaver_blobs_stat(blobs, NULL, &number, &buf, &error));
    NAMED("blobs", beaver_blobs_contains(NULL, "k", &flag, &error));
    NAMED("key", beaver_blobs_contains(blobs, NULL, &flag, &error));
    NAMED("out_contains", beaver_blobs_contains(blobs, "k", NULL, &error));
    NAMED("blobs", beaver_blobs_delete(NULL, "k", &error));
    NAMED("key", beaver_blobs_delete(blobs, NULL, &error));
    NAMED("blobs", beaver_blobs_keys(NULL, &out_iter, &error));
    NAMED("out_iter", beaver_blobs_keys(blobs, NULL, &error));
    NAMED("blobs", beaver_blobs_len(NULL, &number, &error));
    NAMED("out_count", beaver_blobs_len(blobs, NULL, &error));
    NAMED("blobs", beaver_blobs_clear(NULL, &number, &error));
    NAMED("blobs", beaver_blobs_writer(NULL, "k", NULL, 0, &out_blob_writer, &error));
    NAMED("key", beaver_blobs_writer(blobs, NULL, NULL, 0, &out_blob_writer, &error));
    NAMED("out_writer", beaver_blobs_writer(blobs, "k", NULL, 0, NULL, &error));
    NAMED("blobs", beaver_blobs_reader(NULL, "k", &out_blob_reader, &error));
    NAMED("key", beaver_blobs_reader(blobs, NULL, &out_blob_reader, &error));
    NAMED("out_reader", beaver_blobs_reader(blobs, "k", NULL, &error));
    NAMED("blobs", beaver_blobs_acquire(NULL, 1, 1, &out_blobs, &error));
    NAMED("out_blobs", beaver_blobs_acquire(blobs, 1, 1, NULL, &error));
    NAMED("blobs", beaver_blobs_release(NULL, &error));
    NAMED("blobs", beaver_blobs_renew(NULL, 1, &error));
    NAMED("blobs", beaver_blobs_locked(NULL, &flag, &error));
    NAMED("out_locked", beaver_blobs_locked(blobs, NULL, &error));
    NAMED("blobs", beaver_blobs_dump(NULL, NULL, &buf, &error));
    NAMED("out_text", beaver_blobs_dump(blobs, NULL, NULL, &error));
    NAMED("blobs", beaver_blobs_dump_to(NULL, NULL, on_write, NULL, NULL, &error));
    NAMED("write", beaver_blobs_dump_to(blobs, NULL, NULL, NULL, NULL, &error));
    NAMED("blobs", beaver_blobs_load(NULL, "{}", Z, NULL, &number, &error));
    NAMED("text", beaver_blobs_load(blobs, NULL, Z, NULL, &number, &error));
    NAMED("blobs", beaver_blobs_load_from(NULL, on_read, NULL, NULL, NULL, &number, &error));
    NAMED("read", beaver_blobs_load_from(blobs, NULL, NULL, NULL, NULL, &number, &error));
}

static void blob_streams(void) {
    NAMED("writer", beaver_blob_writer_write(NULL, bytes, 1, &error));
    NAMED("data", beaver_blob_writer_write(writer, NULL, 1, &error));
    NAMED("writer", beaver_blob_writer_finish(NULL, &error));
    NAMED("writer", beaver_blob_writer_abort(NULL, &error));
    NAMED("reader", beaver_blob_reader_len(NULL, &number, &error));
    NAMED("out_len", beaver_blob_reader_len(reader, NULL, &error));
    NAMED("reader", beaver_blob_reader_read(NULL, bytes, 1, &size, &error));
    NAMED("buffer", beaver_blob_reader_read(reader, NULL, 1, &size, &error));
    NAMED("out_len", beaver_blob_reader_read(reader, bytes, 1, NULL, &error));
}

static void logs(void) {
    NAMED("log", beaver_log_append(NULL, "1", Z, &time_us, &error));
    NAMED("json", beaver_log_append(events, NULL, Z, &time_us, &error));
    NAMED("log", beaver_log_append_at(NULL, "1", Z, 1, &time_us, &error));
    NAMED("json", beaver_log_append_at(events, NULL, Z, 1, &time_us, &error));
    NAMED("log", beaver_log_append_many(NULL, "[]", Z, &buf, &error));
    NAMED("items_json", beaver_log_append_many(events, NULL, Z, &buf, &error));
    NAMED("log", beaver_log_range(NULL, 1, 1, NULL, &out_iter, &error));
    NAMED("out_iter", beaver_log_range(events, 1, 1, NULL, NULL, &error));
    NAMED("log", beaver_log_items(NULL, &out_iter, &error));
    NAMED("out_iter", beaver_log_items(events, NULL, &error));
    NAMED("log", beaver_log_latest(NULL, 1, &buf, &error));
    NAMED("out_json", beaver_log_latest(events, 1, NULL, &error));
    NAMED("log", beaver_log_len(NULL, &number, &error));
    NAMED("out_count", beaver_log_len(events, NULL, &error));
    NAMED("log", beaver_log_prune_older(NULL, 1, &number, &error));
    NAMED("log", beaver_log_prune_keep(NULL, 1, &number, &error));
    NAMED("log", beaver_log_clear(NULL, &number, &error));
    NAMED("log", beaver_log_acquire(NULL, 1, 1, &out_log, &error));
    NAMED("out_log", beaver_log_acquire(events, 1, 1, NULL, &error));
    NAMED("log", beaver_log_release(NULL, &error));
    NAMED("log", beaver_log_renew(NULL, 1, &error));
    NAMED("log", beaver_log_locked(NULL, &flag, &error));
    NAMED("out_locked", beaver_log_locked(events, NULL, &error));
    NAMED("log", beaver_log_dump(NULL, NULL, &buf, &error));
    NAMED("out_text", beaver_log_dump(events, NULL, NULL, &error));
    NAMED("log", beaver_log_dump_to(NULL, NULL, on_write, NULL, NULL, &error));
    NAMED("write", beaver_log_dump_to(events, NULL, NULL, NULL, NULL, &error));
    NAMED("log", beaver_log_load(NULL, "{}", Z, NULL, &number, &error));
    NAMED("text", beaver_log_load(events, NULL, Z, NULL, &number, &error));
    NAMED("log", beaver_log_load_from(NULL, on_read, NULL, NULL, NULL, &number, &error));
    NAMED("read", beaver_log_load_from(events, NULL, NULL, NULL, NULL, &number, &error));
}

static void locks(void) {
    NAMED("lock", beaver_lock_acquire(NULL, 1, 1, &error));
    NAMED("lock", beaver_lock_release(NULL, &error));
    NAMED("lock", beaver_lock_renew(NULL, 1, &error));
    NAMED("lock", beaver_lock_held(NULL, &flag, &error));
    NAMED("out_held", beaver_lock_held(lock, NULL, &error));
    NAMED("lock", beaver_lock_locked(NULL, &flag, &error));
    NAMED("out_locked", beaver_lock_locked(lock, NULL, &error));
    NAMED("lock", beaver_lock_clear(NULL, &number, &error));
}

static void batches(void) {
    NAMED("batch", beaver_batch_dict_set(NULL, dict, "k", "1", Z, 1, NULL, &error));
    NAMED("dict", beaver_batch_dict_set(batch, NULL, "k", "1", Z, 1, NULL, &error));
    NAMED("key", beaver_batch_dict_set(batch, dict, NULL, "1", Z, 1, NULL, &error));
    NAMED("json", beaver_batch_dict_set(batch, dict, "k", NULL, Z, 1, NULL, &error));
    NAMED("batch", beaver_batch_dict_delete(NULL, dict, "k", NULL, &error));
    NAMED("dict", beaver_batch_dict_delete(batch, NULL, "k", NULL, &error));
    NAMED("key", beaver_batch_dict_delete(batch, dict, NULL, NULL, &error));
    NAMED("batch", beaver_batch_dict_clear(NULL, dict, &error));
    NAMED("dict", beaver_batch_dict_clear(batch, NULL, &error));
    NAMED("batch", beaver_batch_list_push(NULL, list, "1", Z, &error));
    NAMED("list", beaver_batch_list_push(batch, NULL, "1", Z, &error));
    NAMED("json", beaver_batch_list_push(batch, list, NULL, Z, &error));
    NAMED("batch", beaver_batch_list_prepend(NULL, list, "1", Z, &error));
    NAMED("list", beaver_batch_list_prepend(batch, NULL, "1", Z, &error));
    NAMED("json", beaver_batch_list_prepend(batch, list, NULL, Z, &error));
    NAMED("batch", beaver_batch_list_extend(NULL, list, "[]", Z, &error));
    NAMED("list", beaver_batch_list_extend(batch, NULL, "[]", Z, &error));
    NAMED("values_json", beaver_batch_list_extend(batch, list, NULL, Z, &error));
    NAMED("batch", beaver_batch_list_insert(NULL, list, 1, "1", Z, &error));
    NAMED("list", beaver_batch_list_insert(batch, NULL, 1, "1", Z, &error));
    NAMED("json", beaver_batch_list_insert(batch, list, 1, NULL, Z, &error));
    NAMED("batch", beaver_batch_list_set(NULL, list, 1, "1", Z, NULL, &error));
    NAMED("list", beaver_batch_list_set(batch, NULL, 1, "1", Z, NULL, &error));
    NAMED("json", beaver_batch_list_set(batch, list, 1, NULL, Z, NULL, &error));
    NAMED("batch", beaver_batch_list_delete(NULL, list, 1, NULL, &error));
    NAMED("list", beaver_batch_list_delete(batch, NULL, 1, NULL, &error));
    NAMED("batch", beaver_batch_list_remove(NULL, list, "1", Z, &error));
    NAMED("list", beaver_batch_list_remove(batch, NULL, "1", Z, &error));
    NAMED("json", beaver_batch_list_remove(batch, list, NULL, Z, &error));
    NAMED("batch", beaver_batch_list_clear(NULL, list, &error));
    NAMED("list", beaver_batch_list_clear(batch, NULL, &error));
    NAMED("batch", beaver_batch_queue_put(NULL, queue, "1", Z, 1, &error));
    NAMED("queue", beaver_batch_queue_put(batch, NULL, "1", Z, 1, &error));
    NAMED("json", beaver_batch_queue_put(batch, queue, NULL, Z, 1, &error));
    NAMED("batch", beaver_batch_queue_ack(NULL, queue, 1, &error));
    NAMED("queue", beaver_batch_queue_ack(batch, NULL, 1, &error));
    NAMED("batch", beaver_batch_queue_clear(NULL, queue, &error));
    NAMED("queue", beaver_batch_queue_clear(batch, NULL, &error));
    NAMED("batch", beaver_batch_blobs_put(NULL, blobs, "k", bytes, 1, NULL, 0, NULL, &error));
    NAMED("blobs", beaver_batch_blobs_put(batch, NULL, "k", bytes, 1, NULL, 0, NULL, &error));
    NAMED("key", beaver_batch_blobs_put(batch, blobs, NULL, bytes, 1, NULL, 0, NULL, &error));
    NAMED("data", beaver_batch_blobs_put(batch, blobs, "k", NULL, 1, NULL, 0, NULL, &error));
    NAMED("batch", beaver_batch_blobs_delete(NULL, blobs, "k", &error));
    NAMED("blobs", beaver_batch_blobs_delete(batch, NULL, "k", &error));
    NAMED("key", beaver_batch_blobs_delete(batch, blobs, NULL, &error));
    NAMED("batch", beaver_batch_blobs_clear(NULL, blobs, &error));
    NAMED("blobs", beaver_batch_blobs_clear(batch, NULL, &error));
    NAMED("batch", beaver_batch_log_append(NULL, events, "1", Z, &error));
    NAMED("log", beaver_batch_log_append(batch, NULL, "1", Z, &error));
    NAMED("json", beaver_batch_log_append(batch, events, NULL, Z, &error));
    NAMED("batch", beaver_batch_log_append_at(NULL, events, "1", Z, 1, &error));
    NAMED("log", beaver_batch_log_append_at(batch, NULL, "1", Z, 1, &error));
    NAMED("json", beaver_batch_log_append_at(batch, events, NULL, Z, 1, &error));
    NAMED("batch", beaver_batch_log_clear(NULL, events, &error));
    NAMED("log", beaver_batch_log_clear(batch, NULL, &error));
    NAMED("batch", beaver_batch_len(NULL, &number, &error));
    NAMED("out_count", beaver_batch_len(batch, NULL, &error));
    NAMED("batch", beaver_batch_commit(NULL, NULL, &buf, &error));
}

static void iterators(void) {
    NAMED("iter", beaver_iter_next(NULL, &buf, &error));
    NAMED("out_json", beaver_iter_next(iter, NULL, &error));
    NAMED("iter", beaver_iter_next_batch(NULL, 1, &buf, &error));
    NAMED("out_json", beaver_iter_next_batch(iter, 1, NULL, &error));
}

int main(void) {
    db = open_db("null.db");
    CHECK_OK(beaver_db_dict(db, "s", &dict, NULL));
    CHECK_OK(beaver_db_list(db, "s", &list, NULL));
    CHECK_OK(beaver_db_queue(db, "s", &queue, NULL));
    CHECK_OK(beaver_db_blobs(db, "s", &blobs, NULL));
    CHECK_OK(beaver_db_log(db, "s", &events, NULL));
    CHECK_OK(beaver_db_lock(db, "s", &lock, NULL));
    CHECK_OK(beaver_db_batch(db, &batch, NULL));
    CHECK_OK(beaver_dict_items(dict, &iter, NULL));
    CHECK_OK(beaver_blobs_put(blobs, "k", bytes, 1, NULL, 0, NULL));
    CHECK_OK(beaver_blobs_writer(blobs, "k", NULL, 0, &writer, NULL));
    CHECK_OK(beaver_blobs_reader(blobs, "k", &reader, NULL));
    RUN(databases);
    RUN(dicts);
    RUN(lists);
    RUN(queues);
    RUN(blob_stores);
    RUN(blob_streams);
    RUN(logs);
    RUN(locks);
    RUN(batches);
    RUN(iterators);
    beaver_blob_reader_free(reader);
    beaver_blob_writer_free(writer);
    beaver_iter_free(iter);
    beaver_batch_free(batch);
    beaver_lock_free(lock);
    beaver_log_free(events);
    beaver_blobs_free(blobs);
    beaver_queue_free(queue);
    beaver_list_free(list);
    beaver_dict_free(dict);
    beaver_db_free(db);
    return check_end();
}
