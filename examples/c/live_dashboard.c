/* A dashboard over the requests of the last minute, made anew in short periods. Here it ends after the third. */
#include <beaver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static beaver_error *error = NULL;

/* True for OK, false for "timed out"; an error ends the program. */
static bool ok(beaver_status status) {
    if (error == NULL) return status == BEAVER_OK;
    fprintf(stderr, "%s: %s\n", beaver_status_name(status), beaver_error_message(error));
    beaver_error_free(error);
    exit(EXIT_FAILURE);
}

/* A number of a result. A JSON library reads it better. */
static double number(const char *json, const char *name) {
    char key[32];
    snprintf(key, sizeof key, "\"%s\":", name);
    return strtod(strstr(json, key) + strlen(key), NULL);
}

static void show(const char *json) {
    double requests = number(json, "requests");
    printf("%3.0f requests  mean %5.1f ms  p90 %5.1f ms  slowest %5.1f ms  ", requests, number(json, "mean"),
           number(json, "p90"), number(json, "slowest"));
    for (int at = 0; at < (int)requests; at++) putchar('#');
    putchar('\n');
    fflush(stdout);
}

/* Any process may append: the view sees what was committed. */
static void serve(const beaver_log *requests, int first, int last) {
    for (int at = first; at <= last; at++) {
        char json[64];
        snprintf(json, sizeof json, "{\"path\":\"/\",\"ms\":%d}", 10 * at);
        ok(beaver_log_append(requests, json, BEAVER_NUL_TERMINATED, NULL, &error));
    }
}

int main(void) {
    beaver_db *db = NULL;
    beaver_log *requests = NULL;
    beaver_live_view *view = NULL;
    remove("dashboard.db"); /* of an earlier run */
    ok(beaver_db_open("dashboard.db", NULL, &db, &error));
    ok(beaver_db_log(db, "requests", &requests, &error));
    ok(beaver_log_live(requests,
                       "{\"window\":60,\"period\":0.2,\"aggregates\":{\"requests\":{\"op\":\"count\"},"
                       "\"mean\":{\"op\":\"mean\",\"path\":\"ms\"},\"slowest\":{\"op\":\"max\",\"path\":\"ms\"},"
                       "\"p90\":{\"op\":\"percentile\",\"path\":\"ms\",\"p\":90}}}",
                       &view, &error));
    for (int period = 0; period < 3; period++) {
        beaver_buf result = {0};
        serve(requests, 4 * period + 1, 4 * period + 4);
        ok(beaver_live_view_next(view, -1, &result, &error));
        show((const char *)result.data);
        beaver_buf_free(&result);
    }
    beaver_live_view_free(view);
    beaver_log_free(requests);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
