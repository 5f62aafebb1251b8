// A library behind another that is preloaded: it gives each session, or all credentials, a check of its own as they are
// made (WRAPPER=session, credentials), or in the stead of the program's (check, function).
// WRAPPER_VERDICT: accept, refuse.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_set(const char *name, const char *value) {
  const char *given = getenv(name);
  return given && strcmp(given, value) == 0;
}

static int check(gnutls_session_t session) {
  (void)session;
  return is_set("WRAPPER_VERDICT", "refuse") ? -1 : 0;
}

int gnutls_init(gnutls_session_t *session, unsigned flags) {
  int result = REAL(gnutls_init)(session, flags);
  if (result >= 0 && is_set("WRAPPER", "session")) gnutls_session_set_verify_function(*session, check);
  return result;
}

int gnutls_certificate_allocate_credentials(gnutls_certificate_credentials_t *credentials) {
  int result = REAL(gnutls_certificate_allocate_credentials)(credentials);
  if (result >= 0 && is_set("WRAPPER", "credentials")) gnutls_certificate_set_verify_function(*credentials, check);
  return result;
}

void gnutls_session_set_verify_cert(gnutls_session_t session, const char *name, unsigned flags) {
  REAL(gnutls_session_set_verify_cert)(session, name, flags);
  if (is_set("WRAPPER", "check")) gnutls_session_set_verify_function(session, check);
}

void gnutls_session_set_verify_function(gnutls_session_t session, gnutls_certificate_verify_function *function) {
  static _Thread_local int is_within;
  int was_within = is_within;
  is_within = 1;
  REAL(gnutls_session_set_verify_function)(session, function);
  if (!was_within && is_set("WRAPPER", "function")) {
    void (*set)(gnutls_session_t, gnutls_certificate_verify_function *) =
        (__typeof__(set))dlsym(RTLD_DEFAULT, "gnutls_session_set_verify_function");
    set(session, check);
  }
  is_within = was_within;
}
