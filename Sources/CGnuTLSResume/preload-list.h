// What LD_PRELOAD holds: paths with spaces or colons between them.
#ifndef PRELOAD_LIST_H
#define PRELOAD_LIST_H

#include "text.h"

bool is_in_list(const char *list, const char *library);

// Whether a list names the library that is preloaded, this installation's or another's.
bool list_has_shim(const char *list);

// Adds a list to a text, without that library, and with all else as it is.
void add_list_without(struct text *, const char *list);

// Adds a list to a text, with a library at its end in the place of another installation's, unless it names it already.
void add_list_with(struct text *, const char *list, const char *library);

#endif
