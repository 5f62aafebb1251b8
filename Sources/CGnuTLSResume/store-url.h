// The URL of a store that machines share, as far as a launcher has to know it: see RedisURL.
#ifndef STORE_URL_H
#define STORE_URL_H

#include <stdbool.h>

// Whether a store is named by a URL, rather than by a path.
bool is_store_url(const char *store);

// Whether a URL has a password in it.
bool has_password(const char *url);

#endif
