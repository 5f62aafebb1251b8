// GnuTLS's headers, and what of them Swift can't import. Each shim says why it is here.
#ifndef CGNUTLS_SHIM_H
#define CGNUTLS_SHIM_H

#include <gnutls/crypto.h>
#include <gnutls/dtls.h>
#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>
#include <string.h>

// gnutls_free is a mutable global function pointer: reading it is a data race to Swift 6.
static inline void cgnutls_free(void *memory) { gnutls_free(memory); }

// gnutls_transport_set_int is a macro over gnutls_transport_set_int2.
static inline void cgnutls_transport_set_descriptor(gnutls_session_t session, int descriptor) {
  gnutls_transport_set_int2(session, descriptor, descriptor);
}

// GNUTLS_CLIENT, GNUTLS_NONBLOCK and GNUTLS_NO_SIGNAL are enumerators and macros of one name: ambiguous in Swift.
static inline int cgnutls_init_nonblocking_client(gnutls_session_t *session, unsigned int further_flags) {
  return gnutls_init(session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | further_flags);
}

// GNUTLS_HANDSHAKE_ANY is a macro with a cast.
static inline unsigned int cgnutls_handshake_any(void) { return GNUTLS_HANDSHAKE_ANY; }

// What a server's certificate must fulfil: the name (if any) and the purpose. An array of unions of pointers: safer
// built here than through Swift's pointers. Both checks below share it, so that they can't drift apart.
#define CGNUTLS_SERVER_DATA(name)                                                                  \
  {{.type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, .size = 0}, \
   {.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)(name), .size = 0}}

// Verifies the peer of a session: chain, stapled OCSP responses, purpose and name.
static inline int cgnutls_verify_peer(gnutls_session_t session, const char *name, unsigned int *status) {
  gnutls_typed_vdata_st data[2] = CGNUTLS_SERVER_DATA(name);
  return gnutls_certificate_verify_peers(session, data, name ? 2 : 1, status);
}

// Verifies a chain that is not, or not yet, a session's, and lets a function watch.
static inline int cgnutls_verify_chain(gnutls_x509_trust_list_t trust, gnutls_x509_crt_t *chain, unsigned int count,
                                       const char *name, unsigned int flags, unsigned int *status,
                                       gnutls_verify_output_function *watch) {
  gnutls_typed_vdata_st data[2] = CGNUTLS_SERVER_DATA(name);
  return gnutls_x509_trust_list_verify_crt2(trust, chain, count, data, name ? 2 : 1, flags, status, watch);
}

// Whether a certificate says that another's subject has issued it; also when a name can't be read. Of two between which
// GnuTLS found a valid signature, that says as much as gnutls_x509_crt_check_issuer, which compares key identifiers too
// and costs five times as much as a certificate's dates.
static inline int cgnutls_names_issuer(gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer) {
  gnutls_datum_t named = {NULL, 0}, subject = {NULL, 0};
  int named_it = gnutls_x509_crt_get_raw_issuer_dn(certificate, &named) != 0 ||
                 gnutls_x509_crt_get_raw_dn(issuer, &subject) != 0 ||
                 (named.size == subject.size && memcmp(named.data, subject.data, named.size) == 0);
  gnutls_free(named.data);
  gnutls_free(subject.data);
  return named_it;
}

// Most of the eleven results are not asked for, and null pointers in their places don't read well in Swift.
static inline int cgnutls_staple_status(gnutls_ocsp_resp_const_t response, unsigned int index, unsigned int *status,
                                        time_t *this_update, time_t *next_update) {
  return gnutls_ocsp_resp_get_single(response, index, NULL, NULL, NULL, NULL, status, this_update, next_update, NULL,
                                     NULL);
}

// gnutls_malloc is a mutable global function pointer: reading it is a data race to Swift 6. What a session database hands
// out is freed by GnuTLS. Without memory the result has no data.
static inline gnutls_datum_t cgnutls_copied(const void *bytes, unsigned int size) {
  gnutls_datum_t copy = {(unsigned char *)gnutls_malloc(size), size};
  if (copy.data)
    memcpy(copy.data, bytes, size);
  else
    copy.size = 0;
  return copy;
}

#endif
