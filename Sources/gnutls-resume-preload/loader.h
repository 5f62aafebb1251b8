// The loader's functions, as they are behind this library: the C library's, or those of another library that is preloaded
// and stays in the chain.
#ifndef LOADER_H
#define LOADER_H

#include <stdint.h>

typedef void *dlsym_function(void *restrict handle, const char *restrict name);
typedef void *dlvsym_function(void *restrict handle, const char *restrict name, const char *restrict version);
typedef void *dlopen_function(const char *path, int mode);
typedef void *dlmopen_function(long space, const char *path, int mode);

// Null where there is none.
dlsym_function *next_dlsym(void);
dlvsym_function *next_dlvsym(void);
dlopen_function *next_dlopen(void);
dlmopen_function *next_dlmopen(void);

// This library's function of a name, whoever else has one.
void *own_function(const char *name);

// Whether the loader's list may be locked for good: in a forked process, by a thread of its parent's. Nothing may be
// looked for there then, and nothing be loaded.
int may_be_locked(void);

// The program is about to load something.
void note_load(void);

// Whether something may have been loaded since this was asked last by the same variable, which begins as 0.
int may_have_loaded_since(_Atomic unsigned *looked);

// Where the object that holds an address stands in the order in which names are looked up.
enum place { BEFORE_US, OURSELVES, BEHIND_US, LOADED_LATER, NOWHERE };
// Tells as well whether that object itself defines a function of this name.
enum place place_of(const void *address, const char *name, int *defines);

// Where the object that holds an address begins and ends; both 0 if there is none.
void library_extent(const void *address, uintptr_t *begin, uintptr_t *end);

// Whether an address lies in an object whose file's name begins so. No if that can't be told.
int is_in_library(const void *address, const char *name);

#endif
