#include "memory.h"

#include <errno.h>
#include <stdlib.h>

#include "reserve.h"

// The alignment of malloc and of the reserve.
enum { USUAL = 16 };

int embedded_allocate(void **result, size_t alignment, size_t size) {
  int code = errno;
  if (alignment <= USUAL) {
    *result = malloc(size);
    if (!*result) *result = reserve_take(size);
  } else {
    *result = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  }
  errno = code;
  return *result ? 0 : ENOMEM;
}

void embedded_free(void *memory) {
  if (!reserve_give(memory)) free(memory);
}
