/* What every program in tests/c uses: checks that name the line, and a last check that nothing was left alive.
 *
 *     #include "check.h"
 *
 *     static void sets_and_gets(void) { CHECK(1 + 1 == 2); CHECK_STR("a", "a"); }
 *
 *     int main(void) {
 *         RUN(sets_and_gets);
 *         return check_end();
 *     }
 *
 * A failed check prints and goes on, so that one run shows all; REQUIRE ends the program, for what later lines
 * cannot do without. A program runs in an empty folder of its own and may leave files in it.
 */
#ifndef BEAVER_TESTS_CHECK_H
#define BEAVER_TESTS_CHECK_H

#include <beaver.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_failures = 0;

/* Unused helpers are no fault of a test. */
#if defined(__GNUC__)
#define CHECK_HELPER static __attribute__((unused))
#else
#define CHECK_HELPER static
#endif

#define CHECK(condition) check_true(!!(condition), #condition, __FILE__, __LINE__)

/* Ends the program if the condition fails. */
#define REQUIRE(condition)             \
    do {                               \
        if (!CHECK(condition)) exit(1); \
    } while (0)

/* Expected first, as in all of these. */
#define CHECK_INT(expected, found) check_int((int64_t)(expected), (int64_t)(found), #found, __FILE__, __LINE__)
#define CHECK_STR(expected, found) check_str((expected), (found), #found, __FILE__, __LINE__)
#define CHECK_STATUS(expected, call) check_status((expected), (call), #call, __FILE__, __LINE__)
#define CHECK_OK(call) CHECK_STATUS(BEAVER_OK, call)

/* Runs one test function, named in the output where a check of it fails. */
#define RUN(test)                                       \
    do {                                                \
        int failures_before = check_failures;           \
        test();                                         \
        printf("%s %s\n", check_failures == failures_before ? "ok  " : "FAIL", #test); \
    } while (0)

CHECK_HELPER int check_true(int condition, const char *text, const char *file, int line) {
    if (!condition) {
        check_failures++;
        printf("%s:%d: CHECK(%s)\n", file, line, text);
    }
    return condition;
}

CHECK_HELPER int check_int(int64_t expected, int64_t found, const char *text, const char *file, int line) {
    if (expected != found) {
        check_failures++;
        printf("%s:%d: %s is %lld, not %lld\n", file, line, text, (long long)found, (long long)expected);
    }
    return expected == found;
}

CHECK_HELPER int check_str(const char *expected, const char *found, const char *text, const char *file, int line) {
    int same = expected == found || (expected != NULL && found != NULL && strcmp(expected, found) == 0);
    if (!same) {
        check_failures++;
        printf("%s:%d: %s is \"%s\", not \"%s\"\n", file, line, text, found != NULL ? found : "(NULL)",
               expected != NULL ? expected : "(NULL)");
    }
    return same;
}

CHECK_HELPER int check_status(beaver_status expected, beaver_status found, const char *text, const char *file, int line) {
    if (expected != found) {
        check_failures++;
        printf("%s:%d: %s gives %s, not %s\n", file, line, text, beaver_status_name(found), beaver_status_name(expected));
    }
    return expected == found;
}

/* The exit code of the program; a handle, buffer or error that was not freed is a failure too. */
CHECK_HELPER int check_end(void) {
    CHECK_INT(0, beaver_live_objects());
    if (check_failures > 0) {
        printf("%d checks failed\n", check_failures);
        return 1;
    }
    return 0;
}

#endif
