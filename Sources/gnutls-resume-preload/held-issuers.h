// Certificates that a program has borrowed of a list whose trust waits: they live as long as the list.
#ifndef HELD_ISSUERS_H
#define HELD_ISSUERS_H

#include "trust-lists.h"

// Holds a certificate from now on, or frees it if the list holds an equal one. Returns the one that is held; null if memory
// is short.
gnutls_x509_crt_t hold_issuer(gnutls_x509_trust_list_t list, gnutls_x509_crt_t issuer);

// The certificate that is held and equal, else the given one: a program always finds the same.
gnutls_x509_crt_t held_issuer(gnutls_x509_trust_list_t list, gnutls_x509_crt_t issuer);

void free_issuers(struct held_issuer *issuer);

#endif
