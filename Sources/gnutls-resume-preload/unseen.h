// Calls of the program's that don't come by this library, or that had to pass straight through it: then a check of the
// program's may be missed, and nothing more is offered or kept in this process.
#ifndef UNSEEN_H
#define UNSEEN_H

// For good.
void note_unseen_calls(void);

int has_unseen_calls(void);

#endif
