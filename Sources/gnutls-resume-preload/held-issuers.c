#include "held-issuers.h"

#include <stdlib.h>

#include "interposing.h"

// As many as there are anchors, at most.
struct held_issuer {
  gnutls_x509_crt_t certificate;
  struct held_issuer *next;
};

void free_issuers(struct held_issuer *issuer) {
  while (issuer) {
    struct held_issuer *next = issuer->next;
    PASS(GNUTLS(gnutls_x509_crt_deinit)(issuer->certificate));
    free(issuer);
    issuer = next;
  }
}

static gnutls_x509_crt_t find_equal(const struct held_issuer *from, const struct held_issuer *to,
                                    gnutls_x509_crt_t issuer) {
  unsigned is_equal = 0;
  for (; from != to; from = from->next) {
    PASS(is_equal = GNUTLS(gnutls_x509_crt_equals)(from->certificate, issuer));
    if (is_equal) return from->certificate;
  }
  return NULL;
}

gnutls_x509_crt_t held_issuer(gnutls_x509_trust_list_t list, gnutls_x509_crt_t issuer) {
  struct trust *trust = trust_in(list);
  gnutls_x509_crt_t held = trust ? find_equal(atomic_load(&trust->issuers), NULL, issuer) : NULL;
  return held ? held : issuer;
}

gnutls_x509_crt_t hold_issuer(gnutls_x509_trust_list_t list, gnutls_x509_crt_t issuer) {
  struct trust *trust = trust_in(list);
  struct held_issuer *made = trust ? malloc(sizeof *made) : NULL, *first = NULL;
  gnutls_x509_crt_t known = NULL;
  if (made) {
    made->certificate = issuer;
    // What another thread puts in meanwhile may be equal.
    for (struct held_issuer *seen = NULL;; seen = first) {
      first = atomic_load(&trust->issuers);
      if ((known = find_equal(first, seen, issuer))) break;
      made->next = first;
      if (atomic_compare_exchange_strong(&trust->issuers, &first, made)) return issuer;
    }
  }
  free(made);
  PASS(GNUTLS(gnutls_x509_crt_deinit)(issuer));
  return known;
}
