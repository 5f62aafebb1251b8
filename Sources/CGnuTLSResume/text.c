#include "text.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void text_add_bytes(struct text *text, const void *bytes, size_t count) {
  if (text->failed) return;
  if (count >= text->room - text->length) {
    size_t room = 2 * text->room + count + 128;
    char *grown = realloc(text->bytes, room);
    if (!grown) {
      text->failed = true;
      return;
    }
    text->bytes = grown;
    text->room = room;
  }
  memcpy(text->bytes + text->length, bytes, count);
  text->length += count;
  text->bytes[text->length] = 0;
}

void text_add(struct text *text, const char *string) { text_add_bytes(text, string, strlen(string)); }

char *text_string(struct text *text) {
  text_add_bytes(text, "", 0);
  return text->failed ? NULL : text->bytes;
}

void text_free(struct text *text) {
  free(text->bytes);
  *text = (struct text){0};
}

void say_error(const char *first, ...) {
  struct text line = {0};
  text_add(&line, "error: ");
  va_list parts;
  va_start(parts, first);
  for (const char *part = first; part; part = va_arg(parts, const char *)) text_add(&line, part);
  va_end(parts);
  // Names may hold whatever a terminal obeys.
  for (size_t i = 0; i < line.length; i++)
    if ((unsigned char)line.bytes[i] < ' ' || line.bytes[i] == 0x7f) line.bytes[i] = '?';
  text_add(&line, "\n");
  static const char no_memory[] = "error: out of memory\n";
  if (line.failed)
    write_all(STDERR_FILENO, no_memory, sizeof no_memory - 1);
  else
    write_all(STDERR_FILENO, line.bytes, line.length);
  text_free(&line);
}

bool write_all(int file, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written >= 0) {
      bytes += written;
      count -= (size_t)written;
    } else if (errno == EAGAIN) {
      struct pollfd entry = {.fd = file, .events = POLLOUT};
      poll(&entry, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}
