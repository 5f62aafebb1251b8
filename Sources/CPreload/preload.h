// What the preloaded shim tells the engine. Both are of one build: a table of another version is not used.
#ifndef CPRELOAD_H
#define CPRELOAD_H

// Not GnuTLS's own header: it belongs to this one's module, and no type may belong to two.
#include "../CGnuTLS/shim.h"
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#define CPRELOAD_VERSION 11

// What the shim knows of the process.
struct cpreload_process {
  unsigned version;
  // Whether calls of the program's may have passed unseen, or may yet: then nothing is offered or kept.
  int (*has_unseen_calls)(void);
  // Whether the process's root is another than at the start: then the store's path leads elsewhere.
  int (*has_other_root)(void);
  // The path by which the program was started, or null; it may be relative to the folder of then.
  const char *started_path;
  // Whether this thread's stack suffices for more than to note something.
  int (*has_room_to_work)(void);
  // A note of GnuTLS's configuration file (configuration_note.h), taken when the program started.
  const void *configuration;
  // Whether a function is in a loaded library whose file's name begins so. No if that can't be told.
  int (*is_in_library)(const void *function, const char *name);
  // The file that GnuTLS was loaded from, or null.
  const char *gnutls_path;
};

// What handshake_begins answers.
enum {
  // A ticket may have been offered: the program's check is due.
  CPRELOAD_CHECK_DUE = 1,
  // GnuTLS has ended its part, and is not to be called: 0 stands for its result then.
  CPRELOAD_OVER = 2,
};

// What trust is read from.
enum cpreload_trust_kind { CPRELOAD_ANCHORS = 1, CPRELOAD_REVOCATION_LISTS = 2, CPRELOAD_FOLDER = 3 };

// In bytes.
enum { CPRELOAD_DIGEST = 32 };

// A file of trust that was read whole, and stayed as it was meanwhile.
struct cpreload_trust_file {
  // In its folder; null for a file by itself.
  const char *name;
  const struct stat *status;
  // It is on a file system whose stamps tell (stamps.h).
  int keeps_stamps;
  const void *bytes;
  size_t size;
  // Of the bytes; all zeros where nobody knows: then the engine, where it needs it, writes it.
  unsigned char *digest;
};

// The engine's side of the interposed functions. All of them run with the shim's guard set, so that what they call of
// GnuTLS passes straight through. None of them fails: what goes wrong in there is no affair of the program's. Those that
// say so may need much of the stack, and are not called where there is little; the others note what they are told.
struct cpreload_engine {
  unsigned version;
  // Once, before anything else; the process stays where it is.
  void (*begin)(const struct cpreload_process *process);

  // The flags that gnutls_init is to get.
  unsigned (*flags_for_session)(unsigned flags);
  void (*session_made)(gnutls_session_t session, unsigned flags);
  // With much stack.
  void (*session_ends)(gnutls_session_t session);
  // The same where there is little: what could be kept is lost.
  void (*session_vanishes)(gnutls_session_t session);
  // Something that belongs to its identity or verification has been missed, or isn't understood: the session is left alone
  // from the next call with much stack on.
  void (*call_missed)(gnutls_session_t session);
  // The program attaches to it itself. With much stack.
  void (*leave_alone)(gnutls_session_t session);

  void (*server_name_set)(gnutls_session_t session, gnutls_server_name_type_t type, const void *name, size_t length);
  // The least size of a Diffie-Hellman group, which is looked at in full handshakes only.
  void (*dh_prime_bits_set)(gnutls_session_t session, unsigned bits);
  // Certificates are then accepted that aren't for signatures.
  void (*compatibility_enabled)(gnutls_session_t session);
  // The server is asked for the state of its certificate, whatever the flags of gnutls_init say.
  void (*status_requested)(gnutls_session_t session);
  // The program hands in early data, or tries to.
  void (*early_data_sent)(gnutls_session_t session);
  void (*alpn_set)(gnutls_session_t session, const gnutls_datum_t *protocols, unsigned count, unsigned flags);

  // A string, or null for GnuTLS's default; or one that was appended to that.
  void (*priorities_made)(gnutls_priority_t priorities, const char *string, unsigned is_appended);
  void (*priorities_freed)(gnutls_priority_t priorities);
  void (*priorities_set)(gnutls_session_t session, gnutls_priority_t priorities);
  void (*priority_string_set)(gnutls_session_t session, const char *string, unsigned is_appended);

  void (*credentials_made)(gnutls_certificate_credentials_t credentials);
  // Before a file of anchors or revocation lists is loaded; null: the system's trust store. With much stack.
  void (*trust_file_loads)(gnutls_certificate_credentials_t credentials, const char *path);
  // Before all files of a folder are. With much stack.
  void (*trust_folder_loads)(gnutls_certificate_credentials_t credentials, const char *path);
  // What was read of a file or a folder is what is loaded; time: before that began, in seconds since 1970; is_system: as the
  // system's trust. With much stack.
  void (*trust_read)(gnutls_certificate_credentials_t credentials, const char *path, unsigned kind, int is_system,
                     const struct cpreload_trust_file *files, unsigned count, time_t time);
  // After something was done to the trust list of which nobody knows what it amounts to.
  void (*trust_changed)(gnutls_certificate_credentials_t credentials);
  void (*credentials_freed)(gnutls_certificate_credentials_t credentials);
  void (*verify_function_set)(gnutls_certificate_credentials_t credentials, gnutls_certificate_verify_function *function);
  void (*retrieve_function_set)(gnutls_certificate_credentials_t credentials, unsigned is_set);

  void (*session_verify_function_set)(gnutls_session_t session, gnutls_certificate_verify_function *function);
  // Of gnutls_session_set_verify_cert: no elements. Of gnutls_session_set_verify_cert2: no host name.
  void (*session_verify_cert_set)(gnutls_session_t session, const char *host_name, gnutls_typed_vdata_st *data,
                                  unsigned elements);
  // The status of the check that the engine made in GnuTLS's stead after a resumption, else the one given.
  unsigned (*verify_cert_status)(gnutls_session_t session, unsigned status);
  // gnutls_certificate_verify_peers and its kin have returned. With much stack, unless the peer is good.
  void (*peer_verified)(gnutls_session_t session, int is_good);
  // For the whole process.
  void (*verdicts_changed)(void);

  // Returns 1 if the hook will be called by the engine, 0 if GnuTLS is to be told.
  int (*hook_set)(gnutls_session_t session, unsigned type, int when, gnutls_handshake_hook_func function);

  // The program's own functions carry the records from now on.
  void (*transport_functions_set)(gnutls_session_t session);

  // How many anchors or revocation lists these bytes held when they were loaded once; 0 if nobody knows. Their digest is
  // known, or all zeros: then it is written, if there is one. With much stack, as the next two.
  int (*trust_count)(const void *bytes, size_t size, unsigned kind, unsigned char digest[CPRELOAD_DIGEST]);
  // GnuTLS has counted so many in what has this digest: with all zeros, nothing comes of it.
  void (*trust_counted)(const unsigned char digest[CPRELOAD_DIGEST], unsigned kind, int count);
  // Copies those certificates of a bundle whose subjects are among some names. Returns their size, or -1 if it can't be
  // told which they are, or they are larger than there is space for.
  ssize_t (*anchors_named)(const gnutls_datum_t *names, unsigned count, const void *bundle, size_t size, void *result,
                           size_t space);
  // Whether the session is a client's that the engine knows.
  int (*is_client)(gnutls_session_t session);

  // Returns some of what is listed above. With much stack, as the next one.
  unsigned (*handshake_begins)(gnutls_session_t session);
  // What gnutls_handshake is to return; and whether the program's check stays due, or has refused the peer. If that is
  // a function, it is to be called now, outside of the engine, and what it returns to be handed on.
  int (*handshake_returned)(gnutls_session_t session, int result, unsigned *is_due,
                            gnutls_certificate_verify_function **check);
  // The same after that call.
  int (*check_returned)(gnutls_session_t session, int result, unsigned *is_due);
  // A handshake is made in which the engine takes no part: within another call, or with little stack.
  void (*handshake_passes)(gnutls_session_t session);
  // The client is about to show a certificate after the handshake (TLS 1.3): what comes then is of another identity. With
  // much stack.
  void (*client_authenticates)(gnutls_session_t session);
  // These return whether there is something to keep now.
  int (*data_received)(gnutls_session_t session);
  // A call that would have read data has returned 0 or an error.
  void (*receiving_ended)(gnutls_session_t session, ssize_t result);
  int (*said_goodbye)(gnutls_session_t session);
  // With much stack.
  void (*keep)(gnutls_session_t session);
  void (*data_sent)(gnutls_session_t session);
  // Whether the engine has refused a peer in GnuTLS's stead, or not accepted it yet: no data may pass then.
  int (*is_refused)(gnutls_session_t session);

  // Whether the engine takes no part in a session: its tickets are the program's alone.
  int (*has_own_tickets)(gnutls_session_t session);
  // The program has got session data of such a session. With much stack.
  void (*session_data_given)(const void *data, size_t size);

  // Likewise, of a session in which the engine takes part.
  void (*session_data_taken)(const void *data, size_t size);
  // Calls may pass unseen from now on. With much stack.
  void (*calls_pass_unseen)(void);
  // The program is about to use session data, maybe in one of its callbacks. Returns 0 if it may, 1 if the engine has used
  // this ticket, or may have. With much stack.
  int (*session_data_set)(gnutls_session_t session, const void *data, size_t size);
};

// The engine's one entry.
#define CPRELOAD_ENTRY "gnutls_resumption_preload_engine"
const struct cpreload_engine *gnutls_resumption_preload_engine(void);

#endif
