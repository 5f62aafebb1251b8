// The blocks of a text in PEM (RFC 7468), as far as GnuTLS looks for them: by the lines that they begin with.
#ifndef PEM_BLOCKS_H
#define PEM_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

// How many begin in there.
int count_blocks(const unsigned char *bytes, size_t size);

// Whether one begins in there whose label begins so.
int has_label(const unsigned char *bytes, size_t size, const char *label);

// Texts whose certificates can be found again by how they begin. All zeros: none.
enum { INDEX_PLACES = 1024, MOST_INDEXED = 3 * INDEX_PLACES / 4 };
struct block_index {
  unsigned count;
  struct {
    const unsigned char *block;
    // Of the text: before it, and from there on.
    size_t before, rest;
    unsigned text;
  } places[INDEX_PLACES];
};

// Adds a text, which stays where it is, by a number of the caller's. Returns how many blocks begin in it: as many of its
// certificates as there is room for can be found then.
int index_blocks(struct block_index *index, const unsigned char *bytes, size_t size, unsigned text);

// Where these bytes stand in one of the texts, which are whole certificates, maybe behind a preface. Null if they aren't, or
// don't.
const unsigned char *find_blocks(const struct block_index *index, const unsigned char *bytes, size_t size,
                                 unsigned *text);

#endif
