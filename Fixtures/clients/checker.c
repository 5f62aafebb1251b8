// A plugin that sets a session's check for the program that has loaded it: as it is linked, or if CHECKER_LOOKS_UP, as the
// library behind it has the function.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnutls/gnutls.h>

void set_check(gnutls_session_t session, gnutls_certificate_verify_function *function) {
  __typeof__(&gnutls_session_set_verify_function) set = gnutls_session_set_verify_function;
#ifdef CHECKER_LOOKS_UP
  set = (__typeof__(set))dlsym(RTLD_NEXT, "gnutls_session_set_verify_function");
#endif
  set(session, function);
}
