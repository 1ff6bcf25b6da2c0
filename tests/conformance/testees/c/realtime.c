/* What happens by itself: the messages of channels, events, and live views of logs. */
#include "testee.h"

#include <stdlib.h>

static beaver_status subscribe(const beaver_channel *channel, beaver_subscription **made) {
    made_text options = {NULL, 0};
    FILE *file = open_memstream(&options.data, &options.len);
    fputc('{', file);
    if (text("start") != NULL) {
        fputs("\"start\":", file);
        put_string(file, text("start"), length("start"));
    }
    if (text("after") != NULL) fprintf(file, "%s\"after_us\":%s", text("start") == NULL ? "" : ",", text("after"));
    fputc('}', file);
    fclose(file);
    beaver_status status = beaver_channel_subscribe(channel, options.data, made, &error);
    free(options.data);
    return status;
}

beaver_status live(const beaver_log *log, beaver_live_view **made) {
    made_text options = {NULL, 0};
    FILE *file = open_memstream(&options.data, &options.len);
    fprintf(file, "{\"window\":%s,\"period\":%s", text("window"), text("period"));
    if (text("aggregates") != NULL) fprintf(file, ",\"aggregates\":%s", text("aggregates"));
    fputc('}', file);
    fclose(file);
    beaver_status status = beaver_log_live(log, options.data, made, &error);
    free(options.data);
    return status;
}

/* An object of numbers, or the entries. */
static void give_view(beaver_status status) {
    const char *json = (const char *)out.json.data;
    bool entries = status == BEAVER_OK && json[0] == '[' && json[1] != ']';
    if (entries) {
        give_rows(status);
    } else {
        give_json(status);
    }
}

bool channel_op(const beaver_channel *channel, const char *verb) {
    OP("publish", give_number(beaver_channel_publish(channel, JSON("payload"), &out.number, &error)))
    OP("publish_many", MANY("payloads", "[]", put_value,
       give_json(beaver_channel_publish_many(channel, many.data, many.len, &out.json, &error))))
    OP("subscribe", MAKE("subscription", beaver_subscription, subscribe(channel, &made)))
    OP("items", give_each_row(beaver_channel_items(channel, &out.iter, &error)))
    OP("retention", give_json(beaver_channel_retention(channel, &out.json, &error)))
    OP("set_retention", give_null(beaver_channel_set_retention(channel, text("retention"), &error)))
    STRUCTURE("channel", channel)
    return false;
}

bool subscription_op(const beaver_subscription *subscription, const char *verb) {
    OP("next", give_row(beaver_subscription_next(subscription, timeout_ms(), &out.json, &error)))
    OP("next_many", give_rows(beaver_subscription_next_many(subscription, (size_t)integer("n", 0), timeout_ms(),
       &out.json, &error)))
    OP("close", give_null(beaver_subscription_close(subscription, &error)))
    return false;
}

bool live_op(const beaver_live_view *view, const char *verb) {
    OP("next", give_view(beaver_live_view_next(view, timeout_ms(), &out.json, &error)))
    OP("close", give_null(beaver_live_view_close(view, &error)))
    return false;
}
