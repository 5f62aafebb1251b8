// Of a list whose trust waits, only the anchors that a chain names, in a list of their own: GnuTLS looks anchors up by
// their subject alone, so that others can't matter for a chain that verifies by them.
#ifndef NAMED_TRUST_H
#define NAMED_TRUST_H

#include "trust-lists.h"

void free_named_trust(struct named_trust *named);

// What has been made for a list's verifications so far.
void forget_named_trust(struct trust *trust);

// A list that stands in for another in one verification.
struct lent_trust {
  // Null if none does.
  struct named_trust *named;
  // What this library can't do: GnuTLS's error, for the program.
  int error;
  gnutls_x509_trust_list_t list;
  gnutls_session_t session;
  gnutls_certificate_credentials_t own;
  int cancel_state;
};

// For the peer of a session, whose credentials then are others until they are given back.
struct lent_trust lend_trust_to_session(gnutls_session_t session);
void give_back_trust(struct lent_trust *lent);

// For a chain.
struct lent_trust lend_trust_for_chain(gnutls_x509_trust_list_t list, const gnutls_x509_crt_t *chain, unsigned count,
                                       int is_watched);
gnutls_x509_trust_list_t lent_list(const struct lent_trust *lent);

// Whether the verification is to be made once more, by all of the list, which has been parsed then: what was lent has not
// found the peer good, or somebody was to be asked for more.
int needs_all_trust(const struct lent_trust *lent, int result, const unsigned *status);

// The program watches what verifications do, or limits them: none is made by a list that stands in.
void note_watched_verifications(void);

#endif
