// What changes verdicts at run time, for the whole process.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnutls/pkcs11.h>

#include "interposing.h"
#include "loader.h"
#include "trust-lists.h"

#define CHANGES_VERDICTS(name, parameters, arguments)                                                                \
  EXPORTED int name parameters {                                                                                     \
    look_for_copies();                                                                                               \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    int result;                                                                                                      \
    PASS(result = real arguments);                                                                                   \
    if (result >= 0) tell_changed_verdicts();                                                                        \
    return result;                                                                                                   \
  }
#define CHANGES_VERDICTS_VOID(name, parameters, arguments)                                                           \
  EXPORTED void name parameters {                                                                                    \
    look_for_copies();                                                                                               \
    REAL(name)                                                                                                       \
    if (!real) return;                                                                                               \
    PASS(real arguments);                                                                                            \
    tell_changed_verdicts();                                                                                         \
  }

static void tell_changed_verdicts(void) {
  note_changed_verdicts();
  const struct cpreload_engine *engine = engine_at_any_depth();
  if (engine) TELL(verdicts_changed());
}

CHANGES_VERDICTS(gnutls_protocol_set_enabled, (gnutls_protocol_t version, unsigned int is_enabled),
                 (version, is_enabled))
CHANGES_VERDICTS(gnutls_sign_set_secure, (gnutls_sign_algorithm_t algorithm, unsigned int is_secure),
                 (algorithm, is_secure))
CHANGES_VERDICTS(gnutls_sign_set_secure_for_certs, (gnutls_sign_algorithm_t algorithm, unsigned int is_secure),
                 (algorithm, is_secure))
CHANGES_VERDICTS(gnutls_digest_set_secure, (gnutls_digest_algorithm_t algorithm, unsigned int is_secure),
                 (algorithm, is_secure))
CHANGES_VERDICTS(gnutls_ecc_curve_set_enabled, (gnutls_ecc_curve_t curve, unsigned int is_enabled),
                 (curve, is_enabled))
CHANGES_VERDICTS_VOID(gnutls_fips140_set_mode, (gnutls_fips_mode_t mode, unsigned flags), (mode, flags))

// A GnuTLS that would go with the plug-in that has brought it stays. So must what it is to call then.
static void keep_loaded(const void *function, const void *real) {
  int defines;
  Dl_info info;
  dlopen_function *open = next_dlopen();
  if (!function || !open || may_be_locked() || place_of(real, "", &defines) != LOADED_LATER) return;
  if (place_of(function, "", &defines) == LOADED_LATER && dladdr(function, &info))
    open(info.dli_fname, RTLD_NOLOAD | RTLD_NODELETE | RTLD_LAZY);
}

#define LEAVES_FUNCTIONS(name, parameters, arguments, ...)                                                           \
  EXPORTED void name parameters {                                                                                    \
    REAL(name)                                                                                                       \
    if (!real) return;                                                                                               \
    const void *functions[] = {__VA_ARGS__};                                                                         \
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)                                                \
      keep_loaded(functions[i], (const void *)real);                                                                 \
    PASS(real arguments);                                                                                            \
  }
LEAVES_FUNCTIONS(gnutls_global_set_log_function, (gnutls_log_func function), (function), function)
LEAVES_FUNCTIONS(gnutls_global_set_mutex,
                 (mutex_init_func init, mutex_deinit_func deinit, mutex_lock_func lock, mutex_unlock_func unlock),
                 (init, deinit, lock, unlock), init, deinit, lock, unlock)
LEAVES_FUNCTIONS(gnutls_pkcs11_set_pin_function, (gnutls_pin_callback_t function, void *data), (function, data),
                 function)
LEAVES_FUNCTIONS(gnutls_pkcs11_set_token_function, (gnutls_pkcs11_token_callback_t function, void *data),
                 (function, data), function)

// Both tell what parsing finds, while it is parsed.
EXPORTED void gnutls_global_set_audit_log_function(gnutls_audit_log_func function) {
  REAL(gnutls_global_set_audit_log_function)
  if (!real) return;
  keep_loaded((const void *)function, (const void *)real);
  if (function) stop_waiting_with_trust();
  PASS(real(function));
}

EXPORTED void gnutls_global_set_log_level(int level) {
  look_for_copies();
  REAL(gnutls_global_set_log_level)
  if (!real) return;
  if (level > 0) stop_waiting_with_trust();
  PASS(real(level));
}

EXPORTED void gnutls_global_set_time_function(gnutls_time_func function) {
  look_for_copies();
  REAL(gnutls_global_set_time_function)
  if (!real) return;
  keep_loaded((const void *)function, (const void *)real);
  PASS(real(function));
  tell_changed_verdicts();
}
