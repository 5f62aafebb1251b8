// The interposed functions. Nothing of GnuTLS may stay undefined here: programs without it load this library too.
#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <string.h>

#include "interposed.h"
#include "real.h"

#define EXPORTED __attribute__((visibility("default")))

// Where each name really leads: looked up by the first call of each.
#define REAL_VARIABLE(name) static __typeof__(&name) _Atomic real_##name;
INTERPOSED(REAL_VARIABLE)

#define REAL(name)                                                                                                     \
  __typeof__(&name) real = atomic_load_explicit(&real_##name, memory_order_relaxed);                                   \
  if (!real) {                                                                                                         \
    real = (__typeof__(&name))find_real(#name);                                                                        \
    atomic_store_explicit(&real_##name, real, memory_order_relaxed);                                                   \
  }

// What a function answers that this GnuTLS doesn't have.
#define UNKNOWN GNUTLS_E_UNIMPLEMENTED_FEATURE

// The engine if this call is the program's own, else null.
static const struct cpreload_engine *engine_for_call(void) { return depth == 0 ? open_engine() : NULL; }

// The engine for what programs may do in their callbacks too, that is within GnuTLS's own calls: set other sessions up,
// as with threads of their own making, or take tickets. GnuTLS and the engine may call these as well, and mean nothing
// else by it.
static const struct cpreload_engine *engine_at_any_depth(void) {
  return depth == 0 ? open_engine() : opened_engine();
}

#define TELL(...)                                                                                                      \
  do {                                                                                                                 \
    struct engine_call call = engine_call_begins();                                                                    \
    engine->__VA_ARGS__;                                                                                               \
    engine_call_ends(call);                                                                                            \
  } while (0)

// The engine's answer, or another where there is no engine.
#define ASK(variable, ...)                                                                                             \
  do {                                                                                                                 \
    struct engine_call call = engine_call_begins();                                                                    \
    variable = engine->__VA_ARGS__;                                                                                    \
    engine_call_ends(call);                                                                                            \
  } while (0)

// GnuTLS's own call, within which everything passes straight through.
#define PASS(...)                                                                                                      \
  do {                                                                                                                 \
    unsigned outer = depth;                                                                                            \
    depth = outer + 1;                                                                                                 \
    __VA_ARGS__;                                                                                                       \
    depth = outer;                                                                                                     \
  } while (0)

// A program may have jumped out of a call (longjmp from a signal's handler), and left the guard behind. If it comes back
// to a handshake with a ticket offered, its check must not be missed. No call of GnuTLS's leads here for such a session.
static void clear_stale_guard(gnutls_session_t session) {
  if (depth == 0) return;
  const struct cpreload_engine *engine = opened_engine();
  int is_stale = 0;
  if (engine) ASK(is_stale, is_handshaking(session));
  if (is_stale) depth = 0;
}

EXPORTED int gnutls_init(gnutls_session_t *session, unsigned int flags) {
  REAL(gnutls_init)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, flags);
  unsigned int changed;
  ASK(changed, flags_for_session(flags));
  int result;
  PASS(result = real(session, changed));
  if (result >= 0) TELL(session_made(*session, flags));
  return result;
}

EXPORTED void gnutls_deinit(gnutls_session_t session) {
  REAL(gnutls_deinit)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session);
  TELL(session_ends(session));
  PASS(real(session));
}

EXPORTED int gnutls_server_name_set(gnutls_session_t session, gnutls_server_name_type_t type, const void *name,
                                    size_t length) {
  REAL(gnutls_server_name_set)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session, type, name, length);
  int result;
  PASS(result = real(session, type, name, length));
  if (result >= 0) TELL(server_name_set(session, type, name, length));
  return result;
}

EXPORTED int gnutls_alpn_set_protocols(gnutls_session_t session, const gnutls_datum_t *protocols, unsigned count,
                                       unsigned int flags) {
  REAL(gnutls_alpn_set_protocols)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session, protocols, count, flags);
  int result;
  PASS(result = real(session, protocols, count, flags));
  if (result >= 0) TELL(alpn_set(session, protocols, count, flags));
  return result;
}

EXPORTED int gnutls_priority_init(gnutls_priority_t *priorities, const char *string, const char **error) {
  REAL(gnutls_priority_init)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(priorities, string, error);
  int result;
  PASS(result = real(priorities, string, error));
  if (result >= 0) TELL(priorities_made(*priorities, string, 0));
  return result;
}

EXPORTED int gnutls_priority_init2(gnutls_priority_t *priorities, const char *string, const char **error,
                                   unsigned flags) {
  REAL(gnutls_priority_init2)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(priorities, string, error, flags);
  int result;
  PASS(result = real(priorities, string, error, flags));
  if (result >= 0) TELL(priorities_made(*priorities, string, (flags & GNUTLS_PRIORITY_INIT_DEF_APPEND) != 0));
  return result;
}

EXPORTED void gnutls_priority_deinit(gnutls_priority_t priorities) {
  REAL(gnutls_priority_deinit)
  if (!real) return;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(priorities);
  TELL(priorities_freed(priorities));
  PASS(real(priorities));
}

EXPORTED int gnutls_priority_set(gnutls_session_t session, gnutls_priority_t priorities) {
  REAL(gnutls_priority_set)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, priorities);
  int result;
  PASS(result = real(session, priorities));
  if (result >= 0) TELL(priorities_set(session, priorities));
  return result;
}

EXPORTED int gnutls_priority_set_direct(gnutls_session_t session, const char *string, const char **error) {
  REAL(gnutls_priority_set_direct)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, string, error);
  int result;
  PASS(result = real(session, string, error));
  if (result >= 0) TELL(priority_string_set(session, string, 0));
  return result;
}

EXPORTED int gnutls_set_default_priority(gnutls_session_t session) {
  REAL(gnutls_set_default_priority)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session);
  int result;
  PASS(result = real(session));
  if (result >= 0) TELL(priority_string_set(session, NULL, 0));
  return result;
}

EXPORTED int gnutls_set_default_priority_append(gnutls_session_t session, const char *string, const char **error,
                                                unsigned flags) {
  REAL(gnutls_set_default_priority_append)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, string, error, flags);
  int result;
  PASS(result = real(session, string, error, flags));
  if (result >= 0) TELL(priority_string_set(session, string, 1));
  return result;
}

// Programs do this before they start threads, of which else all but the first to come would find the engine being opened,
// and be left alone.
EXPORTED int gnutls_certificate_allocate_credentials(gnutls_certificate_credentials_t *credentials) {
  REAL(gnutls_certificate_allocate_credentials)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(credentials);
  int result;
  PASS(result = real(credentials));
  if (result >= 0) TELL(credentials_made(*credentials));
  return result;
}

// Trust that is loaded from files can be told from run to run.
#define LOADS_TRUST(name, parameters, arguments, path)                                                                 \
  EXPORTED int name parameters {                                                                                       \
    REAL(name)                                                                                                         \
    if (!real) return UNKNOWN;                                                                                         \
    const struct cpreload_engine *engine = engine_at_any_depth();                                                      \
    if (!engine) return real arguments;                                                                                \
    int result;                                                                                                        \
    TELL(trust_file_loads(credentials, path));                                                                         \
    PASS(result = real arguments);                                                                                     \
    if (result < 0) TELL(trust_changed(credentials));                                                                  \
    return result;                                                                                                     \
  }
LOADS_TRUST(gnutls_certificate_set_x509_system_trust, (gnutls_certificate_credentials_t credentials), (credentials),
            NULL)
LOADS_TRUST(gnutls_certificate_set_x509_trust_file,
            (gnutls_certificate_credentials_t credentials, const char *file, gnutls_x509_crt_fmt_t type),
            (credentials, file, type), file)
LOADS_TRUST(gnutls_certificate_set_x509_crl_file,
            (gnutls_certificate_credentials_t credentials, const char *file, gnutls_x509_crt_fmt_t type),
            (credentials, file, type), file)

// Trust that comes, or may come, from elsewhere can't.
#define CHANGES_TRUST(name, parameters, arguments)                                                                     \
  EXPORTED int name parameters {                                                                                       \
    REAL(name)                                                                                                         \
    if (!real) return UNKNOWN;                                                                                         \
    const struct cpreload_engine *engine = engine_at_any_depth();                                                      \
    if (!engine) return real arguments;                                                                                \
    int result;                                                                                                        \
    PASS(result = real arguments);                                                                                     \
    TELL(trust_changed(credentials));                                                                                  \
    return result;                                                                                                     \
  }
CHANGES_TRUST(gnutls_certificate_set_x509_trust_dir,
              (gnutls_certificate_credentials_t credentials, const char *folder, gnutls_x509_crt_fmt_t type),
              (credentials, folder, type))
CHANGES_TRUST(gnutls_certificate_set_x509_trust_mem,
              (gnutls_certificate_credentials_t credentials, const gnutls_datum_t *data, gnutls_x509_crt_fmt_t type),
              (credentials, data, type))
CHANGES_TRUST(gnutls_certificate_set_x509_trust,
              (gnutls_certificate_credentials_t credentials, gnutls_x509_crt_t *list, int count),
              (credentials, list, count))
CHANGES_TRUST(gnutls_certificate_set_x509_crl_mem,
              (gnutls_certificate_credentials_t credentials, const gnutls_datum_t *data, gnutls_x509_crt_fmt_t type),
              (credentials, data, type))
CHANGES_TRUST(gnutls_certificate_set_x509_crl,
              (gnutls_certificate_credentials_t credentials, gnutls_x509_crl_t *list, int count),
              (credentials, list, count))
CHANGES_TRUST(gnutls_certificate_set_x509_simple_pkcs12_file,
              (gnutls_certificate_credentials_t credentials, const char *file, gnutls_x509_crt_fmt_t type,
               const char *password),
              (credentials, file, type, password))
CHANGES_TRUST(gnutls_certificate_set_x509_simple_pkcs12_mem,
              (gnutls_certificate_credentials_t credentials, const gnutls_datum_t *data, gnutls_x509_crt_fmt_t type,
               const char *password),
              (credentials, data, type, password))

EXPORTED void gnutls_certificate_set_trust_list(gnutls_certificate_credentials_t credentials,
                                                gnutls_x509_trust_list_t list, unsigned flags) {
  REAL(gnutls_certificate_set_trust_list)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(credentials, list, flags);
  PASS(real(credentials, list, flags));
  TELL(trust_changed(credentials));
}

// Who has got the list may change it at any time.
EXPORTED void gnutls_certificate_get_trust_list(gnutls_certificate_credentials_t credentials,
                                                gnutls_x509_trust_list_t *list) {
  REAL(gnutls_certificate_get_trust_list)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(credentials, list);
  PASS(real(credentials, list));
  TELL(trust_changed(credentials));
}

EXPORTED void gnutls_certificate_free_credentials(gnutls_certificate_credentials_t credentials) {
  REAL(gnutls_certificate_free_credentials)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(credentials);
  TELL(credentials_freed(credentials));
  PASS(real(credentials));
}

EXPORTED void gnutls_certificate_set_verify_function(gnutls_certificate_credentials_t credentials,
                                                     gnutls_certificate_verify_function *function) {
  REAL(gnutls_certificate_set_verify_function)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(credentials, function);
  PASS(real(credentials, function));
  TELL(verify_function_set(credentials, function));
}

#define SET_RETRIEVE_FUNCTION(name, type)                                                                              \
  EXPORTED void name(gnutls_certificate_credentials_t credentials, type *function) {                                   \
    REAL(name)                                                                                                         \
    if (!real) return;                                                                                                 \
    const struct cpreload_engine *engine = engine_at_any_depth();                                                      \
    if (!engine) return real(credentials, function);                                                                   \
    PASS(real(credentials, function));                                                                                 \
    TELL(retrieve_function_set(credentials, function != NULL));                                                        \
  }
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function, gnutls_certificate_retrieve_function)
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function2, gnutls_certificate_retrieve_function2)
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function3, gnutls_certificate_retrieve_function3)

EXPORTED void gnutls_session_set_verify_function(gnutls_session_t session,
                                                 gnutls_certificate_verify_function *function) {
  REAL(gnutls_session_set_verify_function)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session, function);
  PASS(real(session, function));
  TELL(session_verify_function_set(session, function));
}

EXPORTED void gnutls_session_set_verify_cert(gnutls_session_t session, const char *host_name, unsigned flags) {
  REAL(gnutls_session_set_verify_cert)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session, host_name, flags);
  PASS(real(session, host_name, flags));
  TELL(session_verify_cert_set(session, host_name, NULL, 0));
}

EXPORTED void gnutls_session_set_verify_cert2(gnutls_session_t session, gnutls_typed_vdata_st *data, unsigned elements,
                                              unsigned flags) {
  REAL(gnutls_session_set_verify_cert2)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session, data, elements, flags);
  PASS(real(session, data, elements, flags));
  TELL(session_verify_cert_set(session, NULL, data, elements));
}

EXPORTED unsigned int gnutls_session_get_verify_cert_status(gnutls_session_t session) {
  REAL(gnutls_session_get_verify_cert_status)
  if (!real) return (unsigned int)-1;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session);
  unsigned int status;
  PASS(status = real(session));
  ASK(status, verify_cert_status(session, status));
  return status;
}

EXPORTED int gnutls_certificate_verify_peers(gnutls_session_t session, gnutls_typed_vdata_st *data, unsigned elements,
                                             unsigned int *status) {
  REAL(gnutls_certificate_verify_peers)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, data, elements, status);
  int result;
  PASS(result = real(session, data, elements, status));
  TELL(peer_verified(session, result, *status));
  return result;
}

EXPORTED int gnutls_certificate_verify_peers2(gnutls_session_t session, unsigned int *status) {
  REAL(gnutls_certificate_verify_peers2)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, status);
  int result;
  PASS(result = real(session, status));
  TELL(peer_verified(session, result, *status));
  return result;
}

EXPORTED int gnutls_certificate_verify_peers3(gnutls_session_t session, const char *host_name, unsigned int *status) {
  REAL(gnutls_certificate_verify_peers3)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, host_name, status);
  int result;
  PASS(result = real(session, host_name, status));
  TELL(peer_verified(session, result, *status));
  return result;
}

EXPORTED void gnutls_handshake_set_hook_function(gnutls_session_t session, unsigned int type, int when,
                                                 gnutls_handshake_hook_func function) {
  REAL(gnutls_handshake_set_hook_function)
  if (!real) return;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, type, when, function);
  int is_taken;
  ASK(is_taken, hook_set(session, type, when, function));
  if (!is_taken) PASS(real(session, type, when, function));
}

EXPORTED int gnutls_handshake(gnutls_session_t session) {
  REAL(gnutls_handshake)
  if (!real) return UNKNOWN;
  clear_stale_guard(session);
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session);
  int result = 0;
  int is_over;
  ASK(is_over, handshake_begins(session));
  if (!is_over) PASS(result = real(session));
  ASK(result, handshake_returned(session, result));
  return result;
}

EXPORTED ssize_t gnutls_record_recv(gnutls_session_t session, void *data, size_t size) {
  REAL(gnutls_record_recv)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, data, size);
  ssize_t result;
  ASK(result, is_refused(session));
  if (result) return GNUTLS_E_INVALID_SESSION;
  PASS(result = real(session, data, size));
  TELL(data_received(session, result));
  return result;
}

EXPORTED ssize_t gnutls_record_recv_seq(gnutls_session_t session, void *data, size_t size, unsigned char *sequence) {
  REAL(gnutls_record_recv_seq)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, data, size, sequence);
  ssize_t result;
  ASK(result, is_refused(session));
  if (result) return GNUTLS_E_INVALID_SESSION;
  PASS(result = real(session, data, size, sequence));
  TELL(data_received(session, result));
  return result;
}

EXPORTED ssize_t gnutls_record_recv_packet(gnutls_session_t session, gnutls_packet_t *packet) {
  REAL(gnutls_record_recv_packet)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, packet);
  ssize_t result;
  ASK(result, is_refused(session));
  if (result) return GNUTLS_E_INVALID_SESSION;
  PASS(result = real(session, packet));
  TELL(data_received(session, result));
  return result;
}

// To a peer that was refused nothing goes, not even from a program that doesn't look at the handshake's result.
#define SEND(name, parameters, arguments)                                                                              \
  EXPORTED ssize_t name parameters {                                                                                   \
    REAL(name)                                                                                                         \
    if (!real) return UNKNOWN;                                                                                         \
    const struct cpreload_engine *engine = engine_for_call();                                                          \
    int is_refused = 0;                                                                                                \
    if (engine) ASK(is_refused, is_refused(session));                                                                  \
    return is_refused ? GNUTLS_E_INVALID_SESSION : real arguments;                                                     \
  }
SEND(gnutls_record_send, (gnutls_session_t session, const void *data, size_t size), (session, data, size))
SEND(gnutls_record_send2, (gnutls_session_t session, const void *data, size_t size, size_t pad, unsigned flags),
     (session, data, size, pad, flags))
SEND(gnutls_record_send_range,
     (gnutls_session_t session, const void *data, size_t size, const gnutls_range_st *range),
     (session, data, size, range))
SEND(gnutls_record_send_file, (gnutls_session_t session, int file, off_t *offset, size_t count),
     (session, file, offset, count))

EXPORTED int gnutls_record_uncork(gnutls_session_t session, unsigned int flags) {
  REAL(gnutls_record_uncork)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  int is_refused = 0;
  if (engine) ASK(is_refused, is_refused(session));
  return is_refused ? GNUTLS_E_INVALID_SESSION : real(session, flags);
}

EXPORTED int gnutls_bye(gnutls_session_t session, gnutls_close_request_t how) {
  REAL(gnutls_bye)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, how);
  int result;
  PASS(result = real(session, how));
  // The other way reads nothing, and another thread may be reading.
  if (how == GNUTLS_SHUT_RDWR) TELL(said_goodbye(session));
  return result;
}

EXPORTED int gnutls_session_set_data(gnutls_session_t session, const void *data, size_t size) {
  REAL(gnutls_session_set_data)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_for_call();
  if (!engine) return real(session, data, size);
  TELL(session_data_set(session, data, size));
  int result;
  PASS(result = real(session, data, size));
  return result;
}

// GnuTLS's own answer where there is no ticket: four zeros, which resume nothing.
static const unsigned char no_ticket[4];

EXPORTED int gnutls_session_get_data(gnutls_session_t session, void *data, size_t *size) {
  REAL(gnutls_session_get_data)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session, data, size);
  int result;
  PASS(result = real(session, data, size));
  if (result < 0 || !data) return result;
  int is_used;
  ASK(is_used, session_data_given(session, data, *size));
  if (is_used && *size >= sizeof no_ticket) {
    memcpy(data, no_ticket, sizeof no_ticket);
    *size = sizeof no_ticket;
  }
  return result;
}

EXPORTED int gnutls_session_get_data2(gnutls_session_t session, gnutls_datum_t *data) {
  REAL(gnutls_session_get_data2)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (!engine) return real(session, data);
  int result;
  PASS(result = real(session, data));
  if (result < 0) return result;
  int is_used;
  ASK(is_used, session_data_given(session, data->data, data->size));
  if (is_used && data->size >= sizeof no_ticket) {
    memcpy(data->data, no_ticket, sizeof no_ticket);
    data->size = sizeof no_ticket;
  }
  return result;
}

// Programs that look GnuTLS's functions up by name get those above in their stead.
static void *interposed(const char *name, void *found) {
#define ENTRY(function)                                                                                                \
  if (strcmp(name, #function) == 0) {                                                                                  \
    REAL(function)                                                                                                     \
    return (void *)real == found ? (void *)function : found;                                                           \
  }
  INTERPOSED(ENTRY)
  return found;
}

EXPORTED void *dlsym(void *restrict handle, const char *restrict name) {
  dlsym_function *real = real_dlsym();
  // A jump, not a call: what these handles mean depends on who calls.
  if (handle == NULL || handle == (void *)-1l || depth || !name || strncmp(name, "gnutls_", 7) != 0)
    __attribute__((musttail)) return real(handle, name);
  void *found;
  PASS(found = real(handle, name); if (found) found = interposed(name, found));
  return found;
}

// SwiftPM links C libraries as Swift ones, with libraries that no program should have to load for this one. The linker
// reads this section's contents before their names, and so leaves out what isn't used.
__attribute__((section(".swift1_autolink_entries"), used)) static const char link_option[] = "-Wl,--as-needed";
