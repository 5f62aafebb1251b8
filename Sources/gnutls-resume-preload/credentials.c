// Certificate credentials: their trust, and who chooses the client's certificate.
#include "interposing.h"
#include "trust-lists.h"
#include "trust-loads.h"

// Programs do this before they start threads, of which else all but the first to come would find the engine being opened,
// and be left alone.
EXPORTED int gnutls_certificate_allocate_credentials(gnutls_certificate_credentials_t *credentials) {
  look_for_copies();
  REAL(gnutls_certificate_allocate_credentials)
  if (!real) return UNKNOWN;
  const struct cpreload_engine *engine = engine_at_any_depth();
  unsigned calls = calls_made;
  int result;
  PASS(result = real(credentials));
  if (result < 0 || !(engine = engine_again(engine))) return result;
  // What was set within is lost: they are unknown then, and not who was at this address before.
  if (calls_made == calls) TELL(credentials_made(*credentials));
  else TELL(credentials_freed(*credentials));
  return result;
}
FREES(engine_at_any_depth, gnutls_certificate_free_credentials, (gnutls_certificate_credentials_t credentials),
      (credentials), credentials_freed(credentials))

static gnutls_x509_trust_list_t list_of(gnutls_certificate_credentials_t credentials) {
  gnutls_x509_trust_list_t list = NULL;
  __typeof__(&gnutls_certificate_get_trust_list) get = GNUTLS(gnutls_certificate_get_trust_list);
  if (get && credentials) PASS(get(credentials, &list));
  return list;
}

// Null: the system's trust.
static void note_file(const struct cpreload_engine *engine, gnutls_certificate_credentials_t credentials,
                      const char *path) {
  TELL(trust_file_loads(credentials, path));
}

static void note_folder(const struct cpreload_engine *engine, gnutls_certificate_credentials_t credentials,
                        const char *path) {
  if (path) TELL(trust_folder_loads(credentials, path));
  else TELL(trust_changed(credentials));
}

// Trust that is loaded from files can be told from run to run. GnuTLS has it loaded by a function of lists, which reads it
// itself where that waits to be parsed, and tells what it has read.
#define LOADS_TRUST(name, parameters, arguments, note, path)                                                         \
  EXPORTED int name parameters {                                                                                     \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    const struct cpreload_engine *engine = engine_at_any_depth();                                                    \
    gnutls_x509_trust_list_t list = engine ? list_of(credentials) : NULL;                                            \
    int is_told_within = engine && is_known_list(list) && may_wait_with_trust() && !is_within_engine();              \
    if (is_told_within) trust_load_begins(credentials, list, (path) == NULL);                                        \
    else if (engine && has_room(ROOM_TO_WORK)) note(engine, credentials, path);                                      \
    else if (engine) TELL(trust_changed(credentials));                                                               \
    int result;                                                                                                      \
    PASS(result = real arguments);                                                                                   \
    int is_missed = is_told_within && !trust_load_ends();                                                            \
    if ((engine = engine_again(engine)) && (is_missed || result < 0)) TELL(trust_changed(credentials));              \
    return result;                                                                                                   \
  }
LOADS_TRUST(gnutls_certificate_set_x509_system_trust, (gnutls_certificate_credentials_t credentials), (credentials),
            note_file, NULL)
LOADS_TRUST(gnutls_certificate_set_x509_trust_file,
            (gnutls_certificate_credentials_t credentials, const char *file, gnutls_x509_crt_fmt_t type),
            (credentials, file, type), note_file, file)
LOADS_TRUST(gnutls_certificate_set_x509_crl_file,
            (gnutls_certificate_credentials_t credentials, const char *file, gnutls_x509_crt_fmt_t type),
            (credentials, file, type), note_file, file)
LOADS_TRUST(gnutls_certificate_set_x509_trust_dir,
            (gnutls_certificate_credentials_t credentials, const char *folder, gnutls_x509_crt_fmt_t type),
            (credentials, folder, type), note_folder, folder)

// Trust that comes, or may come, from elsewhere can't.
#define CHANGES_TRUST(name, parameters, arguments)                                                                   \
  WRAPPED(engine_at_any_depth, int, name, parameters, arguments, NOTHING, TELL(trust_changed(credentials)))
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
  if (engine) TELL(trust_changed(credentials));
  // A server's, maybe.
  if (is_known_list(list) && !is_known_list(list_of(credentials))) give_trust_up(list);
  PASS(real(credentials, list, flags));
}

EXPORTED void gnutls_certificate_get_trust_list(gnutls_certificate_credentials_t credentials,
                                                gnutls_x509_trust_list_t *list) {
  REAL(gnutls_certificate_get_trust_list)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  // Who has got the list may change it at any time. The engine hands it on to what knows of it.
  if (engine) TELL(trust_changed(credentials));
  PASS(real(credentials, list));
  if (!is_within_engine() && !makes_own_lists) give_trust_up(*list);
}

EXPORTED void gnutls_certificate_set_verify_limits(gnutls_certificate_credentials_t credentials, unsigned bits,
                                                   unsigned depth_of_path) {
  REAL(gnutls_certificate_set_verify_limits)
  if (!real) return;
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (engine) TELL(trust_changed(credentials));
  PASS(real(credentials, bits, depth_of_path));
}

EXPORTED void gnutls_certificate_free_ca_names(gnutls_certificate_credentials_t credentials) {
  REAL_UNCOUNTED(gnutls_certificate_free_ca_names)
  if (!real) return;
  give_trust_up(list_of(credentials));
  PASS(real(credentials));
}

// A server's session reads the names of the authorities from inside the list.
static int is_certainly_client(gnutls_session_t session) {
  const struct cpreload_engine *engine = engine_at_any_depth();
  int result = 0;
  if (engine && has_room(ROOM_TO_NOTE)) ASK(result, is_client(session));
  return result;
}

EXPORTED int gnutls_credentials_set(gnutls_session_t session, gnutls_credentials_type_t type, void *credentials) {
  REAL_UNCOUNTED(gnutls_credentials_set)
  if (!real) return UNKNOWN;
  if (type == GNUTLS_CRD_CERTIFICATE && credentials && !is_within_engine()) {
    gnutls_x509_trust_list_t list = list_of(credentials);
    int result = is_known_list(list) && !is_certainly_client(session) ? give_trust_up(list) : 0;
    if (result < 0) return result;
  }
  int result;
  PASS(result = real(session, type, credentials));
  return result;
}

#define SET_RETRIEVE_FUNCTION(name, type)                                                                            \
  NOTED_VOID(name, (gnutls_certificate_credentials_t credentials, type *function), (credentials, function),          \
             retrieve_function_set(credentials, function != 0))
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function, gnutls_certificate_retrieve_function)
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function2, gnutls_certificate_retrieve_function2)
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function3, gnutls_certificate_retrieve_function3)
