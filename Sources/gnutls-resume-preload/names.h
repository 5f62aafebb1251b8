// Comparing names without the C library: its functions may be those of a sanitizer's, which looks them up while it starts.
#ifndef NAMES_H
#define NAMES_H

static inline int is_same(const char *one, const char *other) {
  while (*one && *one == *other) one++, other++;
  return *one == *other;
}

static inline int begins_with(const char *name, const char *beginning) {
  while (*beginning && *name == *beginning) name++, beginning++;
  return *beginning == 0;
}

static inline const char *end_of(const char *name) {
  while (*name) name++;
  return name;
}

#endif
