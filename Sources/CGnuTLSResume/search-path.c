#include "search-path.h"

#include <stdlib.h>
#include <string.h>

const char *search_path(void) {
  const char *path = getenv("PATH");
  return path ? path : "/bin:/usr/bin";
}

bool next_in_path(const char **rest, const char *name, struct text *path) {
  if (!*rest) return false;
  size_t length = strcspn(*rest, ":");
  path->length = 0;
  if (length > 0) {
    text_add_bytes(path, *rest, length);
    text_add(path, "/");
  }
  // An empty entry is the current folder.
  text_add(path, name);
  *rest = (*rest)[length] ? *rest + length + 1 : NULL;
  return text_string(path) != NULL;
}
