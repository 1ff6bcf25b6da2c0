/* What calls cost in C, for the packages of the other languages to be held against: one JSON line of microseconds for
 * each call, the median of the samples. Usage: bindings FILE SAMPLES */
#include <beaver.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

enum { MANY = 1000, DIM = 1536 };
static const char VALUE[] = "{\"name\": \"Ada\", \"age\": 36}";

static beaver_dict *dict;
static beaver_list *list;
static beaver_queue *queue;
static beaver_collection *narrow, *wide;
static const char *keys[MANY];
static char *items;
static float vector[DIM];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median cost of a call over so many samples of so many calls. */
static double cost(void (*call)(void), int samples, int calls) {
    double *each = malloc(sizeof *each * (size_t)samples);
    REQUIRE(each);
    for (int i = 0; i < samples; i++) {
        double begin = now();
        for (int j = 0; j < calls; j++) call();
        each[i] = (now() - begin) / calls;
    }
    qsort(each, (size_t)samples, sizeof *each, ascending);
    double median = each[samples / 2];
    free(each);
    return median;
}

static void dict_get(void) {
    beaver_buf value;
    REQUIRE(beaver_dict_get(dict, "key500", &value, NULL) == BEAVER_OK);
    beaver_buf_free(&value);
}

static void dict_set(void) {
    REQUIRE(beaver_dict_set(dict, "key500", VALUE, sizeof VALUE - 1, 0, NULL) == BEAVER_OK);
}

static void list_push(void) { REQUIRE(beaver_list_push(list, VALUE, sizeof VALUE - 1, NULL) == BEAVER_OK); }

static void queue_put_get(void) {
    beaver_buf item;
    REQUIRE(beaver_queue_put(queue, VALUE, sizeof VALUE - 1, 1, NULL) == BEAVER_OK);
    REQUIRE(beaver_queue_get(queue, 0, &item, NULL) == BEAVER_OK);
    beaver_buf_free(&item);
}

static void get_many(void) {
    beaver_buf values;
    REQUIRE(beaver_dict_get_many(dict, keys, MANY, &values, NULL) == BEAVER_OK);
    beaver_buf_free(&values);
}

static void set_many(void) { REQUIRE(beaver_dict_set_many(dict, items, strlen(items), 0, NULL) == BEAVER_OK); }

static void search(beaver_collection *collection, size_t dim) {
    beaver_buf hits;
    REQUIRE(beaver_collection_search(collection, vector, dim, "{\"k\": 1}", &hits, NULL) == BEAVER_OK);
    beaver_buf_free(&hits);
}

static void search_narrow(void) { search(narrow, 4); }
static void search_wide(void) { search(wide, DIM); }

static void make_items(void) {
    static char names[MANY][16];
    size_t room = MANY * 64, len = 0;
    items = malloc(room);
    REQUIRE(items);
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "key%d", i);
        keys[i] = names[i];
        len += (size_t)snprintf(items + len, room - len, "%s\"%s\":%s", i ? "," : "{", names[i], VALUE);
    }
    strcpy(items + len, "}");
}

int main(int argc, char **argv) {
    REQUIRE(argc == 3);
    int samples = atoi(argv[2]);
    beaver_db *db;
    REQUIRE(samples > 0 && beaver_db_open(argv[1], NULL, &db, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_dict(db, "bench", &dict, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_list(db, "bench", &list, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_queue(db, "bench", &queue, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_collection(db, "narrow", &narrow, NULL) == BEAVER_OK);
    REQUIRE(beaver_db_collection(db, "wide", &wide, NULL) == BEAVER_OK);
    for (int i = 0; i < DIM; i++) vector[i] = 1;
    REQUIRE(beaver_collection_index(narrow, "a", "{}", 2, vector, 4, NULL, NULL, NULL, NULL) == BEAVER_OK);
    REQUIRE(beaver_collection_index(wide, "a", "{}", 2, vector, DIM, NULL, NULL, NULL, NULL) == BEAVER_OK);
    make_items();
    set_many();
    printf("{\"dict_get\": %.3f, \"dict_set\": %.3f, \"list_push\": %.3f, \"queue_put_get\": %.3f, ",
           cost(dict_get, samples, 1000), cost(dict_set, samples, 20), cost(list_push, samples, 20),
           cost(queue_put_get, samples, 20));
    double four = cost(search_narrow, samples, 100), all = cost(search_wide, samples, 100);
    printf("\"get_many\": %.3f, \"set_many\": %.3f, \"vector\": %.3f}\n", cost(get_many, samples, 2),
           cost(set_many, samples, 1), all - four);
    free(items);
    beaver_collection_free(narrow);
    beaver_collection_free(wide);
    beaver_queue_free(queue);
    beaver_list_free(list);
    beaver_dict_free(dict);
    beaver_db_free(db);
    return 0;
}
