// The header is all that is in C; it compiles on its own.
#include "gnutls_resumption.h"
