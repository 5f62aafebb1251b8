// What the scriptable server and its certificates need of GnuTLS and Swift can't import.
#ifndef CSCRIPTABLE_TLS_SERVER_SHIM_H
#define CSCRIPTABLE_TLS_SERVER_SHIM_H

// First, as GnuTLS's own headers belong to that one's module, and no type may belong to two.
#include "../CGnuTLS/shim.h"
#include <gnutls/abstract.h>
#include <gnutls/socket.h>
#include <gnutls/x509-ext.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

// glibc declares it for programs that ask for all that isn't POSIX's. Closed in children from the start: with a flag that is set
// later, those that other threads start meanwhile would keep connections open.
extern int accept4(int listener, struct sockaddr *address, socklen_t *size, int flags);
static inline int cscriptable_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_CLOEXEC); }

// GNUTLS_HANDSHAKE_ANY is a macro with a cast, which Swift doesn't import.
static inline unsigned int cscriptable_any_message(void) { return GNUTLS_HANDSHAKE_ANY; }

// gnutls_transport_set_ptr2 takes the descriptor itself as its second pointer: an integer made into a pointer,
// which strict memory safety rightly dislikes in Swift.
static inline void cscriptable_set_transport(gnutls_session_t session, void *reader, int descriptor) {
  gnutls_transport_set_ptr2(session, reader, (gnutls_transport_ptr_t)(intptr_t)descriptor);
}

// GNUTLS_CURVE_TO_BITS is a function-like macro, which Swift doesn't import.
static inline unsigned int cscriptable_curve_bits(gnutls_ecc_curve_t curve) { return GNUTLS_CURVE_TO_BITS(curve); }

// gnutls_malloc is a mutable global variable: a concurrency error in Swift. A session database has to hand out
// memory that GnuTLS then frees. The result has no data if memory ran out.
static inline gnutls_datum_t cscriptable_copy_datum(const void *bytes, unsigned int count) {
  gnutls_datum_t copy = {(unsigned char *)gnutls_malloc(count), count};
  if (copy.data)
    memcpy(copy.data, bytes, count);
  else
    copy.size = 0;
  return copy;
}

// gnutls_free is a mutable global variable: a concurrency error in Swift.
static inline void cscriptable_free(void *memory) { gnutls_free(memory); }

// gnutls_ciphersuite_get came with GnuTLS 3.7.4; Swift can't see the version number as a condition.
static inline const char *cscriptable_cipher_suite(gnutls_session_t session) {
#if GNUTLS_VERSION_NUMBER >= 0x030704
  return gnutls_ciphersuite_get(session);
#else
  return gnutls_cipher_suite_get_name(gnutls_kx_get(session), gnutls_cipher_get(session), gnutls_mac_get(session));
#endif
}

#endif
