#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "client.h"

static int matches_name(gnutls_session_t session, const char *name) {
  unsigned count = 0;
  const gnutls_datum_t *chain = G(gnutls_certificate_get_peers)(session, &count);
  gnutls_x509_crt_t leaf;
  if (chain == NULL || count == 0 || G(gnutls_x509_crt_init)(&leaf) < 0) return 0;
  int matches = G(gnutls_x509_crt_import)(leaf, &chain[0], GNUTLS_X509_FMT_DER) == 0 &&
                G(gnutls_x509_crt_check_hostname)(leaf, name) != 0;
  G(gnutls_x509_crt_deinit)(leaf);
  return matches;
}

static const char *late_trust;

static void load_late_trust(void *credentials) {
  size_t length = strlen(late_trust);
  if (strcmp(late_trust, "never") == 0) return;
  if (late_trust[length - 1] == '/')
    G(gnutls_certificate_set_x509_trust_dir)(credentials, late_trust, GNUTLS_X509_FMT_PEM);
  else G(gnutls_certificate_set_x509_trust_file)(credentials, late_trust, GNUTLS_X509_FMT_PEM);
}

// Those whose trust is loaded by the first check.
static gnutls_certificate_credentials_t untrusting;

static int check_peers(gnutls_session_t session, const struct options *options) {
  unsigned status = ~0u;
  if (untrusting != NULL) load_late_trust(untrusting);
  untrusting = NULL;
  int code = G(gnutls_certificate_verify_peers2)(session, &status);
  if (code < 0) return code;
  return status == 0 && matches_name(session, options->expected) ? 0 : GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR;
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static enum { UNHELD, TO_BE_HELD, HELD } hold;

static void set_hold(int value) {
  pthread_mutex_lock(&lock);
  hold = value;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}

static void await_hold(int value) {
  pthread_mutex_lock(&lock);
  while ((int)hold != value) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
}

void hold_next_check(void) { set_hold(TO_BE_HELD); }
void await_held_check(void) { await_hold(HELD); }
void release_check(void) { set_hold(UNHELD); }

static void be_held(void) {
  if (hold != TO_BE_HELD) return;
  set_hold(HELD);
  await_hold(UNHELD);
}

// Says on standard error that it was called: whoever resumes must not do without it.
static int verify_function(gnutls_session_t session) {
  static _Thread_local int calls, jumps;
  const struct options *options = G(gnutls_session_get_ptr)(session);
  fputs("verifying\n", stderr);
  be_held();
  if (options->jumps_in_check && jumps++ == 0) jump_out();
  if (strcmp(options->verdict, "later") == 0 && calls++ == 0) return GNUTLS_E_INTERRUPTED;
  int code = check_peers(session, options);
  if (code < 0) return code;
  return strcmp(options->verdict, "refuse") != 0 ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

// Finds a function of GnuTLS's without anybody's help.
static void *find_unseen(const char *name) {
  struct link_map *library = dlopen("libgnutls.so.30", RTLD_LAZY);
  const ElfW(Sym) *symbols = NULL;
  const char *names = NULL;
  for (const ElfW(Dyn) *entry = library ? library->l_ld : NULL; entry && entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag == DT_SYMTAB) symbols = (const void *)entry->d_un.d_ptr;
    if (entry->d_tag == DT_STRTAB) names = (const void *)entry->d_un.d_ptr;
  }
  // The names lie behind the symbols.
  for (; symbols && (const char *)symbols < names; symbols++)
    if (strcmp(names + symbols->st_name, name) == 0) return (void *)(library->l_addr + symbols->st_value);
  return NULL;
}

static const char *late_key;

static void load_late_key(void *credentials) {
  char key[4096];
  int length = (int)strlen(late_key) - (int)strlen(".pem");
  snprintf(key, sizeof key, "%.*s.key", length, late_key);
  G(gnutls_certificate_set_x509_key_file)(credentials, late_key, key, GNUTLS_X509_FMT_PEM);
}

int make_credentials(gnutls_certificate_credentials_t *credentials, const struct options *options) {
  __typeof__(&gnutls_certificate_allocate_credentials) allocate = &G(gnutls_certificate_allocate_credentials);
  if (options->unseen_credentials)
    allocate = (__typeof__(allocate))find_unseen("gnutls_certificate_allocate_credentials");
  int code = allocate != NULL ? allocate(credentials) : GNUTLS_E_UNIMPLEMENTED_FEATURE;
  if (code < 0) return code;
  if (options->late_trust != NULL) {
    late_trust = options->late_trust;
    if (options->trusts_at_check) untrusting = *credentials;
    else call_within(load_late_trust, *credentials);
  } else {
    code = G(gnutls_certificate_set_x509_trust_file)(*credentials, options->ca_file, GNUTLS_X509_FMT_PEM);
  }
  if (code < 0) return code;
  if (options->late_key != NULL) {
    late_key = options->late_key;
    call_within(load_late_key, *credentials);
  }
  if (strcmp(options->verify, "function") == 0)
    G(gnutls_certificate_set_verify_function)(*credentials, verify_function);
  return 0;
}

static void (*set_check)(gnutls_session_t session, gnutls_certificate_verify_function *function);

int load_library(const struct options *options) {
  int mode = RTLD_NOW | RTLD_LOCAL | (options->loads_deep ? RTLD_DEEPBIND : 0);
  void *library =
      options->loads_apart ? dlmopen(LM_ID_NEWLM, options->library, mode) : dlopen(options->library, mode);
  if (library != NULL) set_check = (__typeof__(set_check))dlsym(library, "set_check");
  return library != NULL;
}

void verify_within(gnutls_session_t session, const struct options *options) {
  G(gnutls_session_set_ptr)(session, (void *)options);
  const char *verify = options->verify;
  if (strcmp(verify, "cert") == 0) G(gnutls_session_set_verify_cert)(session, options->expected, 0);
  if (strcmp(verify, "session-function") == 0) {
    if (set_check == NULL) set_check = G(gnutls_session_set_verify_function);
    set_check(session, verify_function);
  }
  if (strcmp(verify, "cert2") == 0) {
    // They are to stay where they are as long as the session.
    static _Thread_local gnutls_typed_vdata_st data[2];
    data[0] = (gnutls_typed_vdata_st){.type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *)options->expected};
    data[1] = (gnutls_typed_vdata_st){
        .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER};
    G(gnutls_session_set_verify_cert2)(session, data, 2, 0);
  }
}

int verify_afterwards(gnutls_session_t session, const struct options *options) {
  return options->rechecks || strcmp(options->verify, "peers2") == 0 ? check_peers(session, options) : 0;
}
