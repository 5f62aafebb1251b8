// The functions for C, around those in Swift: .ci/embedded gives these other names.
#include <gnutls_resumption.h>
#include <pthread.h>

#include "reserve.h"

// Nobody is cancelled half-way: what Swift has begun can't be unwound.
#define INNER(type, name, parameters, arguments, begin)                                                                \
  type swift_##name parameters;                                                                                        \
  __attribute__((visibility("default"))) type name parameters {                                                        \
    int state;                                                                                                         \
    begin;                                                                                                             \
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);                                                            \
    type answer = swift_##name arguments;                                                                              \
    pthread_setcancelstate(state, NULL);                                                                               \
    return answer;                                                                                                     \
  }
#define INNER_VOID(name, parameters, arguments)                                                                        \
  void swift_##name parameters;                                                                                        \
  __attribute__((visibility("default"))) void name parameters {                                                        \
    int state;                                                                                                         \
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);                                                            \
    swift_##name arguments;                                                                                            \
    pthread_setcancelstate(state, NULL);                                                                               \
  }

#define ANYWAY
// Without memory nothing is begun, nor kept.
#define UNLESS_SHORT(result) if (reserve_is_short()) return result
#define NO_HANDLE_IF_SHORT(handle)                                                                                     \
  if (handle && reserve_is_short()) {                                                                                  \
    *handle = NULL;                                                                                                    \
    return GNUTLS_E_MEMORY_ERROR;                                                                                      \
  }

INNER(const char *, gnutls_resumption_strerror, (int error), (error), ANYWAY)

INNER(int, gnutls_resumption_open,
      (const char *folder, const char *key_file, const gnutls_resumption_bounds_t *bounds,
       gnutls_resumption_store_t *store),
      (folder, key_file, bounds, store), NO_HANDLE_IF_SHORT(store))
INNER(int, gnutls_resumption_open_shared,
      (const char *url, const char *shared_key_file, const char *servers, const char *key_file,
       const gnutls_resumption_bounds_t *bounds, gnutls_resumption_store_t *store),
      (url, shared_key_file, servers, key_file, bounds, store), NO_HANDLE_IF_SHORT(store))
INNER(const char *, gnutls_resumption_store_message, (gnutls_resumption_store_t store), (store), ANYWAY)
INNER_VOID(gnutls_resumption_close, (gnutls_resumption_store_t store), (store))
INNER(int, gnutls_resumption_observe,
      (gnutls_resumption_store_t store, gnutls_resumption_event_func function, void *data), (store, function, data),
      UNLESS_SHORT(GNUTLS_E_MEMORY_ERROR))

INNER(int, gnutls_resumption_attach,
      (gnutls_resumption_store_t store, gnutls_session_t session, const gnutls_resumption_identity_t *identity,
       const gnutls_resumption_verification_t *verification, const gnutls_resumption_hook_t *hook,
       gnutls_resumption_attachment_t *attachment),
      (store, session, identity, verification, hook, attachment), NO_HANDLE_IF_SHORT(attachment))
INNER(int, gnutls_resumption_attach_early,
      (gnutls_resumption_store_t store, gnutls_session_t session, const gnutls_resumption_identity_t *identity,
       const gnutls_resumption_verification_t *verification, const gnutls_resumption_hook_t *hook,
       const gnutls_resumption_early_data_t *early_data, gnutls_resumption_attachment_t *attachment),
      (store, session, identity, verification, hook, early_data, attachment), NO_HANDLE_IF_SHORT(attachment))
INNER(int, gnutls_resumption_early_data, (gnutls_resumption_attachment_t attachment), (attachment), ANYWAY)
INNER(const char *, gnutls_resumption_early_data_text, (gnutls_resumption_attachment_t attachment), (attachment), ANYWAY)
INNER(int, gnutls_resumption_handshake_done, (gnutls_resumption_attachment_t attachment, int result),
      (attachment, result), ANYWAY)
INNER(int, gnutls_resumption_keep, (gnutls_resumption_attachment_t attachment), (attachment), UNLESS_SHORT(0))
INNER(int, gnutls_resumption_hand_in, (gnutls_resumption_attachment_t attachment, const void *data, size_t size),
      (attachment, data, size), UNLESS_SHORT(0))
INNER(int, gnutls_resumption_detach, (gnutls_resumption_attachment_t attachment), (attachment), ANYWAY)
INNER_VOID(gnutls_resumption_free, (gnutls_resumption_attachment_t attachment), (attachment))

INNER(int, gnutls_resumption_get_outcome,
      (gnutls_resumption_attachment_t attachment, gnutls_resumption_outcome_t *outcome), (attachment, outcome), ANYWAY)
INNER(const char *, gnutls_resumption_message, (gnutls_resumption_attachment_t attachment), (attachment), ANYWAY)

INNER(int, gnutls_resumption_server_open,
      (const char *folder, const char *key_file, const gnutls_resumption_server_options_t *options,
       gnutls_resumption_server_t *server),
      (folder, key_file, options, server), NO_HANDLE_IF_SHORT(server))
INNER(const char *, gnutls_resumption_server_message, (gnutls_resumption_server_t server), (server), ANYWAY)
INNER(int, gnutls_resumption_server_refresh, (gnutls_resumption_server_t server), (server),
      UNLESS_SHORT(GNUTLS_RESUMPTION_E_STORE))
INNER(int, gnutls_resumption_server_attach,
      (gnutls_resumption_server_t server, gnutls_session_t session, const gnutls_resumption_hook_t *hook),
      (server, session, hook), UNLESS_SHORT(GNUTLS_RESUMPTION_E_SESSION))
INNER(int, gnutls_resumption_server_attach_sending,
      (gnutls_resumption_server_t server, gnutls_session_t session, const gnutls_resumption_hook_t *hook),
      (server, session, hook), UNLESS_SHORT(GNUTLS_RESUMPTION_E_SESSION))
INNER(int, gnutls_resumption_server_send_tickets, (gnutls_session_t session), (session), ANYWAY)
INNER(int, gnutls_resumption_server_client_hello, (gnutls_session_t session, const gnutls_datum_t *message),
      (session, message), ANYWAY)
INNER_VOID(gnutls_resumption_server_close, (gnutls_resumption_server_t server), (server))
