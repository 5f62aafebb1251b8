#ifndef LIBRARIES_H
#define LIBRARIES_H

#include "text.h"

// Finds the two libraries that make programs resume, beside this program, or in the `lib` or `lib/gnutls-resume` beside its
// folder, and makes sure that they can be loaded. Gives the path that LD_PRELOAD is to name. False once it has said what is wrong.
bool find_libraries(const char *name, struct text *shim);

// Whether an entry of LD_PRELOAD, of so many bytes, names the library that is preloaded: this installation's or another's.
bool is_shim(const char *entry, size_t length);

#endif
