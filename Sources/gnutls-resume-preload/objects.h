// What is loaded into the process.
#ifndef OBJECTS_H
#define OBJECTS_H

#include <link.h>

// As dl_iterate_phdr(3), and by the C library's own: a sanitizer's answers only once the sanitizer has begun, for which it
// looks functions up, here.
int each_object(int (*body)(struct dl_phdr_info *, size_t, void *), void *context);

#endif
