#define _GNU_SOURCE
#include "trust-lists.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"
#include "held-issuers.h"
#include "interposing.h"
#include "named-trust.h"
#include "own-calls.h"
#include "pem-blocks.h"
#include "secure.h"
#include "trust-file.h"
#include "trust-loads.h"

// What is in a list, as far as it is known: PARSED, it is all in GnuTLS's.
enum { PARSED, WAITING, PARSING };

// More than programs have at a time.
enum { PLACES = 256 };
static struct {
  _Atomic(gnutls_x509_trust_list_t) list;
  // Null while nothing has been put into it.
  _Atomic(struct trust *) trust;
} places[PLACES];
// How many lists are known, and how many may have something that waits.
static _Atomic unsigned known_lists, waiting_lists;

static _Atomic int is_stopped;

// In bytes. What is smaller is parsed as quickly as it is kept.
enum { SMALL = 16 << 10 };

static unsigned start_of(gnutls_x509_trust_list_t list) { return (unsigned)((uintptr_t)list >> 4) % PLACES; }

static int place_of_list(gnutls_x509_trust_list_t list) {
  if (!list || atomic_load_explicit(&known_lists, memory_order_relaxed) == 0) return -1;
  for (unsigned i = 0, place = start_of(list); i < PLACES; i++, place = (place + 1) % PLACES)
    if (atomic_load_explicit(&places[place].list, memory_order_acquire) == list) return (int)place;
  return -1;
}

struct trust *trust_in(gnutls_x509_trust_list_t list) {
  int place = place_of_list(list);
  return place < 0 ? NULL : atomic_load_explicit(&places[place].trust, memory_order_acquire);
}

int is_known_list(gnutls_x509_trust_list_t list) {
  struct trust *trust = trust_in(list);
  return trust ? !atomic_load_explicit(&trust->is_given_up, memory_order_relaxed) : place_of_list(list) >= 0;
}

int is_anything_waiting(void) { return atomic_load_explicit(&waiting_lists, memory_order_acquire) > 0; }

struct trust *waiting_trust(gnutls_x509_trust_list_t list) {
  if (!is_anything_waiting()) return NULL;
  struct trust *trust = trust_in(list);
  return trust && atomic_load_explicit(&trust->state, memory_order_acquire) != PARSED ? trust : NULL;
}

static void free_trust(struct trust *trust) {
  for (int i = 0; i < MOST_NAMED; i++) free_named_trust(atomic_load(&trust->named[i]));
  free_issuers(atomic_load(&trust->issuers));
  for (unsigned i = 0; i < trust->count; i++) free(trust->sources[i].bytes);
  if (atomic_load(&trust->state) != PARSED) atomic_fetch_sub(&waiting_lists, 1);
  free(trust);
}

static void forget(gnutls_x509_trust_list_t list) {
  int place = place_of_list(list);
  if (place < 0) return;
  if (atomic_load(&places[place].trust)) {
    // Who parses all lists may be about to parse this one.
    struct own_lock lock;
    take_own_lock(&lock);
    struct trust *trust = atomic_exchange(&places[place].trust, NULL);
    give_own_lock(&lock);
    free_trust(trust);
  }
  atomic_store_explicit(&places[place].list, NULL, memory_order_release);
  atomic_fetch_sub(&known_lists, 1);
}

void trust_list_made(gnutls_x509_trust_list_t list) {
  // Whoever was at this address before is gone.
  forget(list);
  if (!list || makes_own_lists || atomic_load_explicit(&is_stopped, memory_order_relaxed)) return;
  // First, so that no entry is ever overlooked.
  atomic_fetch_add(&known_lists, 1);
  for (unsigned i = 0, place = start_of(list); i < PLACES; i++, place = (place + 1) % PLACES) {
    gnutls_x509_trust_list_t nobody = NULL;
    if (atomic_compare_exchange_strong(&places[place].list, &nobody, list)) return;
  }
  atomic_fetch_sub(&known_lists, 1);
}

void trust_list_ends(gnutls_x509_trust_list_t list) { forget(list); }

// MARK: Parsing

int is_broken_trust(const struct trust *trust) { return atomic_load(&trust->state) == PARSING; }

int add_bytes(gnutls_x509_trust_list_t list, const struct trust_source *source) {
  gnutls_datum_t bytes = {source->bytes, (unsigned)source->size};
  gnutls_datum_t *anchors = source->is_revocation_list ? NULL : &bytes;
  gnutls_datum_t *revocation_lists = source->is_revocation_list ? &bytes : NULL;
  int result;
  PASS(result = GNUTLS(gnutls_x509_trust_list_add_trust_mem)(list, anchors, revocation_lists, GNUTLS_X509_FMT_PEM,
                                                            source->flags, 0));
  return result;
}

int add_source(gnutls_x509_trust_list_t list, const struct trust_source *source) {
  int result = add_bytes(list, source);
  if (result == source->expected) return 0;
  // GnuTLS says how far it has come.
  return result < 0 ? result : GNUTLS_E_MEMORY_ERROR;
}

static int parse_waiting(struct trust *trust) {
  for (unsigned i = 0; i < trust->count; i++) {
    struct trust_source *source = &trust->sources[i];
    int result = source->is_parsed ? 0 : add_source(trust->list, source);
    if (result < 0) return result;
    source->is_parsed = 1;
  }
  return 0;
}

static int parse_locked(struct trust *trust) {
  int waiting = WAITING;
  if (!atomic_compare_exchange_strong(&trust->state, &waiting, PARSING))
    return waiting == PARSED ? 0 : GNUTLS_E_INTERNAL_ERROR;
  struct own_lists own = begin_own_lists();
  int result = parse_waiting(trust);
  end_own_lists(&own);
  if (result == 0) atomic_fetch_sub(&waiting_lists, 1);
  // What is in the list after an error, nobody knows: it stays as if somebody were parsing it.
  if (result == 0) atomic_store_explicit(&trust->state, PARSED, memory_order_release);
  return result;
}

static int parse(struct trust *trust) {
  // What GnuTLS calls meanwhile is for the same list.
  if (makes_own_lists) return 0;
  struct own_lock lock;
  int system_error = errno;
  take_own_lock(&lock);
  int result = parse_locked(trust);
  give_own_lock(&lock);
  errno = system_error;
  return result;
}

int parse_trust(gnutls_x509_trust_list_t list) {
  struct trust *trust = waiting_trust(list);
  return trust ? parse(trust) : 0;
}

int give_trust_up(gnutls_x509_trust_list_t list) {
  if (makes_own_lists) return 0;
  int result = parse_trust(list);
  // Others may still verify by what was made of it.
  struct trust *trust = trust_in(list);
  if (result < 0) {
    if (trust) atomic_store(&trust->is_unusable, 1);
    return result;
  }
  if (trust) atomic_store_explicit(&trust->is_given_up, 1, memory_order_relaxed);
  else forget(list);
  return 0;
}

void stop_waiting_with_trust(void) {
  atomic_store(&is_stopped, 1);
  if (!is_anything_waiting() || makes_own_lists) return;
  struct own_lock lock;
  int system_error = errno;
  take_own_lock(&lock);
  for (int i = 0; i < PLACES; i++) {
    struct trust *trust = atomic_load_explicit(&places[i].trust, memory_order_acquire);
    if (trust) parse_locked(trust);
  }
  give_own_lock(&lock);
  errno = system_error;
}

// MARK: Waiting

int may_wait_with_trust(void) {
  return may_load_engine() && !atomic_load_explicit(&is_stopped, memory_order_relaxed) && !has_unseen_calls() && !has_several_copies() &&
         has_own_lock() && gnutls_calls_own_names();
}

struct trust *trust_to_fill(gnutls_x509_trust_list_t list) {
  int place = place_of_list(list);
  if (place < 0) return NULL;
  struct trust *trust = atomic_load_explicit(&places[place].trust, memory_order_acquire);
  if (trust) return trust->count < MOST_SOURCES && is_known_list(list) && !is_broken_trust(trust) ? trust : NULL;
  trust = calloc(1, sizeof *trust);
  if (!trust) return NULL;
  trust->list = list;
  atomic_store_explicit(&places[place].trust, trust, memory_order_release);
  return trust;
}

void trust_list_asks_issuers(gnutls_x509_trust_list_t list, int asks) {
  struct trust *trust = trust_in(list);
  if (!trust && asks && may_wait_with_trust()) trust = trust_to_fill(list);
  if (!trust) return (void)(asks && give_trust_up(list));
  forget_named_trust(trust);
  trust->asks_issuers = asks;
}

void keep_source(struct trust *trust, const struct trust_source *source) {
  // Those that were made without it.
  forget_named_trust(trust);
  trust->sources[trust->count++] = *source;
  if (source->is_parsed || atomic_load(&trust->state) == WAITING) return;
  atomic_fetch_add(&waiting_lists, 1);
  atomic_store_explicit(&trust->state, WAITING, memory_order_release);
  // It may have been stopped meanwhile.
  if (atomic_load(&is_stopped)) parse(trust);
}

// By parsing them into a list of their own; 0 if there is nothing, or it can't be done.
static int count_in(const struct trust_source *source) {
  gnutls_x509_trust_list_t list = NULL;
  int result = 0;
  struct own_lists own = begin_own_lists();
  PASS(result = GNUTLS(gnutls_x509_trust_list_init)(&list, 0));
  if (result >= 0 && list) {
    result = add_bytes(list, source);
    PASS(GNUTLS(gnutls_x509_trust_list_deinit)(list, 1));
  }
  end_own_lists(&own);
  return result;
}

static unsigned kind_of(const struct trust_source *source) {
  return source->is_revocation_list ? CPRELOAD_REVOCATION_LISTS : CPRELOAD_ANCHORS;
}

// What GnuTLS has counted in the same bytes before; 0 if nobody knows.
static int known_count(struct trust_source *source, int is_waiting) {
  if (source->size < SMALL) return is_waiting ? count_in(source) : 0;
  const struct cpreload_engine *engine = is_within_engine() ? NULL : engine_at_any_depth();
  int count = 0;
  if (engine && has_room(ROOM_TO_WORK))
    ASK(count, trust_count(source->bytes, source->size, kind_of(source), source->digest));
  return count;
}

static void note_count(const struct trust_file *file, const struct trust_source *source, int count) {
  // A smaller count is of a moment when memory was short.
  if (count <= 0 || count != count_blocks(source->bytes, source->size)) return;
  if (source->size < SMALL || is_within_engine() || !is_unchanged(file)) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (engine && has_room(ROOM_TO_WORK)) TELL(trust_counted(source->digest, kind_of(source), count));
}

// What is parsed at once is kept as well: more may come that waits.
static int parse_read(gnutls_x509_trust_list_t list, struct trust *trust, struct trust_source *source) {
  int result = trust ? parse_trust(list) : give_trust_up(list);
  if (result < 0) return result;
  struct own_lists own = begin_own_lists();
  result = add_bytes(list, source);
  end_own_lists(&own);
  source->is_parsed = trust && result > 0;
  return result;
}

// What the bytes that have been read come to.
static int add_read(gnutls_x509_trust_list_t list, const struct trust_file *file, struct trust_source *source) {
  struct trust *trust = trust_to_fill(list);
  int result = trust ? known_count(source, atomic_load(&trust->state) == WAITING) : 0;
  if (result <= 0) {
    result = parse_read(list, trust, source);
    note_count(file, source, result);
    if (!source->is_parsed) return free(source->bytes), result;
  }
  source->expected = result;
  keep_source(trust, source);
  return result;
}

// Whether it is a file's path, and no URL of which GnuTLS may know more.
static int is_path(const char *path) {
  for (const char *next = path; *next && *next != '/'; next++)
    if (*next == ':') return 0;
  return *path != 0;
}

int add_trust_file(gnutls_x509_trust_list_t list, const char *anchors, const char *revocation_lists,
                   gnutls_x509_crt_fmt_t type, unsigned flags, unsigned verify_flags) {
  const char *path = anchors ? anchors : revocation_lists;
  struct trust_file file;
  int is_plain = path && !(anchors && revocation_lists) && is_path(path) && type == GNUTLS_X509_FMT_PEM &&
                 verify_flags == 0 && (anchors || !(flags & GNUTLS_TL_VERIFY_CRL)) && !makes_own_lists;
  time_t now = time(NULL);
  if (is_plain && is_known_list(list) && may_wait_with_trust() && read_trust_file(path, &file)) {
    struct trust_source source = {
        .bytes = file.bytes, .size = file.size, .flags = flags, .is_revocation_list = !anchors};
    struct cpreload_trust_file read = {.status = &file.status,
                                       .keeps_stamps = keeps_stamps(&file),
                                       .bytes = file.bytes,
                                       .size = file.size,
                                       .digest = source.digest};
    tell_trust_read(list, path, kind_of(&source), &read, 1, now);
    int result = add_read(list, &file, &source);
    close_trust_file(&file);
    return result;
  }
  int result = give_trust_up(list);
  if (result < 0) return result;
  if (path) tell_trust_unread(list, path, CPRELOAD_ANCHORS);
  PASS(result = GNUTLS(gnutls_x509_trust_list_add_trust_file)(list, anchors, revocation_lists, type, flags,
                                                             verify_flags));
  return result;
}
