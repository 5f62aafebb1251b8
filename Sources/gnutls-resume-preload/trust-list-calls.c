// Lists of trust: what is put into them, and who reads them.
#include <gnutls/ocsp.h>
#include <gnutls/pkcs7.h>

#include "held-issuers.h"
#include "interposing.h"
#include "named-trust.h"

// GnuTLS calls most of these itself, by these names.

EXPORTED int gnutls_x509_trust_list_init(gnutls_x509_trust_list_t *list, unsigned int size) {
  look_for_copies();
  REAL_UNCOUNTED(gnutls_x509_trust_list_init)
  if (!real) return UNKNOWN;
  int result;
  PASS(result = real(list, size));
  if (result >= 0) trust_list_made(*list);
  return result;
}

EXPORTED void gnutls_x509_trust_list_deinit(gnutls_x509_trust_list_t list, unsigned int all) {
  REAL_UNCOUNTED(gnutls_x509_trust_list_deinit)
  if (!real) return;
  trust_list_ends(list);
  PASS(real(list, all));
}

#define ADDS_FILES(add, name)                                                                                        \
  EXPORTED int name(gnutls_x509_trust_list_t list, const char *anchors, const char *revocation_lists,                \
                    gnutls_x509_crt_fmt_t type, unsigned int flags, unsigned int verify_flags) {                     \
    REAL_UNCOUNTED(name)                                                                                             \
    if (!real) return UNKNOWN;                                                                                       \
    if (is_known_list(list)) return add(list, anchors, revocation_lists, type, flags, verify_flags);                 \
    int result;                                                                                                      \
    PASS(result = real(list, anchors, revocation_lists, type, flags, verify_flags));                                 \
    return result;                                                                                                   \
  }
ADDS_FILES(add_trust_file, gnutls_x509_trust_list_add_trust_file)
ADDS_FILES(add_trust_folder, gnutls_x509_trust_list_add_trust_dir)

#define AFTER_PARSING(prepare, name, parameters, arguments)                                                          \
  EXPORTED int name parameters {                                                                                     \
    REAL_UNCOUNTED(name)                                                                                             \
    if (!real) return UNKNOWN;                                                                                       \
    int result = prepare(list);                                                                                      \
    if (result >= 0) PASS(result = real arguments);                                                                  \
    return result;                                                                                                   \
  }

// What comes after the files, or takes some of them out again.
#define CHANGES(name, parameters, arguments) AFTER_PARSING(give_trust_up, name, parameters, arguments)
CHANGES(gnutls_x509_trust_list_add_trust_mem,
        (gnutls_x509_trust_list_t list, const gnutls_datum_t *anchors, const gnutls_datum_t *revocation_lists,
         gnutls_x509_crt_fmt_t type, unsigned int flags, unsigned int verify_flags),
        (list, anchors, revocation_lists, type, flags, verify_flags))
CHANGES(gnutls_x509_trust_list_add_cas,
        (gnutls_x509_trust_list_t list, const gnutls_x509_crt_t *anchors, unsigned count, unsigned int flags),
        (list, anchors, count, flags))
CHANGES(gnutls_x509_trust_list_add_crls,
        (gnutls_x509_trust_list_t list, const gnutls_x509_crl_t *revocation_lists, unsigned count, unsigned int flags,
         unsigned int verify_flags),
        (list, revocation_lists, count, flags, verify_flags))
CHANGES(gnutls_x509_trust_list_add_named_crt,
        (gnutls_x509_trust_list_t list, gnutls_x509_crt_t certificate, const void *name, size_t size,
         unsigned int flags),
        (list, certificate, name, size, flags))
CHANGES(gnutls_x509_trust_list_remove_cas,
        (gnutls_x509_trust_list_t list, const gnutls_x509_crt_t *anchors, unsigned count), (list, anchors, count))
CHANGES(gnutls_x509_trust_list_remove_trust_mem,
        (gnutls_x509_trust_list_t list, const gnutls_datum_t *anchors, gnutls_x509_crt_fmt_t type),
        (list, anchors, type))
CHANGES(gnutls_x509_trust_list_remove_trust_file,
        (gnutls_x509_trust_list_t list, const char *file, gnutls_x509_crt_fmt_t type), (list, file, type))

#define READS(name, parameters, arguments) AFTER_PARSING(parse_trust, name, parameters, arguments)
READS(gnutls_x509_trust_list_iter_get_ca,
      (gnutls_x509_trust_list_t list, gnutls_x509_trust_list_iter_t *next, gnutls_x509_crt_t *certificate),
      (list, next, certificate))
READS(gnutls_x509_trust_list_verify_named_crt,
      (gnutls_x509_trust_list_t list, gnutls_x509_crt_t certificate, const void *name, size_t size,
       unsigned int flags, unsigned int *status, gnutls_verify_output_function watch),
      (list, certificate, name, size, flags, status, watch))
READS(gnutls_ocsp_resp_verify,
      (gnutls_ocsp_resp_const_t response, gnutls_x509_trust_list_t list, unsigned int *status, unsigned int flags),
      (response, list, status, flags))
READS(gnutls_pkcs7_verify,
      (gnutls_pkcs7_t message, gnutls_x509_trust_list_t list, gnutls_typed_vdata_st *data, unsigned int elements,
       unsigned signer, const gnutls_datum_t *signed_data, unsigned flags),
      (message, list, data, elements, signer, signed_data, flags))

// Without GNUTLS_TL_GET_COPY the certificate is the list's, and must live as long.
static int borrow_issuer(__typeof__(&gnutls_x509_trust_list_get_issuer) real, const struct lent_trust *lent,
                         gnutls_x509_crt_t certificate, gnutls_x509_crt_t *issuer, unsigned flags) {
  gnutls_x509_crt_t copy = NULL;
  int result;
  PASS(result = real(lent_list(lent), certificate, &copy, flags | GNUTLS_TL_GET_COPY));
  if (result < 0) return result;
  copy = copy ? hold_issuer(lent->list, copy) : NULL;
  if (!copy) return GNUTLS_E_MEMORY_ERROR;
  *issuer = copy;
  return result;
}

EXPORTED int gnutls_x509_trust_list_get_issuer(gnutls_x509_trust_list_t list, gnutls_x509_crt_t certificate,
                                               gnutls_x509_crt_t *issuer, unsigned int flags) {
  REAL_UNCOUNTED(gnutls_x509_trust_list_get_issuer)
  if (!real) return UNKNOWN;
  struct lent_trust lent = lend_trust_for_issuer(list, certificate);
  if (lent.error < 0) return lent.error;
  int is_borrowed = !(flags & GNUTLS_TL_GET_COPY), result;
  if (lent.named && is_borrowed) return borrow_issuer(real, &lent, certificate, issuer, flags);
  PASS(result = real(lent.named ? lent_list(&lent) : list, certificate, issuer, flags));
  if (result >= 0 && is_borrowed) *issuer = held_issuer(list, *issuer);
  return result;
}

// These give copies. Without a name, any anchor may be meant.
#define FINDS_BY_NAME(function, parameters, arguments)                                                               \
  EXPORTED int function parameters {                                                                                 \
    REAL_UNCOUNTED(function)                                                                                         \
    if (!real) return UNKNOWN;                                                                                       \
    struct lent_trust lent = lend_trust_for_name(list, name);                                                        \
    if (lent.error < 0) return lent.error;                                                                           \
    if (lent.named) list = lent_list(&lent);                                                                         \
    int result;                                                                                                      \
    PASS(result = real arguments);                                                                                   \
    return result;                                                                                                   \
  }
FINDS_BY_NAME(gnutls_x509_trust_list_get_issuer_by_dn,
              (gnutls_x509_trust_list_t list, const gnutls_datum_t *name, gnutls_x509_crt_t *issuer,
               unsigned int flags),
              (list, name, issuer, flags))
FINDS_BY_NAME(gnutls_x509_trust_list_get_issuer_by_subject_key_id,
              (gnutls_x509_trust_list_t list, const gnutls_datum_t *name, const gnutls_datum_t *key,
               gnutls_x509_crt_t *issuer, unsigned int flags),
              (list, name, key, issuer, flags))

EXPORTED void gnutls_x509_trust_list_set_getissuer_function(gnutls_x509_trust_list_t list,
                                                            gnutls_x509_trust_list_getissuer_function *function) {
  REAL_UNCOUNTED(gnutls_x509_trust_list_set_getissuer_function)
  if (!real) return;
  trust_list_asks_issuers(list, function != 0);
  PASS(real(list, function));
}

// Of a chain that is no session's, or not yet. Its anchors alone may do.
#define VERIFIES_CHAIN(name, parameters, arguments)                                                                  \
  EXPORTED int name parameters {                                                                                     \
    REAL_UNCOUNTED(name)                                                                                             \
    if (!real) return UNKNOWN;                                                                                       \
    gnutls_x509_trust_list_t whole = list;                                                                           \
    struct lent_trust lent = lend_trust_for_chain(list, chain, count, watch && !is_engines((const void *)watch));     \
    if (lent.error < 0) return lent.error;                                                                           \
    if (lent.named) list = lent_list(&lent);                                                                         \
    int result;                                                                                                      \
    PASS(result = real arguments);                                                                                   \
    if (!needs_all_trust(&lent, result, status)) return result;                                                      \
    list = whole;                                                                                                    \
    PASS(result = real arguments);                                                                                   \
    return result;                                                                                                   \
  }
VERIFIES_CHAIN(gnutls_x509_trust_list_verify_crt,
               (gnutls_x509_trust_list_t list, gnutls_x509_crt_t *chain, unsigned int count, unsigned int flags,
                unsigned int *status, gnutls_verify_output_function watch),
               (list, chain, count, flags, status, watch))
VERIFIES_CHAIN(gnutls_x509_trust_list_verify_crt2,
               (gnutls_x509_trust_list_t list, gnutls_x509_crt_t *chain, unsigned int count,
                gnutls_typed_vdata_st *data, unsigned int elements, unsigned int flags, unsigned int *status,
                gnutls_verify_output_function watch),
               (list, chain, count, data, elements, flags, status, watch))
