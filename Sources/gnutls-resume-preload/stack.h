// How much of its stack a thread has left: some have few kilobytes, and the program alone makes do with them.
#ifndef STACK_H
#define STACK_H

#include <stddef.h>

// What calls of the engine need, measured (1.1 kB and 36 kB, not optimized 13 kB and 40 kB), half as much again, and what
// the loader needs to find a function. The first kind notes what the program does; the second reads and writes tickets,
// verifies, and loads the engine.
#ifdef __OPTIMIZE__
enum { ROOM_TO_NOTE = 6 << 10, ROOM_TO_WORK = 64 << 10 };
#else
enum { ROOM_TO_NOTE = 24 << 10, ROOM_TO_WORK = 80 << 10 };
#endif

// Whether so much is certainly left below the caller's frame.
int has_room(size_t bytes);

#endif
