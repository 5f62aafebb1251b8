/*
 * TLS session resumption for GnuTLS clients, automatic and across runs: for programs that own a gnutls_session_t.
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
 *   session       a TLS client's, set up, before gnutls_handshake, and attached to by nobody else; borrowed until
 *                 gnutls_resumption_detach
 *   hook          NULL: none
 *   attachment    receives the handle, after an error too: its message says what is wrong, and
 *                 gnutls_resumption_handshake_done returns the error again
 *
 * Returns 0, GNUTLS_RESUMPTION_E_INVALID_ARGUMENT, or GNUTLS_RESUMPTION_E_SESSION.
 *
 * A failed handshake can't be made again here, so only that is offered which can't fail. Of TLS 1.2 that is a session
 * whose client allows no TLS 1.3, or whose server has been resumed under TLS 1.2 before.
 */
int gnutls_resumption_attach(gnutls_resumption_store_t store, gnutls_session_t session,
                             const gnutls_resumption_identity_t *identity,
                             const gnutls_resumption_verification_t *verification, const gnutls_resumption_hook_t *hook,
                             gnutls_resumption_attachment_t *attachment);

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
#define GNUTLS_RESUMPTION_REASON_EXPIRED 3          /* past its lifetime */
#define GNUTLS_RESUMPTION_REASON_TRUST_CHANGED 4    /* the stored chain is not trusted now */
#define GNUTLS_RESUMPTION_REASON_DAMAGED 5          /* what is kept doesn't open, or is of another GnuTLS */
#define GNUTLS_RESUMPTION_REASON_WITHHELD 6         /* offering it could have broken the connection */
#define GNUTLS_RESUMPTION_REASON_STORE_UNAVAILABLE 7 /* key or store can't be opened, read or written */
#define GNUTLS_RESUMPTION_REASON_DECLINED 8         /* the server didn't accept the ticket */
#define GNUTLS_RESUMPTION_REASON_RETRIED 9          /* the handshake with a ticket failed; this is the second */
#define GNUTLS_RESUMPTION_REASON_DISABLED 10        /* resumption is switched off */
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

#ifdef __cplusplus
}
#endif

#endif
