#define _GNU_SOURCE
#include "own-lists.h"

#include <errno.h>

_Thread_local int makes_own_lists;

struct own_lists begin_own_lists(void) {
  struct own_lists own = {.outer = makes_own_lists, .system_error = errno};
  begin_undisturbed(&own.thread);
  makes_own_lists = 1;
  return own;
}

void end_own_lists(const struct own_lists *own) {
  makes_own_lists = own->outer;
  end_undisturbed(&own->thread);
  errno = own->system_error;
}
