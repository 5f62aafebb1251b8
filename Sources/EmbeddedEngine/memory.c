#include "memory.h"

#include <errno.h>
#include <stdlib.h>

#include "reserve.h"

// The alignment of malloc and of the reserve.
enum { USUAL = 16 };

int embedded_allocate(void **result, size_t alignment, size_t size) {
  int code = errno;
  *result = alignment <= USUAL ? malloc(size) : aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (!*result && alignment <= USUAL) *result = reserve_take(size);
  errno = code;
  return *result ? 0 : ENOMEM;
}

void embedded_free(void *memory) {
  if (!reserve_give(memory)) free(memory);
}
