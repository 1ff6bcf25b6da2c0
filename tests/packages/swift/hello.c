/* A program of somebody who has SQLite too: calls the library through its generated header, and keeps its own names. */
#ifndef __clang__
/* Words of clang's, which the header is written for. */
#define _Nonnull
#define _Nullable
#endif
#include <BeaverNativeFFI.h>
#include <stdio.h>
#include <string.h>

/* Were SQLite's names of the library visible, the linker would refuse these. */
int sqlite3_libversion_number(void) {
    return 1;
}
int sqlite3_open(const char *path, void **db) {
    (void)path;
    (void)db;
    return 1;
}

int main(void) {
    RustCallStatus status;
    memset(&status, 0, sizeof status);
    RustBuffer version = uniffi_beaver_uniffi_fn_func_version(&status);
    if (status.code != 0 || version.len == 0) {
        fprintf(stderr, "version() failed with %d\n", (int)status.code);
        return 1;
    }
    printf("hello from beaver %.*s, with SQLite %d beside\n", (int)version.len, (const char *)version.data,
           sqlite3_libversion_number());
    ffi_beaver_uniffi_rustbuffer_free(version, &status);
    return status.code;
}
