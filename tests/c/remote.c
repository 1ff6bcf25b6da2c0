/* Databases at a server through the C API: with the address of one in BEAVER_SERVER, else what happens without one. */
#include "common.h"
#include <stdlib.h>

static const char *server;

static void is_used_as_a_file_is(void) {
    beaver_db *db = NULL;
    beaver_dict *dict = NULL;
    beaver_queue *queue = NULL;
    beaver_channel *channel = NULL;
    beaver_subscription *news = NULL;
    CHECK_OK(beaver_db_open(server, "{\"busy_timeout_ms\": 5000}", &db, NULL));
    CHECK_OK(beaver_db_dict(db, "c", &dict, NULL));
    CHECK_OK(beaver_dict_set(dict, "k", "{\"a\": 1.50}", Z, 0, NULL));
    CHECK_GIVES("{\"a\": 1.50}", beaver_dict_get(dict, "k", &buf, NULL));
    CHECK_GIVES_NOTHING(BEAVER_NOT_FOUND, beaver_dict_get(dict, "no", &buf, NULL));
    CHECK_ROWS("[{\"key\":\"k\",\"value\":{\"a\": 1.50}}]", beaver_dict_items(dict, &iter, NULL));

    CHECK_OK(beaver_db_queue(db, "c", &queue, NULL));
    CHECK_GIVES_NOTHING(BEAVER_TIMEOUT, beaver_queue_get(queue, 20, &buf, NULL));
    CHECK_OK(beaver_db_channel(db, "c", &channel, NULL));
    CHECK_OK(beaver_channel_subscribe(channel, NULL, &news, NULL));
    CHECK_OK(beaver_channel_publish(channel, "\"hello\"", Z, NULL, NULL));
    beaver_buf message = {0};
    CHECK_OK(beaver_subscription_next(news, 20000, &message, NULL));
    CHECK(message.data && strstr((char *)message.data, "\"payload\":\"hello\""));
    beaver_buf_free(&message);

    beaver_subscription_free(news);
    beaver_channel_free(channel);
    beaver_queue_free(queue);
    beaver_dict_free(dict);
    beaver_db_free(db);
}

static void without_a_server_says_that_nothing_was_done(void) {
    beaver_db *db = NULL;
    CHECK_FAILS(BEAVER_UNAVAILABLE, "nothing was done", beaver_db_open("http://127.0.0.1:1", NULL, &db, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "key", beaver_db_open("http://me:secret@127.0.0.1:1", NULL, &db, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "host", beaver_db_open("https://", NULL, &db, &error));
    CHECK_FAILS(BEAVER_INVALID_ARGUMENT, "key", beaver_db_open("http://127.0.0.1:1", "{\"key\": \"a b\"}", &db, &error));
    CHECK_FAILS(BEAVER_IO, "ca_file", beaver_db_open("https://127.0.0.1:1", "{\"ca_file\": \"no.pem\"}", &db, &error));
    CHECK(db == NULL);
}

int main(void) {
    server = getenv("BEAVER_SERVER");
    if (server) RUN(is_used_as_a_file_is);
    RUN(without_a_server_says_that_nothing_was_done);
    return check_end();
}
