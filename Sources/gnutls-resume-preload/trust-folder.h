// A folder of trust files, read whole.
#ifndef TRUST_FOLDER_H
#define TRUST_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "../CPreload/preload.h"
#include "trust-lists.h"

// An entry of the folder, in the folder's own order: where its bytes stand.
struct folder_entry {
  const unsigned char *bytes;
  size_t size;
  // The first entry that is the same file.
  unsigned first;
  // A source of the list's has all of its certificates.
  int is_held;
  // What GnuTLS has answered, once it was parsed; and that it has got all of it.
  int count, is_plain;
};

struct known_file;
struct trust_folder {
  // The files' bytes, each once, one after the other with a line end between; and behind them, in what size doesn't count,
  // which of them each entry is. To be freed.
  unsigned char *bytes;
  size_t size, size_with_order;
  // Of the bytes and what is behind them; all zeros where nobody knows.
  unsigned char digest[CPRELOAD_DIGEST];
  // What GnuTLS would load.
  struct folder_entry *entries;
  unsigned count;
  // All regular files that can be opened, empty ones too, by name.
  struct cpreload_trust_file *named;
  unsigned named_count;
  // What they refer to.
  struct known_file *files;
};

// Reads all that gnutls_x509_trust_list_add_trust_dir would. What a source of the trust has already, loaded with these flags,
// isn't kept again.
// Returns 0, and leaves nothing behind, where there is something that it can't be sure of, or nothing at all.
int read_trust_folder(const char *path, const struct trust *trust, unsigned flags,
                      struct trust_folder *folder);

// All but its bytes.
void close_trust_folder(struct trust_folder *folder);

#endif
