#include "pem-blocks.h"

#include <string.h>

static const char beginning[] = "-----BEGIN ", first_line[] = "-----BEGIN CERTIFICATE-----\n",
                  last_line[] = "-----END CERTIFICATE-----\n";

// In bytes: the first line of base64, in which the serial number stands.
enum { FIRST_LINE = sizeof first_line - 1, LAST_LINE = sizeof last_line - 1, COMPARED = FIRST_LINE + 64 };

// Base64 has no dash, so that this is quicker than to look for the whole text.
static const unsigned char *next_block(const unsigned char *next, const unsigned char *end) {
  for (; (size_t)(end - next) >= sizeof beginning - 1; next++) {
    next = memchr(next, '-', (size_t)(end - next) - (sizeof beginning - 2));
    if (!next) return NULL;
    if (memcmp(next, beginning, sizeof beginning - 1) == 0) return next;
  }
  return NULL;
}

int count_blocks(const unsigned char *bytes, size_t size) {
  const unsigned char *next = bytes, *end = bytes + size;
  int count = 0;
  while ((next = next_block(next, end))) count++, next += sizeof beginning - 1;
  return count;
}

int has_label(const unsigned char *bytes, size_t size, const char *label) {
  const unsigned char *next = bytes, *end = bytes + size;
  size_t length = strlen(label);
  while ((next = next_block(next, end))) {
    next += sizeof beginning - 1;
    if ((size_t)(end - next) >= length && memcmp(next, label, length) == 0) return 1;
  }
  return 0;
}

static unsigned place_of_block(const unsigned char *block) {
  // FNV-1a.
  uint32_t hash = 2166136261;
  for (size_t i = FIRST_LINE; i < COMPARED; i++) hash = (hash ^ block[i]) * 16777619;
  return hash % INDEX_PLACES;
}

static int begins_certificate(const unsigned char *bytes, size_t size) {
  return size >= COMPARED && memcmp(bytes, first_line, FIRST_LINE) == 0;
}

int index_blocks(struct block_index *index, const unsigned char *bytes, size_t size, unsigned text) {
  const unsigned char *next = bytes, *end = bytes + size;
  int count = 0;
  for (; (next = next_block(next, end)); count++, next += sizeof beginning - 1) {
    size_t rest = (size_t)(end - next);
    if (index->count == MOST_INDEXED || !begins_certificate(next, rest)) continue;
    unsigned place = place_of_block(next);
    while (index->places[place].block) place = (place + 1) % INDEX_PLACES;
    index->places[place].block = next;
    index->places[place].before = (size_t)(next - bytes);
    index->places[place].rest = rest;
    index->places[place].text = text;
    index->count++;
  }
  return count;
}

const unsigned char *find_blocks(const struct block_index *index, const unsigned char *bytes, size_t size,
                                 unsigned *text) {
  const unsigned char *end = bytes + size, *first = next_block(bytes, end);
  if (!first || !begins_certificate(first, (size_t)(end - first))) return NULL;
  if (memcmp(end - LAST_LINE, last_line, LAST_LINE) != 0) return NULL;
  size_t before = (size_t)(first - bytes), rest = (size_t)(end - first);
  for (unsigned place = place_of_block(first); index->places[place].block; place = (place + 1) % INDEX_PLACES) {
    if (index->places[place].before < before || index->places[place].rest < rest) continue;
    const unsigned char *found = index->places[place].block - before;
    if (memcmp(found, bytes, size) != 0) continue;
    *text = index->places[place].text;
    return found;
  }
  return NULL;
}
