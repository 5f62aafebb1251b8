#ifndef ELF_SYMBOL_H
#define ELF_SYMBOL_H

// What a file is to the dynamic loader.
enum library { DEFINES_SYMBOL, LACKS_SYMBOL, IS_NO_LIBRARY, CANT_BE_READ };

// Whether a file is a shared library for this machine that defines a symbol, without loading it: by a few reads of what
// the loader would look at. CANT_BE_READ leaves errno.
enum library look_up_symbol(const char *path, const char *symbol);

#endif
