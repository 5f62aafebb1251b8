// Folders of trust: as gnutls_x509_trust_list_add_trust_dir puts them into a list.
#include <stdlib.h>
#include <time.h>

#include "engine.h"
#include "interposing.h"
#include "own-calls.h"
#include "pem-blocks.h"
#include "trust-folder.h"
#include "trust-lists.h"
#include "trust-loads.h"

// What the list has already GnuTLS puts in the old one's place, and counts.
static int held_count(const struct trust_folder *folder) {
  int count = 0;
  for (unsigned i = 0; i < folder->count; i++) count += count_blocks(folder->entries[i].bytes, folder->entries[i].size);
  return count;
}

static int known_folder_count(struct trust_folder *folder) {
  if (folder->size == 0) return held_count(folder);
  const struct cpreload_engine *engine = is_within_engine() ? NULL : engine_at_any_depth();
  int count = 0;
  if (engine && has_room(ROOM_TO_WORK))
    ASK(count, trust_count(folder->bytes, folder->size_with_order, CPRELOAD_FOLDER, folder->digest));
  return count;
}

// What GnuTLS answers for one file.
static int parse_entry(gnutls_x509_trust_list_t list, const struct folder_entry *entry, unsigned flags) {
  struct trust_source source = {.bytes = (unsigned char *)entry->bytes, .size = entry->size, .flags = flags};
  return entry->is_held ? count_blocks(entry->bytes, entry->size) : add_bytes(list, &source);
}

// As GnuTLS does it: what can't be parsed is passed over. Tells whether there was such a thing.
static int parse_folder(gnutls_x509_trust_list_t list, const struct trust_folder *folder, unsigned flags,
                        int *is_plain) {
  int sum = parse_trust(list);
  *is_plain = sum == 0;
  struct own_lists own = begin_own_lists();
  for (unsigned i = 0; sum >= 0 && i < folder->count; i++) {
    struct folder_entry *entry = &folder->entries[i];
    const struct folder_entry *first = &folder->entries[entry->first];
    *entry = first->is_plain ? *first : *entry;
    if (!entry->is_plain) {
      entry->count = parse_entry(list, entry, flags);
      entry->is_plain = entry->count == count_blocks(entry->bytes, entry->size);
    }
    if (entry->count > 0) sum += entry->count;
    if (!entry->is_plain) *is_plain = 0;
  }
  end_own_lists(&own);
  return sum;
}

static void note_folder_count(const struct trust_folder *folder, int count) {
  const struct cpreload_engine *engine = count > 0 && !is_within_engine() ? engine_at_any_depth() : NULL;
  if (engine && has_room(ROOM_TO_WORK)) TELL(trust_counted(folder->digest, CPRELOAD_FOLDER, count));
}

static int add_read_folder(gnutls_x509_trust_list_t list, struct trust *trust, struct trust_folder *folder,
                           unsigned flags) {
  struct trust_source source = {.bytes = folder->bytes, .size = folder->size, .flags = flags};
  int count = known_folder_count(folder);
  if (count <= 0) {
    count = parse_folder(list, folder, flags, &source.is_parsed);
    if (source.is_parsed) note_folder_count(folder, count);
    // What is in the list then isn't what was read.
    else give_trust_up(list);
    if (!source.is_parsed) return free(folder->bytes), count;
  }
  source.expected = count_blocks(folder->bytes, folder->size);
  // All of it may be in what is kept already.
  if (folder->size > 0) keep_source(trust, &source);
  else free(folder->bytes);
  return count;
}

int add_trust_folder(gnutls_x509_trust_list_t list, const char *anchors, const char *revocation_lists,
                     gnutls_x509_crt_fmt_t type, unsigned flags, unsigned verify_flags) {
  struct trust_folder folder;
  int is_plain = anchors && !revocation_lists && type == GNUTLS_X509_FMT_PEM && verify_flags == 0 && !makes_own_lists;
  struct trust *trust = is_plain && is_known_list(list) && may_wait_with_trust() ? trust_to_fill(list) : NULL;
  time_t now = time(NULL);
  if (trust && read_trust_folder(anchors, trust, flags, &folder)) {
    tell_trust_read(list, anchors, CPRELOAD_FOLDER, folder.named, folder.named_count, now);
    int result = add_read_folder(list, trust, &folder, flags);
    close_trust_folder(&folder);
    return result;
  }
  if (anchors) tell_trust_unread(list, anchors, CPRELOAD_FOLDER);
  int result;
  PASS(result = GNUTLS(gnutls_x509_trust_list_add_trust_dir)(list, anchors, revocation_lists, type, flags,
                                                            verify_flags));
  return result;
}
