// A folder of trust files, read whole.
#ifndef TRUST_FOLDER_H
#define TRUST_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "trust-lists.h"

// An entry of the folder, in the folder's own order: where its bytes stand.
struct folder_entry {
  const unsigned char *bytes;
  size_t size;
};

struct trust_folder {
  // The files' bytes, each once, one after the other with a line end between; and behind them, in what size doesn't count,
  // which of them each entry is. To be freed.
  unsigned char *bytes;
  size_t size, size_with_order;
  struct folder_entry *entries;
  unsigned count;
};

// Reads all that gnutls_x509_trust_list_add_trust_dir would. What a source of the trust holds already isn't read again.
// Returns 0, and leaves nothing behind, where there is something that it can't be sure of, or nothing at all.
int read_trust_folder(const char *path, const struct trust *trust, struct trust_folder *folder);

// All but its bytes.
void close_trust_folder(struct trust_folder *folder);

#endif
