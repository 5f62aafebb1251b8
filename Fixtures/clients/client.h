// What the parts of the GnuTLS client share.
#pragma once

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

// Names a function or variable of GnuTLS: as linked, or as found by dlsym, at each use.
#ifdef CLIENT_LOOKS_UP
void *loaded(const char *name);
#define G(name) (*(__typeof__(&name))loaded(#name))
#else
#define G(name) name
#endif

struct options {
  const char *port;
  const char *ca_file;
  // What the server is asked for (SNI).
  const char *name;
  // Whose certificate is expected; by default that of `name`.
  const char *expected;
  const char *priority;
  // cert: gnutls_session_set_verify_cert. cert2: gnutls_session_set_verify_cert2.
  // function: gnutls_certificate_set_verify_function. session-function: gnutls_session_set_verify_function.
  // peers2: gnutls_certificate_verify_peers2 after the handshake. none: nobody looks.
  const char *verify;
  // Verifies after the handshake too, by gnutls_certificate_verify_peers2.
  int rechecks;
  // What a verify function says of a peer that it would accept: accept, refuse, or later: it wants to be called again.
  const char *verdict;
  // none, global (after gnutls_global_init) or init (after gnutls_init): the child makes the handshake.
  // ticket (after the first ticket, before any data; with poll): the child connects by it, then the parent goes on.
  // busy, busy-clone: the child connects, while another thread is in its verify function (session-function); by a call
  // of the system's that the C library doesn't know of.
  const char *fork;
  int threads;
  // Of each thread, in turn.
  int visits;
  // The bytes of a thread's stack, on which all but the credentials is made; and of one that goes on with a handshake
  // whose first call has been interrupted (own transport).
  long stack;
  long finish_stack;
  // Of one that exchanges data.
  long read_stack;
  // A library that is loaded before anything else, and sets checks (session-function) if it is checker.c's; what it is linked to comes before all else for it, or it is in a
  // space of its own.
  const char *library;
  int loads_deep;
  int loads_apart;
  // A signal's handler forks again and again.
  int forks_in_handler;
  // Forbids ECDSA with SHA-256 in certificates, for all of the process.
  int forbids_ecdsa;
  // Its socket's number is 0.
  int has_socket_zero;
  // Doesn't block, and polls.
  int poll;
  // Ends by _exit, with neither bye nor deinit.
  int abrupt;
  // Goes on after a handshake that failed.
  int careless;
  // Connects twice, the second time with the first session's data.
  int own_resumption;
  // Takes the session data for that in a hook, from each ticket that comes.
  int takes_in_hook;
  // Files: the session data that it takes at the end, and those that it sets before the handshake.
  const char *save;
  const char *load;
  // Gives the session data that are none while the handshake is under way; with a transport of its own.
  int bad_data;
  // Makes a session before, whose check (session-function) it sets in a callback of the first one's handshake; the first
  // one is checked afterwards. With a transport of its own.
  int sets_in_callback;
  // Jumps out of the handshake once, and comes back to it; with a transport of its own.
  int jumps;
  // Jumps out of its check once, and comes back to the handshake.
  int jumps_in_check;
  // Exchanges nothing, and frees its credentials before the session ends.
  int frees_first;
  // Sends before the server's last flight has come (RFC 7918).
  int false_start;
  // Goes away after the handshake: exchanges nothing.
  int silent;
  // Verifies the peer for another name too, at the end.
  int probes;
  // Wants to show a certificate after the handshake.
  int authenticates_later;
  // Has GnuTLS do so when the server asks.
  int lets_authenticate;
  // The file, or the folder (with a slash at its end), from which it loads its trust within the first call of its transport
  // (own transport), in the stead of the CA file; or never.
  const char *late_trust;
  // The certificate, beside its key, that it loads in the same way; with a transport of its own.
  const char *late_key;
  // Sets a hook for certificates in the same way.
  int hooks_late;
  // Loads it only when it checks the peer.
  int trusts_at_check;
  // Makes its credentials by a way that no preloaded library sees.
  int unseen_credentials;
  // Calls functions in ways that GnuTLS refuses.
  int odd_calls;
  // Makes a session before, whose priorities it sets to these in a callback of the first one's handshake. With a transport
  // of its own.
  const char *later_priority;
  // What it sets that may refuse a server in full handshakes only: nothing, hook (for the certificate), dh-bits, extension
  // or supplement (of this session), extensions or supplements (of all sessions).
  const char *full_only;
  // Forbids session tickets.
  int no_tickets;
  // Further flags of gnutls_init.
  unsigned flags;
  // Hands this in as early data before the handshake, of a session without the flag for them.
  const char *early;
  // Calls gnutls_ocsp_status_request_enable_client.
  int asks_for_status;
  // Calls gnutls_session_enable_compatibility_mode.
  int is_compatible;
  // Sets TCP_NODELAY.
  int nodelay;
  // Gives GnuTLS functions of its own to send and receive by.
  int own_transport;
  // Tells on standard error how TCP_NODELAY stands before the handshake, after it, and after the answer.
  int tells_nodelay;
};

// Reads the arguments. Returns 0, or -1 if they are wrong.
int read_options(int argc, char **argv, struct options *options);

// Makes credentials that trust the CA file, with a verify function if the options ask for one. Returns a GnuTLS code.
int make_credentials(gnutls_certificate_credentials_t *credentials, const struct options *options);

// Sets up what is verified during the handshake. The options outlive the session.
void verify_within(gnutls_session_t session, const struct options *options);

// Loads the library that the options name. Returns 0 if it can't.
int load_library(const struct options *options);

// Verifies after the handshake, if the options say so. Returns a GnuTLS code.
int verify_afterwards(gnutls_session_t session, const struct options *options);

// Connects to the port of 127.0.0.1. Returns a socket, or -1.
int connect_to(const struct options *options);

// Has the session use the socket, which stays where it is until the session ends.
void carry(gnutls_session_t session, int *descriptor, const struct options *options);

// Tells how TCP_NODELAY stands, if the options say so.
void tell_nodelay(int descriptor, const struct options *options);

// Runs a function on a thread with so many bytes of stack, and returns its result.
long on_stack(long bytes, long (*function)(void *), void *argument);

// These wait by poll for a socket that doesn't block. They return a GnuTLS code.
int shake_hands(gnutls_session_t session, int descriptor);
// Reads until a ticket has come, of which the program knows nothing yet. The socket must not block.
int await_ticket(gnutls_session_t session, int descriptor);
// Sends a request, and reads to the end of the answer, which must be 200.
int exchange(gnutls_session_t session, int descriptor);

// The next call of a verify function of any thread waits in there; and until it does, and until it may go on.
void hold_next_check(void);
void await_held_check(void);
void release_check(void);

// Jumps back to before the handshake.
_Noreturn void jump_out(void);

// Calls a function once, within the next call of GnuTLS's that receives.
void call_within(void (*function)(void *), void *argument);

int client_main(int argc, char **argv);
