// Memory for what has been begun when the program has none left.
//
// A failed allocation ends an Embedded Swift program; in somebody else's program that must not be. So what Swift asks
// for comes from here where malloc has nothing, and nothing more is begun while much of it is in use.
#ifndef RESERVE_H
#define RESERVE_H

#include <stddef.h>

// Null if there is none either. Aligned by 16.
void *reserve_take(size_t size);

// Gives it back; returns 0 if the memory isn't of the reserve's.
int reserve_give(void *memory);

// Whether so much of it is in use that what can be left alone is to be.
int reserve_is_short(void);

#endif
