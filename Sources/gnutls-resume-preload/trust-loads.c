#include "trust-loads.h"

#include <stddef.h>

#include "engine.h"

// A program that jumps out of a callback leaves it as it was: what it calls itself, after that, is less deep.
static _Thread_local struct {
  gnutls_certificate_credentials_t credentials;
  gnutls_x509_trust_list_t list;
  unsigned depth;
  int is_system, is_told;
} load __attribute__((tls_model("initial-exec")));

void trust_load_begins(gnutls_certificate_credentials_t credentials, gnutls_x509_trust_list_t list, int is_system) {
  load.credentials = credentials;
  load.list = list;
  load.depth = depth + 1;
  load.is_system = is_system;
  load.is_told = 0;
}

int trust_load_ends(void) {
  int is_told = load.is_told;
  trust_load_begins(NULL, NULL, 0);
  return is_told;
}

static const struct cpreload_engine *engine_to_tell(gnutls_x509_trust_list_t list) {
  if (!load.credentials || load.list != list || load.depth != depth || is_within_engine() || !has_room(ROOM_TO_WORK)) return NULL;
  const struct cpreload_engine *engine = opened_engine();
  load.is_told = engine != NULL;
  return engine;
}

void tell_trust_read(gnutls_x509_trust_list_t list, const char *path, unsigned kind,
                     const struct cpreload_trust_file *files, unsigned count, time_t time) {
  const struct cpreload_engine *engine = engine_to_tell(list);
  if (engine) TELL(trust_read(load.credentials, path, kind, load.is_system, files, count, time));
}

void tell_trust_unread(gnutls_x509_trust_list_t list, const char *path, unsigned kind) {
  const struct cpreload_engine *engine = engine_to_tell(list);
  if (!engine) return;
  if (kind == CPRELOAD_FOLDER) TELL(trust_folder_loads(load.credentials, path));
  else TELL(trust_file_loads(load.credentials, load.is_system ? NULL : path));
}
