// Bytes that are put together, and what is said to the user.
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>

// Begins as {0}. If memory lacks, it stays as it is, and `failed` is set.
struct text {
  char *bytes;
  size_t length, room;
  bool failed;
};

void text_add_bytes(struct text *, const void *bytes, size_t count);
void text_add(struct text *, const char *string);

// The bytes so far, with a NUL behind them; null if memory has lacked. They are the text's.
char *text_string(struct text *);

// Leaves the text empty.
void text_free(struct text *);

// Says on standard error, in one line, what is wrong: the strings before the null pointer, one after the other.
void say_error(const char *first, ...) __attribute__((sentinel));

// Writes all bytes; false with errno if the reader is gone or the disk is full.
bool write_all(int file, const char *bytes, size_t count);

#endif
