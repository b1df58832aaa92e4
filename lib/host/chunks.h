/* The modules of this executable, as the build has compiled them: dist/native. */

#include <stdint.h>

struct chunk {
    const char *name;
    const uint8_t *bytecode;
    const uint32_t *size;
};

/* The program's own module first; ends with a name of NULL. */
extern const struct chunk chunks[];
