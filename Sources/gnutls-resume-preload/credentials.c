// Certificate credentials: their trust, and who chooses the client's certificate.
#include "interposing.h"

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

static void note_file(const struct cpreload_engine *engine, gnutls_certificate_credentials_t credentials,
                      const char *path) {
  if (has_room(ROOM_TO_WORK)) TELL(trust_file_loads(credentials, path));
  else TELL(trust_changed(credentials));
}

static void note_folder(const struct cpreload_engine *engine, gnutls_certificate_credentials_t credentials,
                        const char *path) {
  if (has_room(ROOM_TO_WORK) && path) TELL(trust_folder_loads(credentials, path));
  else TELL(trust_changed(credentials));
}

// Trust that is loaded from files can be told from run to run.
#define LOADS_TRUST_NOTED(name, parameters, arguments, note)                                                         \
  WRAPPED(engine_at_any_depth, int, name, parameters, arguments, note,                                               \
          { if (result < 0) TELL(trust_changed(credentials)); })
#define LOADS_TRUST(name, parameters, arguments, path)                                                               \
  LOADS_TRUST_NOTED(name, parameters, arguments, note_file(engine, credentials, path))
LOADS_TRUST(gnutls_certificate_set_x509_system_trust, (gnutls_certificate_credentials_t credentials), (credentials),
            NULL)
LOADS_TRUST(gnutls_certificate_set_x509_trust_file,
            (gnutls_certificate_credentials_t credentials, const char *file, gnutls_x509_crt_fmt_t type),
            (credentials, file, type), file)
LOADS_TRUST(gnutls_certificate_set_x509_crl_file,
            (gnutls_certificate_credentials_t credentials, const char *file, gnutls_x509_crt_fmt_t type),
            (credentials, file, type), file)

LOADS_TRUST_NOTED(gnutls_certificate_set_x509_trust_dir,
                  (gnutls_certificate_credentials_t credentials, const char *folder, gnutls_x509_crt_fmt_t type),
                  (credentials, folder, type), note_folder(engine, credentials, folder))

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

NOTED_VOID(gnutls_certificate_set_trust_list,
           (gnutls_certificate_credentials_t credentials, gnutls_x509_trust_list_t list, unsigned flags),
           (credentials, list, flags), trust_changed(credentials))
// Who has got the list may change it at any time.
NOTED_VOID(gnutls_certificate_get_trust_list,
           (gnutls_certificate_credentials_t credentials, gnutls_x509_trust_list_t *list), (credentials, list),
           trust_changed(credentials))
NOTED_VOID(gnutls_certificate_set_verify_limits,
           (gnutls_certificate_credentials_t credentials, unsigned bits, unsigned depth_of_path),
           (credentials, bits, depth_of_path), trust_changed(credentials))

#define SET_RETRIEVE_FUNCTION(name, type)                                                                            \
  NOTED_VOID(name, (gnutls_certificate_credentials_t credentials, type *function), (credentials, function),          \
             retrieve_function_set(credentials, function != 0))
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function, gnutls_certificate_retrieve_function)
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function2, gnutls_certificate_retrieve_function2)
SET_RETRIEVE_FUNCTION(gnutls_certificate_set_retrieve_function3, gnutls_certificate_retrieve_function3)
