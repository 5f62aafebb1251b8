#include <stdlib.h>
#include <unistd.h>

#include "CGnuTLSResume.h"
#include "preload-list.h"

#define PRELOAD "LD_PRELOAD"

void gnutls_resume_leave_preload(char *const *words) {
  const char *list = getenv(PRELOAD);
  if (!list || !list_has_shim(list)) return;
  struct text rest = {0};
  add_list_without(&rest, list);
  const char *left = text_string(&rest);
  char *file = gnutls_resume_own_file(words[0]);
  // Without it in the list there is no second time.
  if (file && left && (*left ? setenv(PRELOAD, left, 1) : unsetenv(PRELOAD)) == 0) execv(file, words);
  free(file);
  text_free(&rest);
}
