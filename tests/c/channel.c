/* Channels and subscriptions through the C API. */
#include "common.h"
#include <poll.h>
#include <pthread.h>
#include <time.h>

enum { LONG = 10000 };

static beaver_db *db;
static beaver_channel *channel;

static void fresh(const char *name) {
    beaver_channel_free(channel);
    REQUIRE(CHECK_OK(beaver_db_channel(db, name, &channel, NULL)));
}

static beaver_subscription *subscribe(const char *options) {
    beaver_subscription *subscription = NULL;
    REQUIRE(CHECK_OK(beaver_channel_subscribe(channel, options, &subscription, NULL)));
    return subscription;
}

static int64_t publish(const char *json) {
    int64_t time_us = 0;
    CHECK_OK(beaver_channel_publish(channel, json, Z, &time_us, NULL));
    return time_us;
}

/* The next message has this payload. */
static void expect(const beaver_subscription *subscription, const char *payload) {
    beaver_buf row;
    if (CHECK_OK(beaver_subscription_next(subscription, LONG, &row, NULL))) {
        char end[64];
        snprintf(end, sizeof end, ",\"payload\":%s}", payload);
        const char *text = (const char *)row.data;
        CHECK(strncmp("{\"timestamp_us\":", text, 16) == 0);
        CHECK_STR(end, strchr(text, ',') != NULL ? strchr(text, ',') : text);
    }
    beaver_buf_free(&row);
}

static void expect_nothing(const beaver_subscription *subscription) {
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_subscription_next(subscription, 0, &buf, NULL));
}

static void subscribers_begin_now_or_after_a_message_or_with_the_oldest(void) {
    char after[64];
    fresh("starts");
    int64_t first = publish("1");
    CHECK(publish("{\"b\": 2}") > first && first > INT64_C(1700000000000000));
    snprintf(after, sizeof after, "{\"after_us\":%lld}", (long long)first);
    beaver_subscription *now = subscribe(NULL), *also_now = subscribe("{\"start\":\"now\"}");
    beaver_subscription *behind = subscribe(after), *all = subscribe("{\"start\":\"oldest\"}");
    CHECK_OK(beaver_channel_publish_many(channel, "[3, \"four\"]", Z, NULL, NULL));
    expect(all, "1");
    expect(all, "{\"b\": 2}");
    expect(behind, "{\"b\": 2}");
    beaver_subscription *each[] = {now, also_now, behind, all};
    for (int at = 0; at < 4; at++) {
        expect(each[at], "3");
        expect(each[at], "\"four\"");
        expect_nothing(each[at]);
        CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_subscription_next(each[at], 5, &buf, NULL));
        beaver_subscription_free(each[at]);
    }
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "after_us", beaver_channel_subscribe(channel, "{\"start\":\"oldest\",\"after_us\":1}", &now, &error));
    CHECK(now == NULL);
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "latest", beaver_channel_subscribe(channel, "{\"start\":\"latest\"}", &now, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "from", beaver_channel_subscribe(channel, "{\"from\":1}", &now, &error));
}

static void many_are_had_at_once(void) {
    beaver_buf times, rows;
    fresh("many");
    beaver_subscription *subscription = subscribe(NULL);
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_subscription_next_many(subscription, 10, 0, &buf, NULL));
    CHECK_OK(beaver_channel_publish_many(channel, "[1,2,3]", Z, &times, NULL));
    CHECK_OK(beaver_subscription_next_many(subscription, 2, LONG, &rows, NULL));
    long long first = 0, second = 0;
    char expected[128];
    CHECK_INT(2, sscanf((const char *)times.data, "[%lld,%lld,", &first, &second));
    snprintf(expected, sizeof expected, "[{\"timestamp_us\":%lld,\"payload\":1},{\"timestamp_us\":%lld,\"payload\":2}]", first, second);
    CHECK_STR(expected, (const char *)rows.data);
    beaver_buf_free(&times);
    beaver_buf_free(&rows);
    CHECK_OK(beaver_subscription_next_many(subscription, 0, LONG, &rows, NULL)); /* 0 counts as 1 */
    CHECK(strstr((const char *)rows.data, "\"payload\":3") != NULL);
    beaver_buf_free(&rows);
    expect_nothing(subscription);
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "timeout_ms", beaver_subscription_next(subscription, -2, &times, &error));
    beaver_subscription_free(subscription);
}

static void what_cannot_be_published_is_refused(void) {
    beaver_error *error = NULL;
    fresh("refused");
    CHECK_STATUS(BEAVER_INVALID_JSON, beaver_channel_publish(channel, "{", Z, NULL, NULL));
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_channel_publish_many(channel, "{}", Z, NULL, NULL));
    char deep[2 * BEAVER_MAX_JSON_DEPTH + 8] = "[1,";
    memset(deep + 3, '[', BEAVER_MAX_JSON_DEPTH);
    memset(deep + 3 + BEAVER_MAX_JSON_DEPTH, ']', BEAVER_MAX_JSON_DEPTH);
    strcpy(deep + 3 + 2 * BEAVER_MAX_JSON_DEPTH, "]");
    CHECK_STATUS(BEAVER_LIMIT, beaver_channel_publish_many(channel, deep, Z, NULL, &error));
    beaver_error_free(error);
    CHECK_COUNTS(0, beaver_channel_len(channel, &count, NULL));
}

static void messages_are_kept_as_the_retention_says(void) {
    fresh("kept");
    CHECK_GIVES("{\"max_age\":86400.0,\"max_messages\":100000}", beaver_channel_retention(channel, &buf, NULL));
    CHECK_OK(beaver_channel_set_retention(channel, "{\"max_age\":null,\"max_messages\":50}", NULL));
    CHECK_GIVES("{\"max_age\":null,\"max_messages\":50}", beaver_channel_retention(channel, &buf, NULL));
    CHECK_OK(beaver_channel_set_retention(channel, "{\"max_age\":0.5}", NULL));
    CHECK_GIVES("{\"max_age\":0.5,\"max_messages\":100000}", beaver_channel_retention(channel, &buf, NULL));
    CHECK_OK(beaver_channel_set_retention(channel, NULL, NULL));
    CHECK_GIVES("{\"max_age\":86400.0,\"max_messages\":100000}", beaver_channel_retention(channel, &buf, NULL));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "max_age", beaver_channel_set_retention(channel, "{\"max_age\":0}", &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "max_count", beaver_channel_set_retention(channel, "{\"max_count\":1}", &error));
    publish("1");
    publish("2");
    CHECK_COUNTS(2, beaver_channel_len(channel, &count, NULL));
    beaver_iter *iter = NULL;
    CHECK_OK(beaver_channel_items(channel, &iter, NULL));
    beaver_buf row;
    CHECK_OK(beaver_iter_next(iter, &row, NULL));
    CHECK(strstr((const char *)row.data, "\"payload\":1}") != NULL);
    beaver_buf_free(&row);
    beaver_iter_free(iter);
    CHECK_COUNTS(2, beaver_channel_clear(channel, &count, NULL));
}

static void lost_messages_are_told_once(void) {
    fresh("lost");
    char after[64];
    snprintf(after, sizeof after, "{\"after_us\":%lld}", (long long)publish("1"));
    publish("2");
    CHECK_OK(beaver_channel_clear(channel, NULL, NULL));
    publish("3");
    beaver_subscription *late = subscribe(after);
    CHECK_FAILS(BEAVER_LIMIT, "removed", beaver_subscription_next(late, LONG, &(beaver_buf){NULL, 0, 0}, &error));
    expect(late, "3");
    expect_nothing(late);
    beaver_subscription_free(late);
}

/* A userdata that counts what is done with it, from any thread. */
struct counts {
    pthread_mutex_t mutex;
    int ready, destroyed;
};

static struct counts none(void) {
    struct counts counts = {PTHREAD_MUTEX_INITIALIZER, 0, 0};
    return counts;
}

static void on_ready(void *userdata) {
    struct counts *counts = userdata;
    pthread_mutex_lock(&counts->mutex);
    counts->ready++;
    pthread_mutex_unlock(&counts->mutex);
}

static void on_destroy(void *userdata) {
    struct counts *counts = userdata;
    pthread_mutex_lock(&counts->mutex);
    counts->destroyed++;
    pthread_mutex_unlock(&counts->mutex);
}

/* Waits until a count is there; what is called from another thread may take a moment. */
static int reaches(struct counts *counts, int *count, int expected) {
    int found = 0;
    for (int round = 0; round < 1000 && found != expected; round++) {
        struct timespec moment = {0, 10000000};
        if (round > 0) nanosleep(&moment, NULL);
        pthread_mutex_lock(&counts->mutex);
        found = *count;
        pthread_mutex_unlock(&counts->mutex);
    }
    return CHECK_INT(expected, found);
}

static void readiness_is_told_once_until_all_was_pulled(void) {
    struct counts first = none(), second = none(), nobody = none(), refused = none();
    fresh("ready");
    beaver_subscription *subscription = subscribe(NULL);
    expect_nothing(subscription); /* what is pulled dry can become ready */
    CHECK_OK(beaver_subscription_on_ready(subscription, on_ready, &first, on_destroy, NULL));
    publish("1");
    publish("2");
    reaches(&first, &first.ready, 1);
    expect(subscription, "1");
    expect(subscription, "2");
    expect_nothing(subscription);
    publish("3");
    reaches(&first, &first.ready, 2);
    /* Another takes its place, and is told at once that something is there. */
    CHECK_OK(beaver_subscription_on_ready(subscription, on_ready, &second, on_destroy, NULL));
    reaches(&first, &first.destroyed, 1);
    reaches(&second, &second.ready, 1);
    CHECK_OK(beaver_subscription_on_ready(subscription, NULL, &nobody, on_destroy, NULL));
    reaches(&second, &second.destroyed, 1);
    reaches(&nobody, &nobody.destroyed, 1);
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_subscription_on_ready(NULL, on_ready, &refused, on_destroy, NULL));
    reaches(&refused, &refused.destroyed, 1);
    struct counts last = none();
    CHECK_OK(beaver_subscription_on_ready(subscription, on_ready, &last, on_destroy, NULL));
    CHECK_OK(beaver_subscription_on_ready(subscription, on_ready, &nobody, NULL, NULL));
    reaches(&last, &last.destroyed, 1);
    CHECK_OK(beaver_subscription_on_ready(subscription, on_ready, &last, on_destroy, NULL));
    beaver_subscription_free(subscription);
    reaches(&last, &last.destroyed, 2);
    CHECK_INT(1, first.destroyed);
    CHECK_INT(1, second.destroyed);
    CHECK_INT(0, refused.ready);
}

static int readable(int fd, int timeout_ms) {
    struct pollfd poll_fd = {fd, POLLIN, 0};
    return poll(&poll_fd, 1, timeout_ms) == 1 && (poll_fd.revents & POLLIN) != 0;
}

/* Nothing is left, and soon nobody says so: the watcher may see only now what was pulled already. */
static void runs_dry(const beaver_subscription *subscription, int fd) {
    for (int round = 0; round < 1000 && readable(fd, 0); round++) expect_nothing(subscription);
    CHECK(!readable(fd, 0));
}

static void a_descriptor_can_be_polled(void) {
    fresh("polled");
    beaver_subscription *subscription = subscribe(NULL);
    int fd = -1, again = -1;
    REQUIRE(CHECK_OK(beaver_subscription_fd(subscription, &fd, NULL)));
    CHECK_OK(beaver_subscription_fd(subscription, &again, NULL));
    CHECK_INT(fd, again);
    expect_nothing(subscription);
    runs_dry(subscription, fd);
    publish("1");
    publish("2");
    CHECK(readable(fd, LONG));
    expect(subscription, "1");
    CHECK(readable(fd, 0)); /* there is more */
    expect(subscription, "2");
    expect_nothing(subscription);
    runs_dry(subscription, fd);
    CHECK_OK(beaver_subscription_close(subscription, NULL));
    CHECK(readable(fd, LONG));
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_subscription_next(subscription, 0, &buf, NULL));
    beaver_subscription_free(subscription);
    CHECK_STATUS(BEAVER_INVALID_ARGUMENT, beaver_subscription_fd(NULL, &fd, NULL));
    CHECK_INT(-1, fd);
}

static void *wait_for_the_end(void *subscription) {
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_subscription_next(subscription, -1, &buf, NULL));
    return NULL;
}

static void close_from_another_thread_ends_a_wait(void) {
    pthread_t waiter;
    fresh("closed");
    beaver_subscription *subscription = subscribe(NULL);
    REQUIRE(pthread_create(&waiter, NULL, wait_for_the_end, subscription) == 0);
    struct timespec moment = {0, 20000000};
    nanosleep(&moment, NULL);
    CHECK_OK(beaver_subscription_close(subscription, NULL));
    pthread_join(waiter, NULL);
    CHECK_OK(beaver_subscription_close(subscription, NULL)); /* again does nothing */
    publish("1");
    CHECK_GIVES_NOTHING(BEAVER_CLOSED, beaver_subscription_next_many(subscription, 5, -1, &buf, NULL));
    beaver_subscription_free(subscription);
}

static void messages_pass_between_databases_on_one_file(void) {
    static const char *const options[] = {NULL, "{\"portable_watch\":true}"};
    for (int way = 0; way < 2; way++) {
        beaver_db *other_db = NULL;
        beaver_channel *other = NULL;
        fresh(way == 0 ? "shared" : "shared, portably");
        CHECK_OK(beaver_db_open("channel.db", options[way], &other_db, NULL));
        CHECK_OK(beaver_db_channel(other_db, way == 0 ? "shared" : "shared, portably", &other, NULL));
        beaver_subscription *here = subscribe(NULL), *there = NULL;
        CHECK_OK(beaver_channel_subscribe(other, NULL, &there, NULL));
        beaver_db_free(other_db); /* its children keep it alive */
        publish("1");
        CHECK_OK(beaver_channel_publish(other, "2", Z, NULL, NULL));
        expect(here, "1");
        expect(here, "2");
        expect(there, "1");
        expect(there, "2");
        beaver_channel_free(other);
        publish("3");
        expect(there, "3");
        beaver_subscription_free(here);
        beaver_subscription_free(there);
    }
}

static void is_a_structure_like_any_other(void) {
    beaver_channel *mine = NULL;
    beaver_buf dump;
    fresh("structure");
    publish("{\"a\":1}");
    CHECK_OK(beaver_channel_dump(channel, NULL, &dump, NULL));
    CHECK(strstr((const char *)dump.data, "\"Channel\"") != NULL);
    fresh("loaded");
    CHECK_COUNTS(1, beaver_channel_load(channel, (const char *)dump.data, dump.len, NULL, &count, NULL));
    beaver_buf_free(&dump);
    beaver_subscription *subscription = subscribe("{\"start\":\"oldest\"}");
    expect(subscription, "{\"a\":1}");
    beaver_subscription_free(subscription);
    CHECK_OK(beaver_channel_acquire(channel, 0, 60, &mine, NULL));
    CHECK_FLAG(true, beaver_channel_locked(channel, &flag, NULL));
    CHECK_OK(beaver_channel_publish(mine, "2", Z, NULL, NULL));
    CHECK_OK(beaver_channel_renew(mine, 60, NULL));
    CHECK_OK(beaver_channel_release(mine, NULL));
    beaver_channel_free(mine);
    beaver_buf names;
    CHECK_OK(beaver_db_names(db, "channel", &names, NULL));
    CHECK(strstr((const char *)names.data, "\"loaded\"") != NULL);
    beaver_buf_free(&names);
}

int main(void) {
    db = open_db("channel.db");
    RUN(subscribers_begin_now_or_after_a_message_or_with_the_oldest);
    RUN(many_are_had_at_once);
    RUN(what_cannot_be_published_is_refused);
    RUN(messages_are_kept_as_the_retention_says);
    RUN(lost_messages_are_told_once);
    RUN(readiness_is_told_once_until_all_was_pulled);
    RUN(a_descriptor_can_be_polled);
    RUN(close_from_another_thread_ends_a_wait);
    RUN(messages_pass_between_databases_on_one_file);
    RUN(is_a_structure_like_any_other);
    beaver_channel_free(channel);
    beaver_db_free(db);
    return check_end();
}
