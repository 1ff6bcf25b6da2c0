/* Wrong on purpose: it reads past the end. A step that checks memory must catch it, or else it is not checking. */
#include <beaver.h>
#include <stdlib.h>

int main(void) {
    volatile char *bytes = malloc(8);
    int index = 8 + (beaver_version_number() == 0); /* never, but the compiler cannot know */
    bytes[0] = 'x';
    int past = bytes[index];
    free((void *)bytes);
    return past == 'y' ? 1 : 0;
}
