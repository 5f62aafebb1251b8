// GnuTLS's lists of trust anchors and revocation lists, as far as nothing is in them but what files held that were read
// when the program said so: those are parsed when something needs them.
//
// What reads a list within GnuTLS (3.7.9 to 3.8.13), besides the functions that are given one:
// - all ways of verifying a session, and gnutls_certificate_get_issuer: they call those functions by their exported names;
// - gnutls_certificate_free_ca_names;
// - a server's request for a certificate, from inside the list: it holds the names of the authorities.
#ifndef TRUST_LISTS_H
#define TRUST_LISTS_H

#include <gnutls/x509.h>

#include "../CPreload/preload.h"
#include "own-lists.h"

// A list that is known.
struct trust;

struct trust_source {
  unsigned char *bytes;
  size_t size;
  unsigned flags;
  int is_revocation_list;
  // How many there are in there: of fewer, GnuTLS hasn't got all, as where memory was short.
  int expected;
  // Of the bytes; all zeros where nobody knows.
  unsigned char digest[CPRELOAD_DIGEST];
  // It is in GnuTLS's list.
  int is_parsed;
};

// It has been made, and is empty. What isn't known from then on is never waited with.
void trust_list_made(gnutls_x509_trust_list_t list);
void trust_list_ends(gnutls_x509_trust_list_t list);

// Null if there is nothing in it that waits to be parsed.
struct trust *waiting_trust(gnutls_x509_trust_list_t list);

int is_known_list(gnutls_x509_trust_list_t list);

// Whether there is such a list at all.
int is_anything_waiting(void);

// Has all of it parsed, before somebody reads it or adds something that comes after it. Returns GnuTLS's error if that
// can't be done.
int parse_trust(gnutls_x509_trust_list_t list);

// The same, and waits with nothing more: others may add to it.
int give_trust_up(gnutls_x509_trust_list_t list);

// The same of all lists, for good: there may be calls that this library doesn't see, or somebody watches what is parsed.
void stop_waiting_with_trust(void);

// What gnutls_x509_trust_list_add_trust_file does.
int add_trust_file(gnutls_x509_trust_list_t list, const char *anchors, const char *revocation_lists,
                   gnutls_x509_crt_fmt_t type, unsigned flags, unsigned verify_flags);

// What gnutls_x509_trust_list_add_trust_dir does.
int add_trust_folder(gnutls_x509_trust_list_t list, const char *anchors, const char *revocation_lists,
                     gnutls_x509_crt_fmt_t type, unsigned flags, unsigned verify_flags);

// The list asks the program for issuers that it doesn't hold.
void trust_list_asks_issuers(gnutls_x509_trust_list_t list, int asks);

// What is known of a list; null if it isn't known, or nothing has been put into it.
struct trust *trust_in(gnutls_x509_trust_list_t list);

// For named-trust.c, held-issuers.c and trust-list-folders.c.
enum { MOST_SOURCES = 8, MOST_NAMED = 8 };
struct named_trust;
struct held_issuer;
struct trust {
  gnutls_x509_trust_list_t list;
  // What follows changes only as GnuTLS's list may: while nobody else uses it.
  unsigned count;
  struct trust_source sources[MOST_SOURCES];
  int asks_issuers;
  // It is all parsed, and nothing more is kept.
  _Atomic int is_given_up;
  // A change that the program wanted couldn't be made: nobody is verified by it any more.
  _Atomic int is_unusable;
  _Atomic int state;
  _Atomic(struct named_trust *) named[MOST_NAMED];
  // The newest first.
  _Atomic(struct held_issuer *) issuers;
};

// The list's trust, made by the first file. Null if that can't be.
struct trust *trust_to_fill(gnutls_x509_trust_list_t list);

// What came into the list last, and waits to be parsed, or has been.
void keep_source(struct trust *trust, const struct trust_source *source);

// Puts it into a list, as gnutls_x509_trust_list_add_trust_file does with what it has read, and returns what GnuTLS answers.
int add_bytes(gnutls_x509_trust_list_t list, const struct trust_source *source);

// Puts all of it into a list; GnuTLS's error if that can't be done.
int add_source(gnutls_x509_trust_list_t list, const struct trust_source *source);

// A thread of a process that has forked this one was adding to the list: what is in it now, nobody knows.
int is_broken_trust(const struct trust *trust);

// Whether GnuTLS may be asked at all to wait; finds what is needed for that.
int may_wait_with_trust(void);

// GnuTLS's own function.
#define GNUTLS(name) ((__typeof__(&name))real_function(INDEX_##name, #name, 0))

#endif
