// Libraries that a program loads so that their calls pass by this one.
#define _GNU_SOURCE
#include <dlfcn.h>

#include "interposing.h"
#include "loader.h"

#ifdef RTLD_DEEPBIND
enum { DEEP = RTLD_DEEPBIND };
#else
enum { DEEP = 0 };
#endif

// Jumps, not calls: where a library is looked for depends on who calls.
EXPORTED void *dlopen(const char *path, int mode) {
  dlopen_function *real = next_dlopen();
  if (!real) return NULL;
  note_load();
  if (mode & DEEP) note_unseen_calls();
  __attribute__((musttail)) return real(path, mode);
}

// In another space this library isn't. What is handed over from there to here, nobody sees.
EXPORTED void *dlmopen(Lmid_t space, const char *path, int mode) {
  dlmopen_function *real = next_dlmopen();
  if (!real) return NULL;
  note_load();
  if (space != LM_ID_BASE || mode & DEEP) note_unseen_calls();
  __attribute__((musttail)) return real(space, path, mode);
}
