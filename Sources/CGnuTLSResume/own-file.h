#ifndef OWN_FILE_H
#define OWN_FILE_H

#include <stdbool.h>

// Calls a function with the path of this process's own file, free of symbolic links. Where /proc doesn't tell, there are
// two guesses, and the second is tried if the function returns false for the first. Returns what the function said last.
// The name is the program's first argument.
bool with_own_file(const char *name, bool (*body)(const char *path, void *context), void *context);

#endif
