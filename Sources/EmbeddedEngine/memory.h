// What Swift's allocations lead to: .ci/embedded gives these names to what it calls.
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

// As posix_memalign, which never fails while there is a reserve.
int embedded_allocate(void **result, size_t alignment, size_t size);

// As free.
void embedded_free(void *memory);

#endif
