#include "preload-list.h"

#include <string.h>

#include "libraries.h"

static const char separators[] = " :";

struct entry {
  const char *start;
  size_t length;
};

// The next entry at or behind a place in a list; false if there is none.
static bool next_entry(const char *place, struct entry *entry) {
  entry->start = place + strspn(place, separators);
  entry->length = strcspn(entry->start, separators);
  return entry->length > 0;
}

bool is_in_list(const char *list, const char *library) {
  size_t length = strlen(library);
  struct entry entry;
  for (; next_entry(list, &entry); list = entry.start + entry.length)
    if (entry.length == length && memcmp(entry.start, library, length) == 0) return true;
  return false;
}

bool list_has_shim(const char *list) {
  struct entry entry;
  for (; next_entry(list, &entry); list = entry.start + entry.length)
    if (is_shim(entry.start, entry.length)) return true;
  return false;
}

void add_list_without(struct text *text, const char *list) {
  size_t start = text->length;
  struct entry entry;
  for (; next_entry(list, &entry); list = entry.start + entry.length) {
    if (!is_shim(entry.start, entry.length)) {
      text_add_bytes(text, list, (size_t)(entry.start - list) + entry.length);
      continue;
    }
    // With the separator before it, which was put there with it. The first one's stands behind.
    if (entry.start > list) text_add_bytes(text, list, (size_t)(entry.start - list) - 1);
    if (text->length == start && entry.start[entry.length]) entry.length++;
  }
  text_add(text, list);
}

void add_list_with(struct text *text, const char *list, const char *library) {
  if (is_in_list(list, library)) {
    text_add(text, list);
    return;
  }
  size_t start = text->length;
  add_list_without(text, list);
  if (text->length > start) text_add(text, ":");
  text_add(text, library);
}
