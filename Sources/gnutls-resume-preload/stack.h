// How much of its stack a thread has left: some have few kilobytes, and the program alone makes do with them.
#ifndef STACK_H
#define STACK_H

#include <stddef.h>

// What calls of the engine need, measured, and half as much again: see FinishedPrograms.md. The first kind notes what the
// program does; the second reads and writes tickets, and verifies; the third loads the engine.
enum { ROOM_TO_NOTE = 6 << 10, ROOM_TO_WORK = 64 << 10, ROOM_TO_LOAD = 64 << 10 };

// Whether so much is certainly left below the caller's frame.
int has_room(size_t bytes);

#endif
