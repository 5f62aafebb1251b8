#ifndef SEARCH_PATH_H
#define SEARCH_PATH_H

#include <stdbool.h>

#include "text.h"

// The folders in which programs are looked for: PATH, or what the C library takes where it is unset.
const char *search_path(void);

// Puts the path that a name has in the next folder into a text; false if there is no further folder, or no memory.
bool next_in_path(const char **rest, const char *name, struct text *path);

#endif
