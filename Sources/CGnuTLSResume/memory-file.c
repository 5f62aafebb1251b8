#define _GNU_SOURCE
#include <sys/mman.h>

#include "CGnuTLSResume.h"

int gnutls_resume_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
