#define _GNU_SOURCE
#include "named-trust.h"

#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "interposing.h"
#include "own-calls.h"
#include "pem-blocks.h"
#include "real.h"

// As many certificates as GnuTLS verifies at most, with an issuer and a subject each.
enum { MOST_CERTIFICATES = 16, MOST_NAMES = 2 * MOST_CERTIFICATES };

// In bytes, of one name.
enum { LARGEST = 64 << 10 };

struct names {
  unsigned count;
  gnutls_datum_t items[MOST_NAMES];
};

// Never changed once others can see it.
struct named_trust {
  gnutls_x509_trust_list_t list;
  // Only the anchors that have these names: of none, all there is.
  struct names names;
  unsigned char bytes[];
};

// MARK: Making them

void free_named_trust(struct named_trust *named) {
  if (!named) return;
  struct own_lists own = begin_own_lists();
  PASS(GNUTLS(gnutls_x509_trust_list_deinit)(named->list, 1));
  end_own_lists(&own);
  free(named);
}

void forget_named_trust(struct trust *trust) {
  for (int i = 0; i < MOST_NAMED; i++) free_named_trust(atomic_exchange(&trust->named[i], NULL));
}

static struct named_trust *named_by(const struct names *names) {
  size_t size = 0;
  for (unsigned i = 0; i < names->count; i++) size += names->items[i].size;
  struct named_trust *named = calloc(1, sizeof *named + size);
  if (!named) return NULL;
  unsigned char *next = named->bytes;
  for (unsigned i = 0; i < names->count; i++) {
    const gnutls_datum_t *name = &names->items[i];
    memcpy(next, name->data, name->size);
    named->names.items[i] = (gnutls_datum_t){next, name->size};
    next += name->size;
  }
  named->names.count = names->count;
  return named;
}

static int has_name(const struct names *names, const gnutls_datum_t *name) {
  for (unsigned i = 0; i < names->count; i++)
    if (names->items[i].size == name->size && memcmp(names->items[i].data, name->data, name->size) == 0) return 1;
  return 0;
}

static int covers(const struct named_trust *named, const struct names *names) {
  if (named->names.count == 0) return 1;
  if (names->count == 0) return 0;
  for (unsigned i = 0; i < names->count; i++)
    if (!has_name(&named->names, &names->items[i])) return 0;
  return 1;
}

// Adds the anchors of a source that have the names, if there are any. Returns -1 if that can't be done.
static int add_named(const struct cpreload_engine *engine, struct named_trust *named,
                         const struct trust_source *source) {
  // With a line end behind each.
  size_t space = source->size + source->size / 16;
  unsigned char *bytes = malloc(space);
  ssize_t size;
  if (!bytes) return -1;
  ASK(size, anchors_named(named->names.items, named->names.count, source->bytes, source->size, bytes, space));
  if (size > 0) {
    gnutls_datum_t some = {bytes, (unsigned)size};
    int result;
    PASS(result = GNUTLS(gnutls_x509_trust_list_add_trust_mem)(named->list, &some, NULL, GNUTLS_X509_FMT_PEM,
                                                              source->flags, 0));
    // Of fewer, memory was short.
    if (result != count_blocks(bytes, (size_t)size)) size = -1;
  }
  free(bytes);
  return size < 0 ? -1 : 0;
}

static int fill(const struct cpreload_engine *engine, struct named_trust *named, const struct trust *trust) {
  for (unsigned i = 0; i < trust->count; i++) {
    const struct trust_source *source = &trust->sources[i];
    int result = named->names.count == 0 ? add_source(named->list, source) : add_named(engine, named, source);
    if (result < 0) return 0;
  }
  return 1;
}

// A program may have set a function for what the list doesn't hold.
static _Thread_local int were_issuers_asked __attribute__((tls_model("initial-exec")));
static int ask_no_issuers(gnutls_x509_trust_list_t list, const gnutls_x509_crt_t certificate,
                          gnutls_x509_crt_t **issuers, unsigned *count) {
  (void)list, (void)certificate, (void)issuers, (void)count;
  were_issuers_asked = 1;
  return GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

static int make_list(const struct cpreload_engine *engine, struct named_trust *named, const struct trust *trust) {
  int result;
  PASS(result = GNUTLS(gnutls_x509_trust_list_init)(&named->list, 0));
  if (result < 0) return 0;
  if (fill(engine, named, trust)) {
    if (trust->asks_issuers) PASS(GNUTLS(gnutls_x509_trust_list_set_getissuer_function)(named->list, ask_no_issuers));
    return 1;
  }
  PASS(GNUTLS(gnutls_x509_trust_list_deinit)(named->list, 1));
  return 0;
}

static struct named_trust *make(const struct cpreload_engine *engine, const struct trust *trust,
                                const struct names *names) {
  struct named_trust *named = named_by(names);
  if (!named) return NULL;
  struct own_lists own = begin_own_lists();
  int is_made = make_list(engine, named, trust);
  end_own_lists(&own);
  if (is_made) return named;
  free(named);
  return NULL;
}

// Null if there is no room for another: then it is better to parse all.
static struct named_trust *find_or_make(const struct cpreload_engine *engine, struct trust *trust,
                                        const struct names *names) {
  for (int i = 0; i < MOST_NAMED; i++) {
    struct named_trust *known = atomic_load_explicit(&trust->named[i], memory_order_acquire);
    if (known && covers(known, names)) return known;
    if (known) continue;
    struct named_trust *made = make(engine, trust, names);
    if (!made) return NULL;
    // Another thread may have been quicker; maybe with the same names.
    for (; i < MOST_NAMED; i++) {
      known = NULL;
      if (atomic_compare_exchange_strong(&trust->named[i], &known, made)) return made;
      if (covers(known, names)) {
        free_named_trust(made);
        return known;
      }
    }
    free_named_trust(made);
  }
  return NULL;
}

// MARK: Lending them

// Whether some of the anchors may do: revocation lists are looked up by other names too.
static int has_anchors_only(const struct trust *trust) {
  for (unsigned i = 0; i < trust->count; i++)
    if (trust->sources[i].is_revocation_list) return 0;
  return 1;
}

static const struct cpreload_engine *engine_at_hand(void) {
  const struct cpreload_engine *engine = opened_engine();
  return engine && has_room(ROOM_TO_WORK) ? engine : NULL;
}

// All of the list is parsed, where some of it isn't enough.
static void parse_all(struct lent_trust *lent, struct trust *trust) {
  static const struct names none;
  lent->named = NULL;
  lent->error = parse_trust(trust->list);
  if (atomic_load(&trust->is_unusable)) return;
  // What is in it, nobody knows. All that is to be in it, is known.
  if (lent->error < 0 && is_broken_trust(trust)) {
    lent->named = find_or_make(NULL, trust, &none);
    if (lent->named) lent->error = 0;
  }
}

static int read_names_of(const gnutls_x509_crt_t *chain, unsigned count, struct names *names, gnutls_datum_t *owned) {
  if (count == 0 || count > MOST_CERTIFICATES) return 0;
  for (unsigned i = 0; i < count; i++) {
    int result;
    PASS(result = GNUTLS(gnutls_x509_crt_get_raw_issuer_dn)(chain[i], &owned[2 * i]));
    if (result >= 0) PASS(result = GNUTLS(gnutls_x509_crt_get_raw_dn)(chain[i], &owned[2 * i + 1]));
    if (result < 0 || owned[2 * i].size > LARGEST || owned[2 * i + 1].size > LARGEST) return 0;
  }
  for (unsigned i = 0; i < 2 * count; i++) names->items[i] = owned[i];
  names->count = 2 * count;
  return 1;
}

static void free_names(gnutls_datum_t *owned) {
  for (unsigned i = 0; i < MOST_NAMES; i++) free_of_gnutls(owned[i].data);
}

static struct lent_trust lend(struct trust *trust, const struct names *names) {
  struct lent_trust lent = {.list = trust->list};
  const struct cpreload_engine *engine = names ? engine_at_hand() : NULL;
  if (engine && !atomic_load(&trust->is_unusable) && has_anchors_only(trust))
    lent.named = find_or_make(engine, trust, names);
  if (!lent.named) parse_all(&lent, trust);
  return lent;
}

struct lent_trust lend_trust_for_chain(gnutls_x509_trust_list_t list, const gnutls_x509_crt_t *chain, unsigned count,
                                       int is_watched) {
  struct trust *trust = waiting_trust(list);
  if (!trust || !chain || makes_own_lists) return (struct lent_trust){.list = list};
  struct names names;
  gnutls_datum_t owned[MOST_NAMES] = {0};
  int are_read = !is_watched && read_names_of(chain, count, &names, owned);
  struct lent_trust lent = lend(trust, are_read ? &names : NULL);
  free_names(owned);
  were_issuers_asked = 0;
  return lent;
}

struct lent_trust lend_trust_for_name(gnutls_x509_trust_list_t list, const gnutls_datum_t *name) {
  struct trust *trust = waiting_trust(list);
  if (!trust || makes_own_lists) return (struct lent_trust){.list = list};
  int is_plain = name && name->data && name->size > 0 && name->size <= LARGEST;
  struct names names = {.count = 1};
  if (is_plain) names.items[0] = *name;
  return lend(trust, is_plain ? &names : NULL);
}

struct lent_trust lend_trust_for_issuer(gnutls_x509_trust_list_t list, gnutls_x509_crt_t certificate) {
  gnutls_datum_t name = {0};
  int result = -1;
  if (waiting_trust(list) && certificate)
    PASS(result = GNUTLS(gnutls_x509_crt_get_raw_issuer_dn)(certificate, &name));
  struct lent_trust lent = lend_trust_for_name(list, result >= 0 ? &name : NULL);
  free_of_gnutls(name.data);
  return lent;
}

gnutls_x509_trust_list_t lent_list(const struct lent_trust *lent) { return lent->named->list; }

int needs_all_trust(const struct lent_trust *lent, int result, const unsigned *status) {
  if (!lent->named || lent->named->names.count == 0) return 0;
  int is_good = result >= 0 && status && *status == 0 && !were_issuers_asked;
  // What can't be parsed doesn't make a refusal better.
  return !is_good && parse_trust(lent->list) == 0;
}
