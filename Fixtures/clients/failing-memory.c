// To be preloaded: the allocations of one library fail, from the FAIL_FROM-th on. FAIL_FILE gets how many there were.
// That library is libgnutls-resumption.so; with FAIL_DEEP also what others allocate within its calls.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

static atomic_long count;
static _Atomic uintptr_t base;
static _Thread_local int busy;

static int is_inside(void *address) {
  Dl_info info;
  if (!dladdr(address, &info) || !info.dli_fname) return 0;
  uintptr_t known = atomic_load(&base);
  if (known) return (uintptr_t)info.dli_fbase == known;
  const char *name = strrchr(info.dli_fname, '/');
  static const char engine[] = "/libgnutls-resumption.so";
  // Its name may go on with the version of its interface.
  if (!name || strncmp(name, engine, sizeof engine - 1) != 0) return 0;
  atomic_store(&base, (uintptr_t)info.dli_fbase);
  return 1;
}

static _Unwind_Reason_Code look(struct _Unwind_Context *context, void *found) {
  // What it calls of the loader's or the C library's own may be of the program's making.
  if (!is_inside((void *)_Unwind_GetIP(context))) return _URC_NO_REASON;
  *(int *)found = 1;
  return _URC_END_OF_STACK;
}

static long number(const char *name) {
  const char *text = getenv(name);
  return text ? atol(text) : 0;
}

static int fails(void *caller) {
  if (busy) return 0;
  busy = 1;
  int found = is_inside(caller);
  if (!found && getenv("FAIL_DEEP") && atomic_load(&base)) _Unwind_Backtrace(look, &found);
  long from = number("FAIL_FROM");
  int result = found && atomic_fetch_add(&count, 1) + 1 >= from && from > 0;
  busy = 0;
  if (result) errno = ENOMEM;
  return result;
}

#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

void *malloc(size_t size) { return fails(CALLER) ? NULL : __libc_malloc(size); }
void *calloc(size_t number, size_t size) { return fails(CALLER) ? NULL : __libc_calloc(number, size); }
void *realloc(void *memory, size_t size) { return fails(CALLER) ? NULL : __libc_realloc(memory, size); }
void *aligned_alloc(size_t alignment, size_t size) {
  return fails(CALLER) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  void *memory = fails(CALLER) ? NULL : __libc_memalign(alignment, size);
  if (memory) *result = memory;
  return memory ? 0 : ENOMEM;
}

__attribute__((destructor)) static void tell(void) {
  const char *file = getenv("FAIL_FILE");
  char text[32];
  int descriptor = file ? open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
  if (descriptor < 0) return;
  int length = snprintf(text, sizeof text, "%ld\n", atomic_load(&count));
  if (write(descriptor, text, (size_t)length) != length) _exit(99);
  close(descriptor);
}
