#include "store-url.h"

#include <string.h>

bool is_store_url(const char *store) {
  static const char *const schemes[] = {"redis:", "rediss:", "redis+unix:"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    if (strncmp(store, schemes[i], strlen(schemes[i])) == 0) return true;
  return false;
}

// Between the slashes and the last @ before the next one or a question mark stand a user and, behind a colon, a password.
bool has_password(const char *url) {
  const char *start = strstr(url, "//");
  if (!start) return false;
  start += 2;
  size_t length = strcspn(start, "/?"), end = length;
  while (end > 0 && start[end - 1] != '@') end--;
  return end > 0 && memchr(start, ':', end) != NULL;
}
