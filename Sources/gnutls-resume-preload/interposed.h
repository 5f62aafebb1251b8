// The names that are interposed: all whose effect belongs to a connection's identity or verification, those after which
// there may be something to keep, and those that leave something with GnuTLS that may be unloaded. What GnuTLS has
// getters for is asked for when the handshake begins. Some are missing in older GnuTLS, or may be in newer: nobody
// finds them then.
#ifndef INTERPOSED_H
#define INTERPOSED_H

#define INTERPOSED(X)                                                                                                  \
  X(gnutls_init)                                                                                                       \
  X(gnutls_deinit)                                                                                                     \
  X(gnutls_server_name_set)                                                                                            \
  X(gnutls_alpn_set_protocols)                                                                                         \
  X(gnutls_priority_init)                                                                                              \
  X(gnutls_priority_init2)                                                                                             \
  X(gnutls_priority_deinit)                                                                                            \
  X(gnutls_priority_set)                                                                                               \
  X(gnutls_priority_set_direct)                                                                                        \
  X(gnutls_set_default_priority)                                                                                       \
  X(gnutls_set_default_priority_append)                                                                                \
  X(gnutls_transport_set_push_function)                                                                                \
  X(gnutls_transport_set_vec_push_function)                                                                            \
  X(gnutls_transport_set_pull_function)                                                                                \
  X(gnutls_handshake_set_read_function)                                                                                \
  X(gnutls_handshake_set_secret_function)                                                                              \
  X(gnutls_dh_set_prime_bits)                                                                                          \
  X(gnutls_session_ext_register)                                                                                       \
  X(gnutls_session_supplemental_register)                                                                              \
  X(gnutls_ext_register)                                                                                               \
  X(gnutls_supplemental_register)                                                                                      \
  X(gnutls_session_set_premaster)                                                                                      \
  X(gnutls_session_set_id)                                                                                             \
  X(gnutls_record_send_early_data)                                                                                     \
  X(gnutls_session_enable_compatibility_mode)                                                                          \
  X(gnutls_ocsp_status_request_enable_client)                                                                          \
  X(gnutls_certificate_allocate_credentials)                                                                           \
  X(gnutls_certificate_set_x509_system_trust)                                                                          \
  X(gnutls_certificate_set_x509_trust_file)                                                                            \
  X(gnutls_certificate_set_x509_crl_file)                                                                              \
  X(gnutls_certificate_set_x509_trust_dir)                                                                             \
  X(gnutls_certificate_set_x509_trust_mem)                                                                             \
  X(gnutls_certificate_set_x509_trust)                                                                                 \
  X(gnutls_certificate_set_x509_crl_mem)                                                                               \
  X(gnutls_certificate_set_x509_crl)                                                                                   \
  X(gnutls_certificate_set_x509_simple_pkcs12_file)                                                                    \
  X(gnutls_certificate_set_x509_simple_pkcs12_mem)                                                                     \
  X(gnutls_certificate_set_trust_list)                                                                                 \
  X(gnutls_certificate_get_trust_list)                                                                                 \
  X(gnutls_certificate_set_verify_limits)                                                                              \
  X(gnutls_certificate_free_credentials)                                                                               \
  X(gnutls_certificate_set_verify_function)                                                                            \
  X(gnutls_certificate_set_retrieve_function)                                                                          \
  X(gnutls_certificate_set_retrieve_function2)                                                                         \
  X(gnutls_certificate_set_retrieve_function3)                                                                         \
  X(gnutls_session_set_verify_function)                                                                                \
  X(gnutls_session_set_verify_cert)                                                                                    \
  X(gnutls_session_set_verify_cert2)                                                                                   \
  X(gnutls_session_get_verify_cert_status)                                                                             \
  X(gnutls_certificate_verify_peers)                                                                                   \
  X(gnutls_certificate_verify_peers2)                                                                                  \
  X(gnutls_certificate_verify_peers3)                                                                                  \
  X(gnutls_handshake_set_hook_function)                                                                                \
  X(gnutls_handshake)                                                                                                  \
  X(gnutls_reauth)                                                                                                     \
  X(gnutls_record_recv)                                                                                                \
  X(gnutls_record_recv_seq)                                                                                            \
  X(gnutls_record_recv_packet)                                                                                         \
  X(gnutls_record_send)                                                                                                \
  X(gnutls_record_send2)                                                                                               \
  X(gnutls_record_send_range)                                                                                          \
  X(gnutls_record_send_file)                                                                                           \
  X(gnutls_record_uncork)                                                                                              \
  X(gnutls_bye)                                                                                                        \
  X(gnutls_session_set_data)                                                                                           \
  X(gnutls_session_get_data)                                                                                           \
  X(gnutls_session_get_data2)                                                                                          \
  X(gnutls_protocol_set_enabled)                                                                                       \
  X(gnutls_sign_set_secure)                                                                                            \
  X(gnutls_sign_set_secure_for_certs)                                                                                  \
  X(gnutls_digest_set_secure)                                                                                          \
  X(gnutls_ecc_curve_set_enabled)                                                                                      \
  X(gnutls_fips140_set_mode)                                                                                           \
  X(gnutls_global_set_time_function)                                                                                   \
  X(gnutls_global_set_log_function)                                                                                    \
  X(gnutls_global_set_audit_log_function)                                                                              \
  X(gnutls_global_set_mutex)                                                                                           \
  X(gnutls_pkcs11_set_pin_function)                                                                                    \
  X(gnutls_pkcs11_set_token_function)                                                                                  \
  X(gnutls_global_set_log_level)                                                                                       \
  X(gnutls_credentials_set)                                                                                            \
  X(gnutls_certificate_free_ca_names)                                                                                  \
  X(gnutls_x509_trust_list_init)                                                                                       \
  X(gnutls_x509_trust_list_deinit)                                                                                     \
  X(gnutls_x509_trust_list_add_trust_file)                                                                             \
  X(gnutls_x509_trust_list_add_trust_dir)                                                                              \
  X(gnutls_x509_trust_list_add_trust_mem)                                                                              \
  X(gnutls_x509_trust_list_add_cas)                                                                                    \
  X(gnutls_x509_trust_list_add_crls)                                                                                   \
  X(gnutls_x509_trust_list_add_named_crt)                                                                              \
  X(gnutls_x509_trust_list_remove_cas)                                                                                 \
  X(gnutls_x509_trust_list_remove_trust_mem)                                                                           \
  X(gnutls_x509_trust_list_remove_trust_file)                                                                          \
  X(gnutls_x509_trust_list_set_getissuer_function)                                                                     \
  X(gnutls_x509_trust_list_iter_get_ca)                                                                                \
  X(gnutls_x509_trust_list_get_issuer)                                                                                 \
  X(gnutls_x509_trust_list_get_issuer_by_dn)                                                                           \
  X(gnutls_x509_trust_list_get_issuer_by_subject_key_id)                                                               \
  X(gnutls_x509_trust_list_verify_crt)                                                                                 \
  X(gnutls_x509_trust_list_verify_crt2)                                                                                \
  X(gnutls_x509_trust_list_verify_named_crt)                                                                           \
  X(gnutls_ocsp_resp_verify)                                                                                           \
  X(gnutls_pkcs7_verify)

// What this library calls itself, of GnuTLS's, besides.
#define NEEDED(X)                                                                                                      \
  X(gnutls_x509_crt_deinit)                                                                                            \
  X(gnutls_x509_crt_equals)                                                                                            \
  X(gnutls_x509_crt_get_raw_dn)                                                                                        \
  X(gnutls_x509_crt_get_raw_issuer_dn)

// One after the other, each with a NUL behind it, those that are needed last.
extern const char known_names[] __attribute__((visibility("hidden")));

#define INTERPOSED_INDEX(name) INDEX_##name,
enum {
  INTERPOSED(INTERPOSED_INDEX) INTERPOSED_COUNT,
  BEFORE_NEEDED = INTERPOSED_COUNT - 1,
  NEEDED(INTERPOSED_INDEX) KNOWN_COUNT
};

#endif
