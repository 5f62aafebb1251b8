// Of a list whose trust waits, only the anchors that a chain names, in a list of their own: GnuTLS looks anchors up by
// their subject alone, so that others can't matter for a chain that verifies by them, nor for who asks for an issuer.
#ifndef NAMED_TRUST_H
#define NAMED_TRUST_H

#include "trust-lists.h"

void free_named_trust(struct named_trust *named);

// What has been made for a list's verifications so far.
void forget_named_trust(struct trust *trust);

// A list that stands in for another in one call.
struct lent_trust {
  // Null if none does.
  struct named_trust *named;
  // What this library can't do: GnuTLS's error, for the program.
  int error;
  gnutls_x509_trust_list_t list;
};

// For a chain. One that is watched is verified once, by all of the list.
struct lent_trust lend_trust_for_chain(gnutls_x509_trust_list_t list, const gnutls_x509_crt_t *chain, unsigned count,
                                       int is_watched);
gnutls_x509_trust_list_t lent_list(const struct lent_trust *lent);

// For who asks for the issuer of a certificate, or for an anchor by its name. What the list answers, all of it would.
struct lent_trust lend_trust_for_issuer(gnutls_x509_trust_list_t list, gnutls_x509_crt_t certificate);
struct lent_trust lend_trust_for_name(gnutls_x509_trust_list_t list, const gnutls_datum_t *name);

// Whether the verification is to be made once more, by all of the list, which has been parsed then: what was lent has not
// found the peer good, or somebody was to be asked for more.
int needs_all_trust(const struct lent_trust *lent, int result, const unsigned *status);

#endif
