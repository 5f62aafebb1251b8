#define _GNU_SOURCE
#include "own-calls.h"

#include <stdatomic.h>
#include <gnutls/gnutls.h>
#include <stddef.h>

#include "elf.h"
#include "loader.h"
#include "real.h"

// What it calls where it verifies a peer, and where it adds to a list or frees one.
static const struct {
  unsigned index;
  const char *name;
} called[] = {
#define CALLED(name) {INDEX_##name, #name}
    CALLED(gnutls_ocsp_resp_verify),
    CALLED(gnutls_x509_trust_list_add_cas),
    CALLED(gnutls_x509_trust_list_add_crls),
    CALLED(gnutls_x509_trust_list_add_trust_mem),
    CALLED(gnutls_x509_trust_list_deinit),
    CALLED(gnutls_x509_trust_list_get_issuer),
    CALLED(gnutls_x509_trust_list_remove_cas),
    CALLED(gnutls_x509_trust_list_verify_crt2),
};
enum { CALLED_COUNT = sizeof called / sizeof *called };

struct search {
  const void *functions[CALLED_COUNT];
  int is_called[CALLED_COUNT];
};

static int search_object(struct dl_phdr_info *object, size_t size, void *pointer) {
  struct search *search = pointer;
  (void)size;
  if (!object_contains(object, search->functions[0])) return 0;
  for (int i = 0; i < CALLED_COUNT; i++) search->is_called[i] = refers_to_function(object, search->functions[i]);
  return 1;
}

// What this library needs to call is there too.
static int are_needed_there(void) {
#define IS_THERE(name) &&real_function(INDEX_##name, #name, 0)
  return 1 NEEDED(IS_THERE) IS_THERE(gnutls_certificate_get_trust_list)
      IS_THERE(gnutls_x509_trust_list_add_trust_file) IS_THERE(gnutls_x509_trust_list_init)
          IS_THERE(gnutls_x509_trust_list_set_getissuer_function);
}

// The variable that holds the function, which a program may set.
static gnutls_free_function *freeing;

void free_of_gnutls(void *memory) {
  if (memory) (*freeing)(memory);
}

static int look(void) {
  struct search search = {0};
  freeing = find_real("gnutls_free", 0);
  if (!freeing || !are_needed_there()) return 0;
  for (int i = 0; i < CALLED_COUNT; i++) {
    search.functions[i] = real_function(called[i].index, called[i].name, 0);
    if (!search.functions[i]) return 0;
  }
  dl_iterate_phdr(search_object, &search);
  for (int i = 0; i < CALLED_COUNT; i++)
    if (!search.is_called[i]) return 0;
  return 1;
}

int gnutls_calls_own_names(void) {
  // 0 while nobody has looked.
  static _Atomic int answer;
  int known = atomic_load_explicit(&answer, memory_order_relaxed);
  if (known) return known > 0;
  if (may_be_locked()) return 0;
  known = look() ? 1 : -1;
  atomic_store_explicit(&answer, known, memory_order_relaxed);
  return known > 0;
}
