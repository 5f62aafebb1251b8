// To be preloaded: what a program sees of a GnuTLS that has a hybrid group, and an administrator who has put it first. The
// GnuTLS behind it has none: what is asked of it is asked without, and what it sends is that.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HYBRID = 513, MOST_GROUPS = 32 };
static const char name[] = "X25519-MLKEM768";

// What a string of its own said of the hybrid group, for the list that was made of it; the default has it first.
static _Thread_local gnutls_priority_t last;
static _Thread_local int last_has_hybrid;

int gnutls_priority_init2(gnutls_priority_t *list, const char *string, const char **position, unsigned flags) {
  int (*real)(gnutls_priority_t *, const char *, const char **, unsigned) = dlsym(RTLD_NEXT, "gnutls_priority_init2");
  const char *word = string ? strstr(string, ":+GROUP-X25519-MLKEM768") : NULL;
  char *rest = string ? strdup(string) : NULL;
  if (word) {
    size_t length = strlen(":+GROUP-X25519-MLKEM768");
    memmove(rest + (word - string), word + length, strlen(word + length) + 1);
  }
  int result = real(list, rest, position, flags);
  free(rest);
  last = *list;
  last_has_hybrid = word || !string || !strstr(string, "-GROUP-ALL");
  return result;
}

int gnutls_priority_group_list(gnutls_priority_t list, const unsigned **groups) {
  static _Thread_local unsigned with_hybrid[MOST_GROUPS];
  int (*real)(gnutls_priority_t, const unsigned **) = dlsym(RTLD_NEXT, "gnutls_priority_group_list");
  int count = real(list, groups);
  if (count < 0 || count >= MOST_GROUPS || (list == last && !last_has_hybrid)) return count;
  with_hybrid[0] = HYBRID;
  memcpy(with_hybrid + 1, *groups, (size_t)count * sizeof **groups);
  *groups = with_hybrid;
  return count + 1;
}

const char *gnutls_group_get_name(gnutls_group_t group) {
  const char *(*real)(gnutls_group_t) = dlsym(RTLD_NEXT, "gnutls_group_get_name");
  return (int)group == HYBRID ? name : real(group);
}
