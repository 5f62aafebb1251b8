// Whether GnuTLS calls its own functions by their exported names, so that those calls pass by this library: others that
// are linked so that they don't are never waited with.
#ifndef OWN_CALLS_H
#define OWN_CALLS_H

int gnutls_calls_own_names(void);

// Gives memory back that GnuTLS has allocated, once that is known of it.
void free_of_gnutls(void *memory);

#endif
