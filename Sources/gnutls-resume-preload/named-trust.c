#define _GNU_SOURCE
#include "named-trust.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "interposing.h"
#include "own-calls.h"
#include "real.h"

// As many certificates as GnuTLS verifies at most, with an issuer and a subject each.
enum { MOST_CERTIFICATES = 16, MOST_NAMES = 2 * MOST_CERTIFICATES };

// In bytes, of one name or certificate.
enum { LARGEST = 64 << 10 };

struct names {
  unsigned count;
  gnutls_datum_t items[MOST_NAMES];
};

// Credentials of their own, for the list in them. Never changed once others can see it.
struct named_trust {
  gnutls_certificate_credentials_t credentials;
  gnutls_x509_trust_list_t list;
  // Only the anchors that have these names: of none, all there is.
  struct names names;
  unsigned char bytes[];
};

static _Atomic int are_watched;
void note_watched_verifications(void) { atomic_store(&are_watched, 1); }

// MARK: Making them

void free_named_trust(struct named_trust *named) {
  if (!named) return;
  int was_own = makes_own_lists;
  makes_own_lists = 1;
  PASS(GNUTLS(gnutls_certificate_free_credentials)(named->credentials));
  makes_own_lists = was_own;
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

// Adds the anchors of a source that have the names. Returns how many bytes of them there were, or -1.
static ssize_t add_named(const struct cpreload_engine *engine, struct named_trust *named,
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
  return size;
}

static int fill(const struct cpreload_engine *engine, struct named_trust *named, const struct trust *trust) {
  ssize_t size = 0;
  for (unsigned i = 0; i < trust->count; i++) {
    const struct trust_source *source = &trust->sources[i];
    if (named->names.count == 0) {
      if (add_source(named->list, source) < 0) return 0;
      continue;
    }
    ssize_t more = add_named(engine, named, source);
    if (more < 0) return 0;
    size += more;
  }
  // With none at all there is nothing to verify by.
  return named->names.count == 0 || size > 0;
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
  PASS(result = GNUTLS(gnutls_certificate_allocate_credentials)(&named->credentials));
  if (result < 0) return named->credentials = NULL, 0;
  PASS(GNUTLS(gnutls_certificate_get_trust_list)(named->credentials, &named->list));
  if (named->list && fill(engine, named, trust)) {
    if (trust->asks_issuers) PASS(GNUTLS(gnutls_x509_trust_list_set_getissuer_function)(named->list, ask_no_issuers));
    return 1;
  }
  PASS(GNUTLS(gnutls_certificate_free_credentials)(named->credentials));
  return 0;
}

static struct named_trust *make(const struct cpreload_engine *engine, const struct trust *trust,
                                const struct names *names) {
  struct named_trust *named = named_by(names);
  if (!named) return NULL;
  int system_error = errno, was_own = makes_own_lists;
  makes_own_lists = 1;
  int is_made = make_list(engine, named, trust);
  makes_own_lists = was_own;
  errno = system_error;
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

// The signers of stapled responses may be looked up in other ways than by name.
static int has_staples(gnutls_session_t session, unsigned count) {
  gnutls_datum_t response;
  int result = -1;
  for (unsigned i = 0; i < count && result < 0; i++)
    PASS(result = GNUTLS(gnutls_ocsp_status_request_get2)(session, i, &response));
  return result >= 0;
}

static int read_names(const struct cpreload_engine *engine, const gnutls_datum_t *chain, unsigned count,
                      struct names *names) {
  int result;
  if (count == 0 || count > MOST_CERTIFICATES) return 0;
  for (unsigned i = 0; i < count; i++)
    if (chain[i].size > LARGEST) return 0;
  ASK(result, names_in(chain, count, names->items));
  names->count = 2 * count;
  return result;
}

struct lent_trust lend_trust_to_session(gnutls_session_t session) {
  struct lent_trust lent = {.session = session};
  gnutls_x509_trust_list_t list = NULL;
  void *credentials = NULL;
  unsigned count = 0;
  const gnutls_datum_t *chain = NULL;
  int result;
  if (!session || !is_anything_waiting()) return lent;
  PASS(result = GNUTLS(gnutls_credentials_get)(session, GNUTLS_CRD_CERTIFICATE, &credentials));
  if (result < 0 || !credentials) return lent;
  PASS(GNUTLS(gnutls_certificate_get_trust_list)(credentials, &list));
  struct trust *trust = waiting_trust(list);
  if (!trust) return lent;
  // Without one GnuTLS doesn't come to the list.
  PASS(chain = GNUTLS(gnutls_certificate_get_peers)(session, &count));
  if (!chain || count == 0) return lent;
  lent.own = credentials;
  lent.list = list;
  struct names names;
  const struct cpreload_engine *engine = engine_at_hand();
  if (engine && !atomic_load(&trust->is_unusable) && !atomic_load(&are_watched) && has_anchors_only(trust) && !has_staples(session, count) &&
      read_names(engine, chain, count, &names))
    lent.named = find_or_make(engine, trust, &names);
  if (!lent.named) parse_all(&lent, trust);
  if (!lent.named) return lent;
  unsigned flags;
  PASS(flags = GNUTLS(gnutls_certificate_get_verify_flags)(credentials));
  PASS(GNUTLS(gnutls_certificate_set_verify_flags)(lent.named->credentials, flags));
  // The session must not be left with them.
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &lent.cancel_state);
  PASS(result = GNUTLS(gnutls_credentials_set)(session, GNUTLS_CRD_CERTIFICATE, lent.named->credentials));
  were_issuers_asked = 0;
  return lent;
}

void give_back_trust(struct lent_trust *lent) {
  if (!lent->named) return;
  PASS(GNUTLS(gnutls_credentials_set)(lent->session, GNUTLS_CRD_CERTIFICATE, lent->own));
  pthread_setcancelstate(lent->cancel_state, NULL);
}

static int read_names_of(const gnutls_x509_crt_t *chain, unsigned count, struct names *names, gnutls_datum_t *owned) {
  if (count == 0 || count > MOST_CERTIFICATES) return 0;
  for (unsigned i = 0; i < count; i++) {
    int result;
    PASS(result = GNUTLS(gnutls_x509_crt_get_raw_issuer_dn)(chain[i], &owned[2 * i]));
    if (result >= 0) PASS(result = GNUTLS(gnutls_x509_crt_get_raw_dn)(chain[i], &owned[2 * i + 1]));
    if (result < 0) return 0;
  }
  for (unsigned i = 0; i < 2 * count; i++) names->items[i] = owned[i];
  names->count = 2 * count;
  return 1;
}

static void free_names(gnutls_datum_t *owned) {
  for (unsigned i = 0; i < MOST_NAMES; i++) free_of_gnutls(owned[i].data);
}

struct lent_trust lend_trust_for_chain(gnutls_x509_trust_list_t list, const gnutls_x509_crt_t *chain, unsigned count,
                                       int is_watched) {
  struct lent_trust lent = {.list = list};
  struct trust *trust = waiting_trust(list);
  if (!trust || !chain || makes_own_lists) return lent;
  const struct cpreload_engine *engine = engine_at_hand();
  if (engine && !atomic_load(&trust->is_unusable) && !is_watched && has_anchors_only(trust)) {
    struct names names;
    gnutls_datum_t owned[MOST_NAMES] = {0};
    if (read_names_of(chain, count, &names, owned)) lent.named = find_or_make(engine, trust, &names);
    free_names(owned);
  }
  if (!lent.named) parse_all(&lent, trust);
  were_issuers_asked = 0;
  return lent;
}

gnutls_x509_trust_list_t lent_list(const struct lent_trust *lent) { return lent->named->list; }

int needs_all_trust(const struct lent_trust *lent, int result, const unsigned *status) {
  if (!lent->named || lent->named->names.count == 0) return 0;
  int is_good = result >= 0 && status && *status == 0 && !were_issuers_asked;
  // What can't be parsed doesn't make a refusal better.
  return !is_good && parse_trust(lent->list) == 0;
}
