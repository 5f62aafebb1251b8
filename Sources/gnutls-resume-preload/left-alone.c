// What makes a session one that is left alone.
#include "interposing.h"

// QUIC, whose handshake messages don't go through records: there a ticket belongs to more than TLS knows.
#define CARRIES_MESSAGES(name, type)                                                                                 \
  NOTED_VOID(name, (gnutls_session_t session, type function), (session, function), call_missed(session))
CARRIES_MESSAGES(gnutls_handshake_set_read_function, gnutls_handshake_read_func)
CARRIES_MESSAGES(gnutls_handshake_set_secret_function, gnutls_handshake_secret_func)

// What refuses servers in full handshakes only: messages and extensions that a resumption under TLS 1.2 lacks.
NOTED(engine_at_any_depth, gnutls_session_ext_register,
      (gnutls_session_t session, const char *name, int id, gnutls_ext_parse_type_t kind,
       gnutls_ext_recv_func receive, gnutls_ext_send_func send, gnutls_ext_deinit_data_func end,
       gnutls_ext_pack_func pack, gnutls_ext_unpack_func unpack, unsigned flags),
      (session, name, id, kind, receive, send, end, pack, unpack, flags), call_missed(session))
NOTED(engine_at_any_depth, gnutls_session_supplemental_register,
      (gnutls_session_t session, const char *name, gnutls_supplemental_data_format_type_t type,
       gnutls_supp_recv_func receive, gnutls_supp_send_func send, unsigned flags),
      (session, name, type, receive, send, flags), call_missed(session))
// The same for all sessions of the process.
EXPORTED int gnutls_ext_register(const char *name, int id, gnutls_ext_parse_type_t kind, gnutls_ext_recv_func receive,
                                 gnutls_ext_send_func send, gnutls_ext_deinit_data_func end,
                                 gnutls_ext_pack_func pack, gnutls_ext_unpack_func unpack) {
  REAL(gnutls_ext_register)
  if (!real) return UNKNOWN;
  note_unseen_calls();
  return real(name, id, kind, receive, send, end, pack, unpack);
}

EXPORTED int gnutls_supplemental_register(const char *name, gnutls_supplemental_data_format_type_t type,
                                          gnutls_supp_recv_func receive, gnutls_supp_send_func send) {
  REAL(gnutls_supplemental_register)
  if (!real) return UNKNOWN;
  note_unseen_calls();
  return real(name, type, receive, send);
}

// A program that resumes by itself, without session data.
NOTED(engine_at_any_depth, gnutls_session_set_premaster,
      (gnutls_session_t session, unsigned entity, gnutls_protocol_t version, gnutls_kx_algorithm_t exchange,
       gnutls_cipher_algorithm_t cipher, gnutls_mac_algorithm_t mac, gnutls_compression_method_t compression,
       const gnutls_datum_t *secret, const gnutls_datum_t *id),
      (session, entity, version, exchange, cipher, mac, compression, secret, id), call_missed(session))
NOTED(engine_at_any_depth, gnutls_session_set_id, (gnutls_session_t session, const gnutls_datum_t *id), (session, id),
      call_missed(session))

// Early data, which GnuTLS then offers with any ticket, also of a session that was made without the flag for them.
WRAPPED(engine_at_any_depth, ssize_t, gnutls_record_send_early_data,
        (gnutls_session_t session, const void *data, size_t size), (session, data, size),
        TELL(early_data_sent(session)), NOTHING)

// Called by the library for C, which is about to attach to the session itself. What isn't known isn't touched.
EXPORTED void gnutls_resume_preload_leave_alone(gnutls_session_t session) {
  const struct cpreload_engine *engine = engine_with_room(opened_engine());
  if (engine) TELL_WITH_ROOM(session, leave_alone(session));
}
