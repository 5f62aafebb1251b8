// What a thread has GnuTLS load into credentials: the engine is told of it by whoever loads it, with what was read where this
// library reads it itself.
#ifndef TRUST_LOADS_H
#define TRUST_LOADS_H

#include <gnutls/x509.h>
#include <time.h>

#include "../CPreload/preload.h"

// Around GnuTLS's function that loads a file or folder into the credentials whose list this is; or the system's trust.
void trust_load_begins(gnutls_certificate_credentials_t credentials, gnutls_x509_trust_list_t list, int is_system);
// Returns whether the engine was told.
int trust_load_ends(void);

// Within: what this library has read, and will put into the list as it is. Of a file, it is the only one, without a name.
// - time: before it was begun to be read.
void tell_trust_read(gnutls_x509_trust_list_t list, const char *path, unsigned kind,
                     const struct cpreload_trust_file *files, unsigned count, time_t time);

// Within: GnuTLS is about to read a file, or a folder, itself.
void tell_trust_unread(gnutls_x509_trust_list_t list, const char *path, unsigned kind);

#endif
