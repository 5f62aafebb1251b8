#ifndef CPROCESSARGUMENTS_H
#define CPROCESSARGUMENTS_H

// The process's arguments as the C library has handed them to it, also where there is no /proc; null where it hands none
// to initialisers. They belong to the process.
__attribute__((visibility("hidden"))) char **cprocessarguments(int *count);

#endif
