// Definitions in loaded objects, found without the loader's own functions: these are what is looked for.
#ifndef ELF_H
#define ELF_H

#include <link.h>

// The function that an object defines under a name, in its default version; or null.
void *function_in_object(const struct dl_phdr_info *object, const char *name);

// Whether an address lies in what is loaded of the object.
int object_contains(const struct dl_phdr_info *object, const void *address);

#endif
