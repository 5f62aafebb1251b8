// What changes verdicts at run time, for the whole process.
#include "interposing.h"

#define CHANGES_VERDICTS(name, parameters, arguments)                                                                \
  EXPORTED int name parameters {                                                                                     \
    look_for_copies();                                                                                               \
    REAL(name)                                                                                                       \
    if (!real) return UNKNOWN;                                                                                       \
    int result;                                                                                                      \
    PASS(result = real arguments);                                                                                   \
    if (result >= 0) tell_changed_verdicts();                                                                                         \
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
CHANGES_VERDICTS_VOID(gnutls_global_set_time_function, (gnutls_time_func function), (function))
