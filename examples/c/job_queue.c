/* Workers that lease their jobs: each job goes to one of them, one that fails or dies loses nothing, and what fails again
 * and again ends in a queue of its own. The workers are threads here; processes share the jobs in the same way. */
#include <beaver.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 3 };

static beaver_queue *jobs = NULL;

/* True for OK, false for "not there" and "no more"; an error ends the program. Each thread has an error of its own. */
static bool ok(beaver_status status, beaver_error **error) {
    if (*error == NULL) return status == BEAVER_OK;
    fprintf(stderr, "%s: %s\n", beaver_status_name(status), beaver_error_message(*error));
    beaver_error_free(*error);
    exit(EXIT_FAILURE);
}

static void put(const char *json, double priority) {
    beaver_error *error = NULL;
    ok(beaver_queue_put(jobs, json, BEAVER_NUL_TERMINATED, priority, &error), &error);
}

/* A job is {"id":1,"attempts":1,"priority":1.0,"timestamp_us":1,"data":{"action":"…"}}. A JSON library reads it
 * better; for this example it is enough to look for what is in it. */
static void work(int worker, uint64_t id, const char *job) {
    beaver_error *error = NULL;
    int attempt = 0;
    char action[32] = "";
    sscanf(strstr(job, "\"attempts\":"), "\"attempts\":%d", &attempt);
    sscanf(strstr(job, "\"action\":"), "\"action\":\"%31[^\"]", action);

    bool failed = strcmp(action, "divide_by_zero") == 0;
    printf("worker %d, attempt %d at \"%s\": %s\n", worker, attempt, action, failed ? "failed" : "done");
    if (failed) {
        ok(beaver_queue_nack(jobs, id, 0, &error), &error);
    } else {
        ok(beaver_queue_ack(jobs, id, &error), &error);
    }
}

/* Waits for jobs, and goes home when none has come for a while. A put wakes one who waits. */
static void *run_worker(void *number) {
    /* Nobody may hold a job for more than 30 seconds, or be given it more than three times. */
    const char *limits = "{\"max_attempts\":3,\"dead_letter\":\"agent_tasks.dead\"}";
    beaver_error *error = NULL;
    uint64_t id = 0;
    beaver_buf job = {0};
    while (ok(beaver_queue_lease(jobs, 30, 500, limits, &id, &job, &error), &error)) {
        work(*(int *)number, id, (const char *)job.data);
        beaver_buf_free(&job);
    }
    return NULL;
}

int main(void) {
    beaver_db *db = NULL;
    beaver_queue *dead = NULL;
    beaver_error *error = NULL;
    pthread_t workers[WORKERS];
    int numbers[WORKERS];
    remove("jobs.db"); /* of an earlier run */
    ok(beaver_db_open("jobs.db", NULL, &db, &error), &error);
    ok(beaver_db_queue(db, "agent_tasks", &jobs, &error), &error);
    for (int at = 0; at < WORKERS; at++) {
        numbers[at] = at + 1;
        if (pthread_create(&workers[at], NULL, run_worker, &numbers[at]) != 0) return EXIT_FAILURE;
    }
    put("{\"action\":\"summarize_news\"}", 10);
    put("{\"action\":\"respond_to_user\"}", 1);
    put("{\"action\":\"divide_by_zero\"}", 5);
    put("{\"action\":\"index_mail\"}", 10);
    for (int at = 0; at < WORKERS; at++) pthread_join(workers[at], NULL);

    ok(beaver_db_queue(db, "agent_tasks.dead", &dead, &error), &error);
    beaver_iter *items = NULL;
    beaver_buf job = {0};
    ok(beaver_queue_items(dead, &items, &error), &error);
    while (ok(beaver_iter_next(items, &job, &error), &error)) {
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
