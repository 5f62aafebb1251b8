/* Every function with null pointers and with values that can't be meant: an error code each time, and no crash. */
#include <gnutls_resumption.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"

static int accept_all(gnutls_session_t session, void *data) { return (void)session, (void)data, 0; }

static gnutls_resumption_store_t store;
static gnutls_session_t session;
/* Never detached: freed after its session. */
static gnutls_resumption_attachment_t survivor;

/* Attaching fails with this code, and says so in words that hold this text; so does the end of the handshake. */
static void refuses(int line, const gnutls_resumption_identity_t *identity,
                    const gnutls_resumption_verification_t *verification, const gnutls_resumption_hook_t *hook,
                    const char *text) {
  gnutls_resumption_attachment_t attachment = NULL;
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  expect(line, gnutls_resumption_attach(store, session, identity, verification, hook, &attachment) == INVALID, "code");
  expect(line, strstr(gnutls_resumption_message(attachment), text) != NULL, gnutls_resumption_message(attachment));
  expect(line, gnutls_resumption_handshake_done(attachment, 0) == INVALID, "handshake_done");
  expect(line, gnutls_resumption_keep(attachment) == INVALID, "keep");
  expect(line, gnutls_resumption_get_outcome(attachment, &outcome) == INVALID, "outcome");
  expect(line, strcmp(outcome.reason_text, "notAttached") == 0 && !outcome.resumed, "reason");
  expect(line, gnutls_resumption_detach(attachment) == 0, "detach");
  gnutls_resumption_free(attachment);
}

#define REFUSES(identity, verification, hook, text) refuses(__LINE__, identity, verification, hook, text)

static void null_handles(void) {
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  EXPECT(gnutls_resumption_open(NULL, NULL, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_attach(NULL, NULL, NULL, NULL, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_handshake_done(NULL, 0) == INVALID);
  EXPECT(gnutls_resumption_keep(NULL) == INVALID);
  EXPECT(gnutls_resumption_hand_in(NULL, NULL, 0) == INVALID);
  EXPECT(gnutls_resumption_detach(NULL) == INVALID);
  EXPECT(gnutls_resumption_get_outcome(NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_get_outcome(NULL, &outcome) == INVALID);
  EXPECT(gnutls_resumption_observe(NULL, NULL, NULL) == INVALID);
  EXPECT(strlen(gnutls_resumption_message(NULL)) > 0);
  EXPECT(strlen(gnutls_resumption_store_message(NULL)) > 0);
  EXPECT(gnutls_resumption_attach_early(NULL, NULL, NULL, NULL, NULL, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_early_data(NULL) == GNUTLS_RESUMPTION_EARLY_DATA_NONE);
  EXPECT(strcmp(gnutls_resumption_early_data_text(NULL), "") == 0);
  gnutls_resumption_free(NULL);
  gnutls_resumption_close(NULL);
}

static void stores(void) {
  gnutls_resumption_store_t other = NULL;
  gnutls_resumption_attachment_t attachment = NULL;
  gnutls_resumption_bounds_t bounds = GNUTLS_RESUMPTION_BOUNDS_INIT;
  EXPECT(gnutls_resumption_open("", NULL, NULL, &other) == INVALID);
  EXPECT(strstr(gnutls_resumption_store_message(other), "folder is empty") != NULL);
  EXPECT(gnutls_resumption_observe(other, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_attach(other, session, NULL, NULL, NULL, &attachment) == INVALID);
  EXPECT(strstr(gnutls_resumption_message(attachment), "folder is empty") != NULL);
  gnutls_resumption_free(attachment);
  gnutls_resumption_close(other);
  /* Paths are bytes. */
  EXPECT(gnutls_resumption_open("/x/\xff", "/y/\xff", NULL, &other) == 0);
  gnutls_resumption_close(other);
  bounds.size = 3;
  EXPECT(gnutls_resumption_open("/x", "/y", &bounds, &other) == INVALID);
  gnutls_resumption_close(other);
  bounds.size = sizeof bounds;
  bounds.bytes = (size_t)-1;
  EXPECT(gnutls_resumption_open("/x", "/y", &bounds, &other) == INVALID);
  gnutls_resumption_close(other);
  /* What is shared, and by which key, is said; no message shows a password. */
  EXPECT(gnutls_resumption_open("redis://h", NULL, NULL, &other) == INVALID);
  gnutls_resumption_close(other);
  EXPECT(gnutls_resumption_open_shared("redis://u:secret@h", "/k", NULL, NULL, NULL, &other) == INVALID);
  EXPECT(strstr(gnutls_resumption_store_message(other), "whose tickets") != NULL);
  EXPECT(strstr(gnutls_resumption_store_message(other), "secret") == NULL);
  gnutls_resumption_close(other);
  EXPECT(gnutls_resumption_open_shared("redis://u:secret@h:x", "/k", "*", NULL, NULL, &other) == INVALID);
  EXPECT(strstr(gnutls_resumption_store_message(other), "secret") == NULL);
  gnutls_resumption_close(other);
  EXPECT(gnutls_resumption_open_shared("redis://h", NULL, "*", NULL, NULL, &other) == INVALID);
  gnutls_resumption_close(other);
  EXPECT(gnutls_resumption_open_shared("/x", "/k", "*", NULL, NULL, &other) == INVALID);
  gnutls_resumption_close(other);
  EXPECT(gnutls_resumption_open_shared("redis://h", "/k", "example.com, *.example.org", NULL, NULL, NULL) == INVALID);
  EXPECT(gnutls_resumption_open_shared("redis://h", "/k", "example.com, *.example.org", NULL, NULL, &other) == 0);
  gnutls_resumption_close(other);
}

static void identities(const gnutls_resumption_verification_t *nobody) {
  gnutls_resumption_identity_t good = GNUTLS_RESUMPTION_IDENTITY_INIT("localhost", 443), bad = good;
  struct {
    gnutls_resumption_identity_t known;
    size_t more;
  } later = {good, 1};
  gnutls_datum_t empty = {NULL, 0};
  REFUSES(NULL, nobody, NULL, "identity is missing");
  bad.server_name = NULL;
  REFUSES(&bad, nobody, NULL, "server_name is missing");
  bad.server_name = "a\xc3";
  REFUSES(&bad, nobody, NULL, "not UTF-8");
  bad = good;
  bad.port = 0;
  REFUSES(&bad, nobody, NULL, "port is missing");
  bad = good;
  bad.size = 0;
  REFUSES(&bad, nobody, NULL, "identity->size is 0");
  bad = good;
  bad.protocols_count = 1;
  REFUSES(&bad, nobody, NULL, "protocols is missing");
  bad.protocols = &empty;
  REFUSES(&bad, nobody, NULL, "name that is empty");
  empty.size = (unsigned)-1;
  REFUSES(&bad, nobody, NULL, "name that is empty");
  for (int shift = 0; shift < 2; shift++) {
    bad.protocols_count = (size_t)-1 >> shift;
    REFUSES(&bad, nobody, NULL, "protocols_count is");
  }
  bad = good;
  bad.expected_name = "";
  REFUSES(&bad, nobody, NULL, "expected_name is empty");
  later.known.size = sizeof later;
  REFUSES(&later.known, nobody, NULL, "later version");
}

static void verifications(const gnutls_resumption_identity_t *identity) {
  gnutls_resumption_verification_t bad = GNUTLS_RESUMPTION_VERIFICATION_INIT(0, NULL);
  unsigned char pin[32] = {0};
  REFUSES(identity, NULL, NULL, "verification is missing");
  REFUSES(identity, &bad, NULL, "kind is 0");
  bad.kind = GNUTLS_RESUMPTION_VERIFY_FILE;
  REFUSES(identity, &bad, NULL, "path is missing");
  bad.kind = GNUTLS_RESUMPTION_VERIFY_FOLDER;
  REFUSES(identity, &bad, NULL, "path is missing");
  bad.kind = GNUTLS_RESUMPTION_VERIFY_SYSTEM;
  bad.path = "/x";
  REFUSES(identity, &bad, NULL, "path is set");
  bad.path = NULL;
  bad.callback = accept_all;
  REFUSES(identity, &bad, NULL, "callback is set");
  bad.callback = NULL;
  bad.pins_count = 1;
  REFUSES(identity, &bad, NULL, "pins is missing");
  bad.pins = pin;
  for (int shift = 0; shift < 2; shift++) {
    bad.pins_count = (size_t)-1 >> shift;
    REFUSES(identity, &bad, NULL, "pins_count is");
  }
  bad.pins_count = 1;
  bad.kind = GNUTLS_RESUMPTION_VERIFY_NOBODY;
  REFUSES(identity, &bad, NULL, "pins is set");
  bad.pins_count = 0;
  bad.kind = GNUTLS_RESUMPTION_VERIFY_CALLBACK;
  REFUSES(identity, &bad, NULL, "callback is missing");
}

static void sessions_and_outcomes(const gnutls_resumption_identity_t *identity,
                                  const gnutls_resumption_verification_t *nobody) {
  gnutls_resumption_attachment_t attachment = NULL;
  gnutls_resumption_outcome_t outcome = GNUTLS_RESUMPTION_OUTCOME_INIT;
  gnutls_resumption_hook_t hook = GNUTLS_RESUMPTION_HOOK_INIT(0, 0, NULL);
  REFUSES(identity, nobody, &hook, "hook->function is missing");
  EXPECT(gnutls_resumption_attach(store, NULL, identity, nobody, NULL, &attachment) == INVALID);
  EXPECT(strstr(gnutls_resumption_message(attachment), "session is missing") != NULL);
  gnutls_resumption_free(attachment);
  EXPECT(gnutls_resumption_attach(NULL, session, identity, nobody, NULL, &attachment) == INVALID);
  EXPECT(strstr(gnutls_resumption_message(attachment), "store is missing") != NULL);
  gnutls_resumption_free(attachment);
  EXPECT(gnutls_resumption_attach(store, session, identity, nobody, NULL, &attachment) == 0);
  EXPECT(gnutls_resumption_hand_in(attachment, NULL, 5) == INVALID);
  outcome.size = 1;
  EXPECT(gnutls_resumption_get_outcome(attachment, &outcome) == INVALID);
  EXPECT(strstr(gnutls_resumption_message(attachment), "outcome->size is 1") != NULL);
  EXPECT(gnutls_resumption_get_outcome(attachment, NULL) == INVALID);
  EXPECT(strstr(gnutls_resumption_message(attachment), "outcome is missing") != NULL);
  EXPECT(gnutls_resumption_handshake_done(attachment, 0) == INVALID);
  EXPECT(strstr(gnutls_resumption_message(attachment), "has made no handshake") != NULL);
  EXPECT(gnutls_resumption_handshake_done(attachment, GNUTLS_E_PULL_ERROR) == GNUTLS_E_PULL_ERROR);
  EXPECT(strstr(gnutls_resumption_message(attachment), "localhost:443") != NULL);
  EXPECT(gnutls_resumption_detach(attachment) == 0);
  EXPECT(strstr(gnutls_resumption_message(attachment), "localhost:443") != NULL);
  EXPECT(gnutls_resumption_detach(attachment) == 0);
  outcome.size = sizeof outcome;
  EXPECT(gnutls_resumption_get_outcome(attachment, &outcome) == 0);
  EXPECT(strcmp(outcome.reason_text, "storeUnavailable") == 0);
  EXPECT(gnutls_resumption_handshake_done(attachment, 0) == GNUTLS_RESUMPTION_E_DETACHED);
  EXPECT(gnutls_resumption_keep(attachment) == GNUTLS_RESUMPTION_E_DETACHED);
  gnutls_resumption_free(attachment);
  /* It is a constant. */
  EXPECT(strcmp(outcome.reason_text, "storeUnavailable") == 0);
  EXPECT(gnutls_resumption_attach(store, session, identity, nobody, NULL, &survivor) == 0);
}

/* Attaching with early data fails with this text; so do the calls that follow. */
static void refuses_early(int line, gnutls_resumption_store_t of, const gnutls_resumption_identity_t *identity,
                          const gnutls_resumption_verification_t *verification,
                          const gnutls_resumption_early_data_t *early, const char *text) {
  gnutls_resumption_attachment_t attachment = NULL;
  int code = gnutls_resumption_attach_early(of, session, identity, verification, NULL, early, &attachment);
  expect(line, code == INVALID, "code");
  expect(line, strstr(gnutls_resumption_message(attachment), text) != NULL, gnutls_resumption_message(attachment));
  expect(line, gnutls_resumption_handshake_done(attachment, 0) == INVALID, "handshake_done");
  expect(line, gnutls_resumption_early_data(attachment) == GNUTLS_RESUMPTION_EARLY_DATA_NONE, "early_data");
  gnutls_resumption_free(attachment);
}

static void early_data(const gnutls_resumption_identity_t *identity, const gnutls_resumption_verification_t *nobody) {
  gnutls_resumption_attachment_t attachment = NULL;
  gnutls_resumption_early_data_t early = GNUTLS_RESUMPTION_EARLY_DATA_INIT("x", 1), bad = early;
  gnutls_session_t own;
  refuses_early(__LINE__, NULL, identity, nobody, &early, "store is missing");
  refuses_early(__LINE__, store, NULL, nobody, &early, "identity is missing");
  refuses_early(__LINE__, store, identity, NULL, &early, "verification is missing");
  refuses_early(__LINE__, store, identity, nobody, NULL, "early_data is missing");
  bad.data = NULL;
  refuses_early(__LINE__, store, identity, nobody, &bad, "early_data->data is missing");
  bad = early;
  for (int shift = 0; shift < 2; shift++) {
    bad.data_size = (size_t)-1 >> shift;
    refuses_early(__LINE__, store, identity, nobody, &bad, "early_data->data_size is");
  }
  bad = early;
  bad.marks = "";
  refuses_early(__LINE__, store, identity, nobody, &bad, "marks is empty");
  bad = early;
  bad.size = 1;
  refuses_early(__LINE__, store, identity, nobody, &bad, "early_data->size is 1");
  EXPECT(gnutls_resumption_attach_early(store, session, identity, nobody, NULL, &early, NULL) == INVALID);
  gnutls_init(&own, GNUTLS_CLIENT);
  EXPECT(gnutls_resumption_attach_early(store, own, identity, nobody, NULL, &early, &attachment) == 0);
  EXPECT(gnutls_resumption_early_data(attachment) == GNUTLS_RESUMPTION_EARLY_DATA_NOT_OFFERED);
  EXPECT(strcmp(gnutls_resumption_early_data_text(attachment), "noTicket") == 0);
  EXPECT(gnutls_resumption_detach(attachment) == 0);
  gnutls_deinit(own);
  gnutls_resumption_free(attachment);
}

static void other_sessions(const gnutls_resumption_identity_t *identity,
                           const gnutls_resumption_verification_t *nobody) {
  static const unsigned int flags[] = {GNUTLS_SERVER, GNUTLS_SERVER | GNUTLS_DATAGRAM};
  gnutls_session_t client = session;
  for (int i = 0; i < 2; i++) {
    gnutls_init(&session, flags[i]);
    REFUSES(identity, nobody, NULL, "no client's");
    gnutls_deinit(session);
  }
  session = client;
}

int main(void) {
  static const int codes[] = {0, INVALID, GNUTLS_RESUMPTION_E_SESSION, GNUTLS_RESUMPTION_E_NOT_TRUSTED,
                              GNUTLS_RESUMPTION_E_REFUSED, GNUTLS_RESUMPTION_E_DETACHED, GNUTLS_E_AGAIN};
  gnutls_resumption_verification_t nobody = GNUTLS_RESUMPTION_VERIFICATION_INIT(GNUTLS_RESUMPTION_VERIFY_NOBODY, NULL);
  gnutls_resumption_identity_t identity = GNUTLS_RESUMPTION_IDENTITY_INIT("localhost", 443);
  for (size_t i = 0; i < 7; i++)
    for (size_t k = 0; k < i; k++)
      EXPECT(strcmp(gnutls_resumption_strerror(codes[i]), gnutls_resumption_strerror(codes[k])) != 0);
  EXPECT(strcmp(gnutls_resumption_strerror(GNUTLS_E_AGAIN), gnutls_strerror(GNUTLS_E_AGAIN)) == 0);
  null_handles();
  gnutls_init(&session, GNUTLS_CLIENT);
  EXPECT(gnutls_resumption_open("/dev/null/store", "/dev/null/key", NULL, &store) == 0);
  EXPECT(strcmp(gnutls_resumption_store_message(store), "") == 0);
  stores();
  identities(&nobody);
  verifications(&identity);
  sessions_and_outcomes(&identity, &nobody);
  early_data(&identity, &nobody);
  other_sessions(&identity, &nobody);
  gnutls_resumption_close(store);
  gnutls_deinit(session);
  gnutls_resumption_free(survivor);
  puts(failures ? "failed" : "all as it should be");
  return failures != 0;
}
