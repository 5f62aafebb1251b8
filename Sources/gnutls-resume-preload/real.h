// Finding what a call goes to.
#ifndef REAL_H
#define REAL_H

#include <stdatomic.h>

#include "../CPreload/preload.h"
#include "interposed.h"

// The function that a call from this address would reach without this library, or null.
void *find_real(const char *name, const void *caller);

// Finds all that are interposed, as far as they are loaded, when the program starts: none of them is unloaded then, and
// nobody waits for the loader, whom another thread may hold while it waits for this one.
void find_all_real(void);

// The same of one that is interposed: kept once it is found, as the library that it is in can't be unloaded then.
void *real_function(unsigned index, const char *name, const void *caller);

#endif
