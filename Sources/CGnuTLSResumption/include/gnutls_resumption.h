/*
 * TLS session resumption for GnuTLS clients, automatic and across runs: for programs that own a gnutls_session_t. What
 * servers need for it is at the end.
 *
 *   gnutls_resumption_open            once in a process
 *     gnutls_resumption_attach        when a session is set up, before gnutls_handshake
 *     gnutls_handshake
 *     gnutls_resumption_handshake_done   verifies the peer, after a resumption too
 *     ... your program ...
 *     gnutls_resumption_detach        before gnutls_deinit
 *     gnutls_resumption_free
 *   gnutls_resumption_close
 *
 * GnuTLS verifies nothing on a resumed handshake: neither gnutls_session_set_verify_cert nor a verify function runs.
 * So whoever attaches says who verifies, and closes the connection if gnutls_resumption_handshake_done returns an error.
 *
 * No trouble with the ticket store breaks a connection: the handshake is a full one then, and the outcome says why.
 *
 * Threads: a store may be used from all threads at once. An attachment belongs to its session: one thread at a time uses
 * the two of them, and what is read from it. Callbacks run on the thread that made the call; they must not call functions
 * with the same attachment, nor leave by longjmp or a C++ exception. A thread that is cancelled ends after the call.
 *
 * Memory: all that is handed in is copied, and may be freed after the call; callbacks and their data must stay until the
 * attachment is freed. Handles are freed by gnutls_resumption_close and gnutls_resumption_free and nothing else. Strings
 * that are returned are never to be freed by the caller.
 *
 * Every function takes a null handle: those that return a code return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT, those that
 * free do nothing. Structures begin with their size, so that they can grow: set them up with their macro.
 */
#ifndef GNUTLS_RESUMPTION_H
#define GNUTLS_RESUMPTION_H

#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this header, as a text and as a number with a byte for each part. */
#define GNUTLS_RESUMPTION_VERSION "0.1.0"
#define GNUTLS_RESUMPTION_VERSION_MAJOR 0
#define GNUTLS_RESUMPTION_VERSION_MINOR 1
#define GNUTLS_RESUMPTION_VERSION_PATCH 0
#define GNUTLS_RESUMPTION_VERSION_NUMBER 0x000100

/* Where tickets are kept, and the key under which they are sealed. */
typedef struct gnutls_resumption_store_st *gnutls_resumption_store_t;

/* The hold on one session. */
typedef struct gnutls_resumption_attachment_st *gnutls_resumption_attachment_t;

/*
 * Errors. They lie in the range that GnuTLS leaves to applications, so that they never meet its own codes.
 */

/* A null handle, a field that is missing, or a value that can't be meant. Nothing was done. */
#define GNUTLS_RESUMPTION_E_INVALID_ARGUMENT (-65401)
/* GnuTLS refused to set the session up: it must not be used for a handshake. */
#define GNUTLS_RESUMPTION_E_SESSION (-65402)
/* The peer can't be verified, or not as who it should be: close the connection. */
#define GNUTLS_RESUMPTION_E_NOT_TRUSTED (-65403)
/* The program's own callback refused the peer: close the connection. */
#define GNUTLS_RESUMPTION_E_REFUSED (-65404)
/* The attachment has been detached. */
#define GNUTLS_RESUMPTION_E_DETACHED (-65405)
/* The store of ticket keys can't be used: the server goes on with keys of its own. */
#define GNUTLS_RESUMPTION_E_STORE (-65406)

/* What a code means, in one sentence: those above, 0, and GnuTLS's own. The string is constant. */
const char *gnutls_resumption_strerror(int error);

/*
 * Stores
 */

/* How much a store keeps; 0 in a field: the default. At a bound the oldest records leave. */
typedef struct {
  size_t size;
  size_t records_per_identity; /* 4 unless set */
  size_t records;              /* 20,000 unless set */
  size_t bytes;                /* 64 MiB unless set, of allocated blocks */
} gnutls_resumption_bounds_t;

#define GNUTLS_RESUMPTION_BOUNDS_INIT {sizeof(gnutls_resumption_bounds_t), 0, 0, 0}

/*
 * Takes a folder for tickets and a file for the master key. Neither is opened, or made, before it is needed; if that
 * fails, connections go on without, and their outcome says so.
 *
 *   folder    NULL: the user's own, $XDG_STATE_HOME/gnutls-resume, else ~/.local/state/gnutls-resume; without a home
 *             $STATE_DIRECTORY/gnutls-resume/tickets, else /var/lib/gnutls-resume/UID/tickets
 *   key_file  NULL: the user's own, $XDG_CONFIG_HOME/gnutls-resume/key, else ~/.config/gnutls-resume/key; without a home
 *             $CREDENTIALS_DIRECTORY/gnutls-resume.key, else secret/key beside the tickets
 *   bounds    NULL: the defaults
 *   store     receives the handle, after an error too: see gnutls_resumption_store_message
 *
 * Returns 0 or GNUTLS_RESUMPTION_E_INVALID_ARGUMENT. Attaching to a store that has failed fails.
 */
int gnutls_resumption_open(const char *folder, const char *key_file, const gnutls_resumption_bounds_t *bounds,
                           gnutls_resumption_store_t *store);

/*
 * Takes a store that machines share, on a Redis or Valkey server, for the tickets of named servers; the others' stay in
 * the user's own folder. Whoever holds the shared key can make sessions, so one captured member can impersonate every
 * server to the others. A connection waits for the store 50 ms at most before its handshake.
 *
 *   url              redis://, rediss:// or redis+unix://, with a file for the password: ...?password-file=/PATH
 *   shared_key_file  the file of the key that all who share have, as 'gnutls-resume key import' writes it
 *   servers          whose tickets are shared, with commas between them: exact names, *.example.com for all names that
 *                    end so, or * for all
 *   key_file, bounds, store
 *                    as above, for what stays here
 *
 * Returns 0 or GNUTLS_RESUMPTION_E_INVALID_ARGUMENT, as gnutls_resumption_open does.
 */
int gnutls_resumption_open_shared(const char *url, const char *shared_key_file, const char *servers,
                                  const char *key_file, const gnutls_resumption_bounds_t *bounds,
                                  gnutls_resumption_store_t *store);

/* Why opening failed: what happened, and what to do; empty after a success. Valid until the store is closed. */
const char *gnutls_resumption_store_message(gnutls_resumption_store_t store);

/* Frees a store. Attachments that were made with it go on with what they have. */
void gnutls_resumption_close(gnutls_resumption_store_t store);

/*
 * Attaching
 */

/*
 * All of a session's setup: GnuTLS has no getters for it. What is left out here, and differs between two connections, lets
 * one resume the other's session. Texts are UTF-8; paths, everywhere here, are bytes.
 */
typedef struct {
  size_t size;
  const char *server_name;               /* as set by gnutls_server_name_set, else the address in text; required */
  uint16_t port;                         /* required */
  const char *expected_name;             /* that the certificate must be for; NULL: server_name */
  const gnutls_datum_t *protocols;       /* as set by gnutls_alpn_set_protocols, in order */
  size_t protocols_count;                /* 0: no ALPN */
  const char *priority;                  /* the priority string as it was given; NULL: GnuTLS's default */
  const unsigned char *certificate_hash; /* SHA-256 of the client certificate's DER, 32 bytes; NULL: none */
  const char *partition;                 /* your own division, of what has no field; NULL: none */
  int priority_is_appended;              /* not 0: priority is as gnutls_set_default_priority_append was given it */
} gnutls_resumption_identity_t;

#define GNUTLS_RESUMPTION_IDENTITY_INIT(server_name, port) \
  {sizeof(gnutls_resumption_identity_t), server_name, port, NULL, NULL, 0, NULL, NULL, NULL, 0}

/*
 * Who verifies the peer, after every handshake: the engine, in the first four, the program, or nobody. Sessions of these
 * three are never mixed, nor those of other pins.
 *
 * The engine verifies the chain, the expected name, and the purpose "TLS server", with the authorities of now.
 */
#define GNUTLS_RESUMPTION_VERIFY_SYSTEM 1 /* by the system's trust */
#define GNUTLS_RESUMPTION_VERIFY_FILE 2   /* by the certificates in a PEM file, and no others */
#define GNUTLS_RESUMPTION_VERIFY_FOLDER 3 /* by the certificates in the PEM files of a folder, and no others */
/* By the trust list in the session's certificate credentials. The stored peer is verified at every resumption. */
#define GNUTLS_RESUMPTION_VERIFY_CREDENTIALS 4
#define GNUTLS_RESUMPTION_VERIFY_CALLBACK 5 /* by the program */
#define GNUTLS_RESUMPTION_VERIFY_NOBODY 6   /* insecure: not at all */

/* Answers 0 if the peer may be trusted, as GnuTLS's verify functions do; anything else refuses it. */
typedef int (*gnutls_resumption_verify_func)(gnutls_session_t session, void *data);

typedef struct {
  size_t size;
  int kind;                               /* GNUTLS_RESUMPTION_VERIFY_... */
  const char *path;                       /* of the file or folder: bytes as they are */
  gnutls_resumption_verify_func callback; /* runs inside gnutls_resumption_handshake_done, resumed or not */
  void *callback_data;                    /* is handed to it */
  const unsigned char *pins;              /* SHA-256 of public keys (RFC 7469, section 2.4), 32 bytes each, one after */
  size_t pins_count;                      /* the other: the verified path must contain one of them; 0: any will do */
} gnutls_resumption_verification_t;

#define GNUTLS_RESUMPTION_VERIFICATION_INIT(kind, path) \
  {sizeof(gnutls_resumption_verification_t), kind, path, NULL, NULL, NULL, 0}

/*
 * A handshake hook of the program's own, as for gnutls_handshake_set_hook_function: GnuTLS holds one per session, and
 * that is the engine's.
 */
typedef struct {
  size_t size;
  unsigned int type; /* GNUTLS_HANDSHAKE_... */
  int when;          /* GNUTLS_HOOK_PRE, GNUTLS_HOOK_POST or GNUTLS_HOOK_BOTH */
  gnutls_handshake_hook_func function;
} gnutls_resumption_hook_t;

#define GNUTLS_RESUMPTION_HOOK_INIT(type, when, function) {sizeof(gnutls_resumption_hook_t), type, when, function}

/*
 * Claims a ticket, offers it, and takes in those that come. May wait for the store, never for the network.
 *
 *   session       a client's, of TLS or DTLS, set up, before gnutls_handshake, and attached to by nobody else; borrowed
 *                 until gnutls_resumption_detach
 *   hook          NULL: none
 *   attachment    receives the handle, after an error too: its message says what is wrong, and
 *                 gnutls_resumption_handshake_done returns the error again
 *
 * Returns 0, GNUTLS_RESUMPTION_E_INVALID_ARGUMENT, or GNUTLS_RESUMPTION_E_SESSION.
 *
 * A failed handshake can't be made again here, so only that is offered which can't fail. Of TLS 1.2 that is a session
 * whose client allows no TLS 1.3, or whose server has been resumed under TLS 1.2 before.
 *
 * Of DTLS and of TLS nothing is offered to each other: which one it is, the session tells. With a pull function of its own,
 * a program of DTLS sets one by gnutls_transport_set_pull_timeout_function as well, or GnuTLS ends the handshake. The last
 * flight of a resumption may be lost: gnutls_record_recv sends it again when the server asks for it, and then returns
 * GNUTLS_E_AGAIN.
 */
int gnutls_resumption_attach(gnutls_resumption_store_t store, gnutls_session_t session,
                             const gnutls_resumption_identity_t *identity,
                             const gnutls_resumption_verification_t *verification, const gnutls_resumption_hook_t *hook,
                             gnutls_resumption_attachment_t *attachment);

/*
 * Early data (RFC 8446, section 2.3): a request that leaves with the first flight, so that its answer is there a round trip
 * earlier. For who makes the connection again where it breaks.
 *
 *   gnutls_resumption_attach_early          the socket is connected
 *   gnutls_handshake                        within ten seconds
 *   gnutls_resumption_handshake_done        if the handshake fails, or doesn't end in time: connect again, by the same calls
 *   unless gnutls_resumption_early_data says GNUTLS_RESUMPTION_EARLY_DATA_ACCEPTED: send the bytes
 *
 * Whoever sees early data on their way can send them to the server again, and they may come twice as the connection is made
 * again: hand in only bytes to which that does no harm, such as a GET that changes nothing (RFC 8470, section 4).
 *
 * A handshake with early data that the server would go on with by a HelloRetryRequest fails, as GnuTLS can't do that. One that
 * isn't answered ends by the program's own time limit, as by gnutls_handshake_set_timeout. The next connection sends none early
 * then, and if that works, none do for a day. A push function that answers "again" after the ClientHello makes GnuTLS break the
 * handshake. Don't call gnutls_record_send_early_data or gnutls_session_set_data yourself, nor give gnutls_init
 * GNUTLS_ENABLE_EARLY_DATA.
 */
typedef struct {
  size_t size;
  const void *data;  /* the bytes */
  size_t data_size;  /* more than 16,384 are never sent early; 0: none this time, but the tickets that come may carry some */
  const char *marks; /* the folder, on a tmpfs, for the marks that keep them from being sent twice; NULL:
                        $XDG_RUNTIME_DIR/gnutls-resume/early-data, else the same below /run/user/UID */
} gnutls_resumption_early_data_t;

#define GNUTLS_RESUMPTION_EARLY_DATA_INIT(data, data_size) \
  {sizeof(gnutls_resumption_early_data_t), data, data_size, NULL}

/*
 * The same as gnutls_resumption_attach, with early data. They are sent early only where the engine verifies, not by the
 * credentials' trust list, and where the identity has no client certificate; else the program sends them after the handshake.
 */
int gnutls_resumption_attach_early(gnutls_resumption_store_t store, gnutls_session_t session,
                                   const gnutls_resumption_identity_t *identity,
                                   const gnutls_resumption_verification_t *verification,
                                   const gnutls_resumption_hook_t *hook,
                                   const gnutls_resumption_early_data_t *early_data,
                                   gnutls_resumption_attachment_t *attachment);

/* What has become of the early data; meaningful after gnutls_resumption_handshake_done. */
#define GNUTLS_RESUMPTION_EARLY_DATA_NONE 0        /* there were none */
#define GNUTLS_RESUMPTION_EARLY_DATA_ACCEPTED 1    /* the server has taken them with the first flight */
#define GNUTLS_RESUMPTION_EARLY_DATA_REJECTED 2    /* they went with the first flight, and it has passed them over: send them */
#define GNUTLS_RESUMPTION_EARLY_DATA_IN_DOUBT 3    /* the handshake has failed, or not ended: connect again, and send them */
#define GNUTLS_RESUMPTION_EARLY_DATA_NOT_OFFERED 4 /* they didn't go with the first flight: send them */

int gnutls_resumption_early_data(gnutls_resumption_attachment_t attachment);

/* The same in a word, "accepted"; for those that weren't offered the reason, as "notAllowed" for a ticket that allows none. */
const char *gnutls_resumption_early_data_text(gnutls_resumption_attachment_t attachment);

/*
 * Tells what gnutls_handshake returned, and has the peer verified. Call it at once, as errno counts.
 *
 * Returns 0 only if the handshake succeeded and the peer is trusted, so that one check is enough. Without a session:
 * GNUTLS_RESUMPTION_E_DETACHED, or what attaching had returned. Else a negative result as it is; or
 * GNUTLS_RESUMPTION_E_NOT_TRUSTED or _REFUSED. After an error of ours the connection must be closed. After a result that
 * isn't fatal (gnutls_error_is_fatal), call gnutls_handshake and this again.
 */
int gnutls_resumption_handshake_done(gnutls_resumption_attachment_t attachment, int result);

/*
 * Stores the tickets that have come since. Under TLS 1.3 they come inside gnutls_record_recv, which then returns
 * GNUTLS_E_AGAIN, on blocking sessions too. Detaching does so as well.
 */
int gnutls_resumption_keep(gnutls_resumption_attachment_t attachment);

/*
 * Tells that the program has got session data from gnutls_session_get_data2 itself, for TLS 1.3 tickets that the hook
 * could not see because another has taken its place.
 */
int gnutls_resumption_hand_in(gnutls_resumption_attachment_t attachment, const void *data, size_t size);

/* Stores what has come, and lets go of the session: before gnutls_deinit. Outcome and message stay as they are. */
int gnutls_resumption_detach(gnutls_resumption_attachment_t attachment);

/* Frees an attachment. What wasn't stored is lost without a detachment before; the session isn't touched. */
void gnutls_resumption_free(gnutls_resumption_attachment_t attachment);

/*
 * What happened
 */

/* Why a handshake was a full one. More may come: their text says what they are. */
#define GNUTLS_RESUMPTION_REASON_OTHER (-1)
#define GNUTLS_RESUMPTION_REASON_NONE 0             /* it was resumed */
#define GNUTLS_RESUMPTION_REASON_NO_TICKET 1        /* nothing was kept for this server */
#define GNUTLS_RESUMPTION_REASON_POLICY_CHANGED 2   /* what is kept is of connections that were set up differently */
#define GNUTLS_RESUMPTION_REASON_EXPIRED 3          /* past its lifetime, or from the future */
#define GNUTLS_RESUMPTION_REASON_TRUST_CHANGED 4    /* the stored chain is not trusted now */
#define GNUTLS_RESUMPTION_REASON_DAMAGED 5          /* what is kept doesn't open, or is of another GnuTLS */
#define GNUTLS_RESUMPTION_REASON_WITHHELD 6         /* it could have broken the connection, or GnuTLS left it out */
#define GNUTLS_RESUMPTION_REASON_STORE_UNAVAILABLE 7 /* key or store can't be opened, read or written */
#define GNUTLS_RESUMPTION_REASON_DECLINED 8         /* the server didn't accept the ticket */
#define GNUTLS_RESUMPTION_REASON_RETRIED 9          /* the handshake with a ticket failed; this is the second */
#define GNUTLS_RESUMPTION_REASON_DISABLED 10        /* resumption is switched off, or by %NO_TICKETS */
#define GNUTLS_RESUMPTION_REASON_UNFINISHED 11      /* the handshake with a ticket has failed, or hasn't ended */

typedef struct {
  size_t size;
  int resumed;                   /* 1 or 0 */
  int reason;                    /* GNUTLS_RESUMPTION_REASON_... */
  const char *reason_text;       /* "noTicket" for one, "resumed" if it was; constant */
  unsigned int tickets_received; /* on this connection so far; a TLS 1.2 session counts as one */
  unsigned int tickets_stored;   /* of those */
  int64_t ticket_age;            /* of the offered one, in seconds; -1 if none was offered */
  int failed_with_ticket;        /* 1: a handshake with an offer has failed; the next connection is not offered any */
  const char *store_error;       /* what went wrong with key or store, and what to do; NULL if nothing did */
} gnutls_resumption_outcome_t;

#define GNUTLS_RESUMPTION_OUTCOME_INIT {sizeof(gnutls_resumption_outcome_t), 0, 0, NULL, 0, 0, 0, 0, NULL}

/*
 * Fills in what has become of the resumption so far; meaningful after the handshake, and in full after the detachment.
 * store_error is valid until the next call of this function with the attachment, or until that is freed.
 */
int gnutls_resumption_get_outcome(gnutls_resumption_attachment_t attachment, gnutls_resumption_outcome_t *outcome);

/*
 * What the last error of a function with this attachment was: what happened, with which server, and what to do. Empty
 * after a success. Valid until the next call with the attachment.
 */
const char *gnutls_resumption_message(gnutls_resumption_attachment_t attachment);

/*
 * Watching
 */

#define GNUTLS_RESUMPTION_STEP_CLAIM 1     /* what may be offered was looked for */
#define GNUTLS_RESUMPTION_STEP_HANDSHAKE 2 /* the handshake is over, and so is the verification of the peer */
#define GNUTLS_RESUMPTION_STEP_KEEP 3      /* tickets that came were handed to the store */

#define GNUTLS_RESUMPTION_CLAIMED_NOTHING 0
#define GNUTLS_RESUMPTION_CLAIMED_TICKET 1  /* of TLS 1.3 */
#define GNUTLS_RESUMPTION_CLAIMED_SESSION 2 /* of TLS 1.2 or DTLS */

#define GNUTLS_RESUMPTION_RESULT_ESTABLISHED 1 /* the peer is trusted */
#define GNUTLS_RESUMPTION_RESULT_REFUSED 2     /* the peer isn't */
#define GNUTLS_RESUMPTION_RESULT_FAILED 3      /* the handshake was broken, or given up */

/* Something that a connection's resumption has done. Texts are lent for the call; what isn't said of a step is 0. */
typedef struct {
  size_t size;
  int step;                      /* GNUTLS_RESUMPTION_STEP_...; more may come */
  const char *server_name;       /* as the identity has it, in its normal form */
  uint16_t port;
  int is_datagram;               /* 1: DTLS */
  int64_t beginning;             /* of the step, in nanoseconds since 1970; of a handshake, when the ClientHello was made */
  int64_t duration;              /* in nanoseconds; of a handshake until the peer was trusted or not */
  int claimed;                   /* of a claim: GNUTLS_RESUMPTION_CLAIMED_... */
  int result;                    /* of a handshake: GNUTLS_RESUMPTION_RESULT_... */
  int resumed;                   /* of one that is established: 1 or 0 */
  const char *protocol;          /* of one that is established, as GnuTLS calls it: "TLS1.3"; else NULL */
  unsigned int tickets_received; /* of a keeping: how many there were */
  unsigned int tickets_stored;   /* and how many of them the store has taken */
  int reason;                    /* so far, as an outcome has it: GNUTLS_RESUMPTION_REASON_... */
  const char *reason_text;
  const char *store_error;       /* what has gone wrong with key or store so far; NULL if nothing has */
} gnutls_resumption_event_t;

/*
 * Is told of an event after the fact, on the thread of the call that has caused it, also in gnutls_resumption_free. It must not
 * wait, nor call functions with an attachment.
 */
typedef void (*gnutls_resumption_event_func)(const gnutls_resumption_event_t *event, void *data);

/*
 * Has a function told, from now on, of what all connections of a store do; NULL: none. It and its data must stay until another
 * has taken their place and no call with an attachment of the store is under way, or until the store is closed and the last
 * attachment is freed.
 *
 * Returns 0 or GNUTLS_RESUMPTION_E_INVALID_ARGUMENT, also for a store that could not be opened.
 */
int gnutls_resumption_observe(gnutls_resumption_store_t store, gnutls_resumption_event_func function, void *data);

/*
 * Servers
 */

/* Ticket keys that change and are forgotten, and that all servers of a store have. One is enough for a process. */
typedef struct gnutls_resumption_server_st *gnutls_resumption_server_t;

/*
 * Tells what the sessions of a host are bound to: bytes that stand for the host, the client authorities, and the policy of
 * client authentication. A session is resumed only where these are the same.
 *
 *   server_name   that the client asks for, in lower case; NULL if it names none
 *   context       to be filled in; the bytes stay the callback's, and are copied when it returns
 *
 * Returns 0; anything else: no tickets for this host, and nothing is resumed. Called inside gnutls_handshake.
 */
typedef int (*gnutls_resumption_context_func)(gnutls_session_t session, const char *server_name,
                                              gnutls_datum_t *context, void *data);

/* Is told what happens, for people, a line at a time, without its end; no line holds a secret. */
typedef void (*gnutls_resumption_server_log_func)(const char *line, void *data);

/* Callbacks and their data must stay until the server is closed and the last session that was attached is freed. */
typedef struct {
  size_t size;
  gnutls_resumption_context_func context; /* required */
  void *context_data;                     /* is handed to it */
  const char *session_folder;             /* for TLS 1.2 sessions of clients without tickets, by id: a folder or a URL,
                                             as that of the keys, but another; NULL: nowhere */
  unsigned int slot_length;               /* seconds that one key seals; 0: 3,600 */
  unsigned int lifetime;                  /* seconds from the full handshake on, 604,800 at most; 0: 21,600 */
  unsigned int clock_tolerance;           /* seconds by which the servers' clocks may differ; 0: 120 */
  gnutls_resumption_server_log_func log;  /* NULL: none */
  void *log_data;                         /* is handed to it */
} gnutls_resumption_server_options_t;

#define GNUTLS_RESUMPTION_SERVER_OPTIONS_INIT(context, data) \
  {sizeof(gnutls_resumption_server_options_t), context, data, NULL, 0, 0, 0, NULL, NULL}

/*
 * Takes a folder for ticket keys and a file for the master key, under which they are sealed; null stands for the user's own,
 * as with gnutls_resumption_open. Neither is opened before it is needed. In place of the folder may stand the URL of a
 * store that servers of several machines share, as with gnutls_resumption_open_shared: the file of the key must be named
 * then, and is never made.
 *
 *   server    receives the handle, after an error too: see gnutls_resumption_server_message
 *
 * Returns 0 or GNUTLS_RESUMPTION_E_INVALID_ARGUMENT.
 */
int gnutls_resumption_server_open(const char *folder, const char *key_file,
                                  const gnutls_resumption_server_options_t *options,
                                  gnutls_resumption_server_t *server);

/* Why opening failed: what happened, and what to do; empty after a success. Valid until the server is closed. */
const char *gnutls_resumption_server_message(gnutls_resumption_server_t server);

/*
 * Finds or makes the keys of this slot and the next, and lets go of those whose tickets have ended. Call it before the first
 * client comes, and then every few seconds or minutes, from a thread that may wait for the store. Without it handshakes do
 * what is needed, and keys of ended slots stay in memory until a client comes.
 *
 * Returns 0 if other servers have the key of new tickets; GNUTLS_RESUMPTION_E_STORE if the store or the master key can't be
 * used: new tickets are this process's alone then, and the log says why.
 */
int gnutls_resumption_server_refresh(gnutls_resumption_server_t server);

/*
 * Gives a session its ticket key when the client's first message comes. Waits for nothing. There is nothing to detach:
 * gnutls_deinit does. Don't call gnutls_session_ticket_enable_server, and don't allow early data.
 *
 *   session   a server's, before gnutls_handshake, and attached to by nobody else
 *   hook      the program's own handshake hook, which is called after the engine's; NULL: none
 *
 * Returns 0, GNUTLS_RESUMPTION_E_INVALID_ARGUMENT, or GNUTLS_RESUMPTION_E_SESSION.
 *
 * A program that sets its hook by gnutls_handshake_set_hook_function afterwards calls
 * gnutls_resumption_server_client_hello in it.
 */
int gnutls_resumption_server_attach(gnutls_resumption_server_t server, gnutls_session_t session,
                                    const gnutls_resumption_hook_t *hook);

/*
 * The same for a session that was made with GNUTLS_NO_AUTO_SEND_TICKET: the program calls
 * gnutls_resumption_server_send_tickets after each handshake. Then a client that asks for a number of tickets (RFC 9149) is told
 * how many it gets, and gets them; else GnuTLS sends two to everybody.
 */
int gnutls_resumption_server_attach_sending(gnutls_resumption_server_t server, gnutls_session_t session,
                                            const gnutls_resumption_hook_t *hook);

/*
 * Sends the tickets of such a session, once its handshake is through: as many as the client has asked for, 8 at most, or two
 * if it hasn't asked.
 *
 * Returns how many were sent; 0 under TLS 1.2, to who doesn't resume with forward secrecy, and where there is no key;
 * GNUTLS_RESUMPTION_E_INVALID_ARGUMENT for a session that isn't attached to in that way; else what GnuTLS says: after
 * GNUTLS_E_AGAIN call it again once the socket can be written.
 */
int gnutls_resumption_server_send_tickets(gnutls_session_t session);

/*
 * To be called by a program's own hook, for an incoming GNUTLS_HANDSHAKE_CLIENT_HELLO of GNUTLS_HOOK_PRE, with the message
 * that the hook has got. The hook returns what this returns: 0, or a GnuTLS error that ends the handshake, as the client asks
 * for another host than before.
 */
int gnutls_resumption_server_client_hello(gnutls_session_t session, const gnutls_datum_t *message);

/* Lets go of the keys. Sessions that have been attached to, and haven't shaken hands, have no tickets then. */
void gnutls_resumption_server_close(gnutls_resumption_server_t server);

#ifdef __cplusplus
}
#endif

#endif
