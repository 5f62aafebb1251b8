#ifndef PROGRAM_H
#define PROGRAM_H

// Becomes a program, which is looked for as execvp(3) does. Returns only if that fails: the reason, an errno value.
int become(char **words, char **environment);

#endif
