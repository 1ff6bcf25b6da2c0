/* Workers that lease their jobs: one that fails or dies loses nothing, and what fails again and again ends in a
 * queue of its own. */
#include <beaver.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static beaver_error *error = NULL;

/* True for OK, false for "not there" and "no more"; an error ends the program. */
static bool ok(beaver_status status) {
    if (error == NULL) return status == BEAVER_OK;
    fprintf(stderr, "%s: %s\n", beaver_status_name(status), beaver_error_message(error));
    beaver_error_free(error);
    exit(EXIT_FAILURE);
}

static void put(const beaver_queue *jobs, const char *json, double priority) {
    ok(beaver_queue_put(jobs, json, BEAVER_NUL_TERMINATED, priority, &error));
}

/* A job is {"id":1,"attempts":1,"priority":1.0,"timestamp_us":1,"data":{"action":"…"}}. A JSON library reads it
 * better; for this example it is enough to look for what is in it. */
static void work(const beaver_queue *jobs, uint64_t id, const char *job) {
    int attempt = 0;
    char action[32] = "";
    sscanf(strstr(job, "\"attempts\":"), "\"attempts\":%d", &attempt);
    sscanf(strstr(job, "\"action\":"), "\"action\":\"%31[^\"]", action);

    bool failed = strcmp(action, "divide_by_zero") == 0;
    printf("attempt %d at \"%s\": %s\n", attempt, action, failed ? "failed" : "done");
    if (failed) {
        ok(beaver_queue_nack(jobs, id, 0, &error));
    } else {
        ok(beaver_queue_ack(jobs, id, &error));
    }
}

int main(void) {
    beaver_db *db = NULL;
    beaver_queue *jobs = NULL, *dead = NULL;
    remove("jobs.db"); /* of an earlier run */
    ok(beaver_db_open("jobs.db", NULL, &db, &error));
    ok(beaver_db_queue(db, "agent_tasks", &jobs, &error));
    put(jobs, "{\"action\":\"summarize_news\"}", 10);
    put(jobs, "{\"action\":\"respond_to_user\"}", 1);
    put(jobs, "{\"action\":\"divide_by_zero\"}", 5);

    /* Nobody may hold a job for more than 30 seconds, or be given it more than three times. */
    const char *limits = "{\"max_attempts\":3,\"dead_letter\":\"agent_tasks.dead\"}";
    uint64_t id = 0;
    beaver_buf job = {0};
    while (ok(beaver_queue_lease(jobs, 30, 0, limits, &id, &job, &error))) {
        work(jobs, id, (const char *)job.data);
        beaver_buf_free(&job);
    }

    ok(beaver_db_queue(db, "agent_tasks.dead", &dead, &error));
    beaver_iter *items = NULL;
    ok(beaver_queue_items(dead, &items, &error));
    while (ok(beaver_iter_next(items, &job, &error))) {
        const char *data = strstr((const char *)job.data, "\"data\":") + strlen("\"data\":");
        printf("given up: %.*s\n", (int)(strlen(data) - 1), data);
        beaver_buf_free(&job);
    }

    beaver_iter_free(items);
    beaver_queue_free(dead);
    beaver_queue_free(jobs);
    beaver_db_free(db);
    return EXIT_SUCCESS;
}
