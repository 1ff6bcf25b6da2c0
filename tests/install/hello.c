/* The smallest program of somebody else: does the installed header compile, does the library link and load? */
#include <beaver.h>
#include <stdio.h>

int main(void) {
    int header = BEAVER_VERSION_MAJOR * 1000000 + BEAVER_VERSION_MINOR * 1000 + BEAVER_VERSION_PATCH;
    if ((int)beaver_version_number() != header) {
        fprintf(stderr, "header %d, library %d\n", header, (int)beaver_version_number());
        return 1;
    }
    printf("hello, beaver %d.%d.%d\n", BEAVER_VERSION_MAJOR, BEAVER_VERSION_MINOR, BEAVER_VERSION_PATCH);
    return 0;
}
