// What `env` prints for a shell to evaluate.
#ifndef SHELL_LINES_H
#define SHELL_LINES_H

#include "settings.h"

enum shell { POSIX, FISH, CSH };

// The shell of a name, POSIX for none; false if it isn't known.
bool find_shell(const char *name, enum shell *);

// The lines by which a shell's programs resume: settings, and a library that is loaded behind what is there already.
// Evaluated twice, they change nothing the second time. Null if there was no memory, or once it has said what is wrong; then
// errno is 0.
char *lines_for(enum shell, const struct settings *, const char *library);

// The lines that take back what such lines have done in this process's environment. The same otherwise.
char *lines_without(enum shell);

#endif
