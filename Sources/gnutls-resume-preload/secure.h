// Where this library keeps out.
#ifndef SECURE_H
#define SECURE_H

// Whether the program has more rights than who has started it: no environment is believed then, and all calls pass.
int is_secure_process(void);

// Whether the engine may be loaded into this process at all: it is made for glibc, and GNUTLS_RESUME_OFF keeps it out.
int may_load_engine(void);

#endif
