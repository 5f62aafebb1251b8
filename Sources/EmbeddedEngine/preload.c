// The engine's table for the preloaded library, around the one in Swift: where memory is short, nothing new is begun,
// and what that misses is left alone.
#include "../CPreload/preload.h"
#include "reserve.h"

const struct cpreload_engine *swift_gnutls_resumption_preload_engine(void);

static const struct cpreload_engine *inner;

static void session_made(gnutls_session_t session, unsigned flags) {
  // A server's is forgotten.
  inner->session_made(session, reserve_is_short() ? flags | GNUTLS_SERVER : flags);
}

static void session_ends(gnutls_session_t session) {
  if (reserve_is_short()) inner->session_vanishes(session);
  else inner->session_ends(session);
}

static void server_name_set(gnutls_session_t session, gnutls_server_name_type_t type, const void *name, size_t length) {
  if (reserve_is_short()) inner->call_missed(session);
  else inner->server_name_set(session, type, name, length);
}

static void alpn_set(gnutls_session_t session, const gnutls_datum_t *protocols, unsigned count, unsigned flags) {
  if (reserve_is_short()) inner->call_missed(session);
  else inner->alpn_set(session, protocols, count, flags);
}

static void priorities_made(gnutls_priority_t priorities, const char *string, unsigned is_appended) {
  if (reserve_is_short()) inner->priorities_freed(priorities);
  else inner->priorities_made(priorities, string, is_appended);
}

static void priority_string_set(gnutls_session_t session, const char *string, unsigned is_appended) {
  if (reserve_is_short()) inner->call_missed(session);
  else inner->priority_string_set(session, string, is_appended);
}

static void credentials_made(gnutls_certificate_credentials_t credentials) {
  if (reserve_is_short()) inner->credentials_freed(credentials);
  else inner->credentials_made(credentials);
}

static void trust_file_loads(gnutls_certificate_credentials_t credentials, const char *path) {
  if (reserve_is_short()) inner->trust_changed(credentials);
  else inner->trust_file_loads(credentials, path);
}

static void trust_folder_loads(gnutls_certificate_credentials_t credentials, const char *path) {
  if (reserve_is_short()) inner->trust_changed(credentials);
  else inner->trust_folder_loads(credentials, path);
}

static void trust_read(gnutls_certificate_credentials_t credentials, const char *path, unsigned kind, int is_system,
                       const struct cpreload_trust_file *files, unsigned count, time_t time) {
  if (reserve_is_short()) inner->trust_changed(credentials);
  else inner->trust_read(credentials, path, kind, is_system, files, count, time);
}

static int trust_count(const void *bytes, size_t size, unsigned kind, unsigned char digest[CPRELOAD_DIGEST]) {
  return reserve_is_short() ? 0 : inner->trust_count(bytes, size, kind, digest);
}

static void trust_counted(const unsigned char digest[CPRELOAD_DIGEST], unsigned kind, int count) {
  if (!reserve_is_short()) inner->trust_counted(digest, kind, count);
}

static ssize_t anchors_named(const gnutls_datum_t *names, unsigned count, const void *bundle, size_t size, void *result,
                             size_t space) {
  return reserve_is_short() ? -1 : inner->anchors_named(names, count, bundle, size, result, space);
}

static unsigned handshake_begins(gnutls_session_t session) {
  // One that has begun goes on.
  if (reserve_is_short()) inner->handshake_passes(session);
  return inner->handshake_begins(session);
}

static int session_data_set(gnutls_session_t session, const void *data, size_t size) {
  if (!reserve_is_short()) return inner->session_data_set(session, data, size);
  inner->call_missed(session);
  return 1;
}

static void keep(gnutls_session_t session) {
  if (!reserve_is_short()) inner->keep(session);
}

__attribute__((visibility("default"))) const struct cpreload_engine *gnutls_resumption_preload_engine(void) {
  static struct cpreload_engine table;
  inner = swift_gnutls_resumption_preload_engine();
  if (!inner) return NULL;
  table = *inner;
  table.session_made = session_made;
  table.session_ends = session_ends;
  table.server_name_set = server_name_set;
  table.alpn_set = alpn_set;
  table.priorities_made = priorities_made;
  table.priority_string_set = priority_string_set;
  table.credentials_made = credentials_made;
  table.trust_file_loads = trust_file_loads;
  table.trust_folder_loads = trust_folder_loads;
  table.trust_read = trust_read;
  table.trust_count = trust_count;
  table.trust_counted = trust_counted;
  table.anchors_named = anchors_named;
  table.handshake_begins = handshake_begins;
  table.session_data_set = session_data_set;
  table.keep = keep;
  return &table;
}
