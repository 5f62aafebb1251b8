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

// What it loads may use tickets that the program has taken.
static void calls_pass_unseen(void) {
  const struct cpreload_engine *engine = is_within_engine() ? 0 : opened_engine();
  if (engine && !has_unseen_calls() && has_room(ROOM_TO_WORK)) TELL(calls_pass_unseen());
  note_unseen_calls();
}

// Jumps, not calls: where a library is looked for depends on who calls.
EXPORTED void *dlopen(const char *path, int mode) {
  dlopen_function *real = next_dlopen();
  if (!real) return NULL;
  note_load();
  if (mode & DEEP) calls_pass_unseen();
  __attribute__((musttail)) return real(path, mode);
}

// In another space this library isn't. What is handed over from there to here, nobody sees.
EXPORTED void *dlmopen(Lmid_t space, const char *path, int mode) {
  dlmopen_function *real = next_dlmopen();
  if (!real) return NULL;
  note_load();
  if (space != LM_ID_BASE || mode & DEEP) calls_pass_unseen();
  __attribute__((musttail)) return real(space, path, mode);
}
