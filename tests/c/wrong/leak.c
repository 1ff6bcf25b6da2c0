/* Wrong on purpose: it loses memory. A step that checks memory must catch it, or else it is not checking. */
#include <beaver.h>
#include <stdlib.h>

int main(void) {
    volatile char *lost = malloc((size_t)(100 + beaver_version_number() % 2));
    lost[0] = 'x';
    lost = NULL;
    return 0;
}
