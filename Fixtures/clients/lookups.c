// Looks functions up in all ways: none is found that isn't there, and no error is told that isn't the program's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

#define EXPECT(condition)                                                                                              \
  do {                                                                                                                 \
    dlerror();                                                                                                         \
    if (!(condition)) return puts(#condition), 1;                                                                      \
  } while (0)
#define FINDS(call) ((call) != NULL && dlerror() == NULL)
#define FINDS_NOTHING(call) ((call) == NULL && dlerror() != NULL)

int main(void) {
  void *c = dlopen("libc.so.6", RTLD_NOW), *self = dlopen(NULL, RTLD_NOW);
  EXPECT(FINDS(dlsym(RTLD_DEFAULT, "strlen")) && FINDS(dlsym(RTLD_NEXT, "strlen")) && FINDS(dlsym(c, "strlen")));
  EXPECT(FINDS_NOTHING(dlsym(RTLD_DEFAULT, "gnutls_init")));
  EXPECT(FINDS_NOTHING(dlsym(RTLD_NEXT, "gnutls_init")));
  EXPECT(FINDS_NOTHING(dlsym(c, "gnutls_init")));
  EXPECT(FINDS_NOTHING(dlsym(RTLD_DEFAULT, "gnutls_there_is_none")));
  EXPECT(FINDS_NOTHING(dlvsym(RTLD_DEFAULT, "gnutls_init", "GNUTLS_3_4")));
  EXPECT(dlsym(c, "dlopen") == dlsym(self, "dlopen"));
  void *gnutls = dlopen("libgnutls.so.30", RTLD_NOW | RTLD_LOCAL);
  EXPECT(FINDS(dlsym(gnutls, "gnutls_init")));
  EXPECT(FINDS(dlvsym(gnutls, "gnutls_init", "GNUTLS_3_4")));
  EXPECT(FINDS_NOTHING(dlvsym(gnutls, "gnutls_init", "GNUTLS_0_1")));
  EXPECT(FINDS_NOTHING(dlsym(gnutls, "gnutls_there_is_none")));
  EXPECT(dlopen("libgnutls.so.30", RTLD_NOW | RTLD_GLOBAL) == gnutls);
  EXPECT(FINDS(dlsym(RTLD_DEFAULT, "gnutls_init")));
  puts("as it should be");
  return 0;
}
