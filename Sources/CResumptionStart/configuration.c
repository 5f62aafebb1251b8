#define _GNU_SOURCE
#include <gnutls/gnutls.h>
#include <link.h>
#include <stdatomic.h>
#include <sys/auxv.h>

#include "CResumptionStart.h"
#include "configuration_note.h"

static struct configuration_note own;
static const struct configuration_note *_Atomic note = &own;
// The file has been another since, or calls have changed what it says.
static atomic_int is_over;

// The order in which libraries were loaded.
struct order {
  const void *gnutls, *engine, *loader;
  int count, gnutls_at, engine_at, loader_at;
};

static int add_library(struct dl_phdr_info *library, size_t size, void *context) {
  struct order *order = context;
  (void)size;
  for (int i = 0; i < library->dlpi_phnum; i++) {
    if (library->dlpi_phdr[i].p_type != PT_LOAD) continue;
    uintptr_t start = library->dlpi_addr + library->dlpi_phdr[i].p_vaddr;
    size_t length = library->dlpi_phdr[i].p_memsz;
    if ((uintptr_t)order->gnutls - start < length) order->gnutls_at = order->count;
    if ((uintptr_t)order->engine - start < length) order->engine_at = order->count;
    if ((uintptr_t)order->loader - start < length) order->loader_at = order->count;
  }
  order->count++;
  return 0;
}

// Whether GnuTLS may have been there long before this library, and may have read another file than there is now. It stands
// behind whatever is loaded with it or before; and all that a program starts with stands before the loader, but for what
// only other libraries' libraries need.
static int is_loaded_late(void) {
  struct order order = {
      .gnutls = (const void *)gnutls_get_system_config_file,
      .engine = &own,
      .loader = (const void *)getauxval(AT_BASE),
      .gnutls_at = -1, .engine_at = -1, .loader_at = -1,
  };
  dl_iterate_phdr(add_library, &order);
  return order.gnutls_at < order.engine_at && order.loader_at < order.engine_at;
}

// GnuTLS reads its configuration when it is loaded, which is before this.
__attribute__((constructor)) static void take_note(void) {
  configuration_note_take(&own, gnutls_get_system_config_file());
  if (is_loaded_late()) own.state = CONFIGURATION_NOTE_UNKNOWN;
  // The first call makes the list, and others must not look on.
  (void)gnutls_sign_list();
}

void cresumptionstart_use_earlier_note(const void *pointer) {
  const struct configuration_note *earlier = pointer;
  if (earlier && earlier->state != CONFIGURATION_NOTE_NONE && strcmp(earlier->path, own.path) == 0)
    atomic_store(&note, earlier);
}

// Where a stamp doesn't tell. In small pieces: a thread's stack may be small.
static int has_contents(int descriptor, const struct configuration_note *noted) {
  unsigned char piece[1024];
  size_t position = 0;
  for (;;) {
    ssize_t count = read(descriptor, piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return 0;
    if (count == 0) return position == noted->size;
    if ((size_t)count > noted->size - position) return 0;
    if (memcmp(noted->contents + position, piece, (size_t)count) != 0) return 0;
    position += (size_t)count;
  }
}

static int is_as_noted(int descriptor, const struct configuration_note *noted) {
  struct stat now;
  struct statfs system;
  if (fstat(descriptor, &now) || fstatfs(descriptor, &system)) return 0;
  if (noted->stamp_tells &&
      csessiontickets_stamps_tell((unsigned long)system.f_type, (unsigned long)system.f_flags))
    return configuration_note_is_same(&noted->status, &now);
  // GnuTLS reads the file again when it has another time.
  return now.st_mtim.tv_sec == noted->status.st_mtim.tv_sec && S_ISREG(now.st_mode) &&
         has_contents(descriptor, noted);
}

enum cresumptionstart_configuration cresumptionstart_configuration(void) {
  const struct configuration_note *noted = atomic_load(&note);
  if (atomic_load_explicit(&is_over, memory_order_relaxed)) return CRESUMPTIONSTART_UNKNOWN;
  if (noted->state != CONFIGURATION_NOTE_ABSENT && noted->state != CONFIGURATION_NOTE_THERE)
    return CRESUMPTIONSTART_UNKNOWN;
  // Between GnuTLS's reading and ours it may have changed, and within one tick of its clock unseen.
  if (noted->state == CONFIGURATION_NOTE_THERE && noted->status.st_ctim.tv_sec >= noted->taken.tv_sec - 2)
    return CRESUMPTIONSTART_UNKNOWN;
  int system_error = errno;
  enum cresumptionstart_configuration result = CRESUMPTIONSTART_UNKNOWN;
  int descriptor = open(noted->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (descriptor >= 0) {
    if (noted->state == CONFIGURATION_NOTE_THERE && is_as_noted(descriptor, noted)) result = CRESUMPTIONSTART_AS_NOTED;
    else atomic_store(&is_over, 1);
    close(descriptor);
  } else if (errno == ENOENT || errno == ENOTDIR) {
    if (noted->state == CONFIGURATION_NOTE_ABSENT) result = CRESUMPTIONSTART_ABSENT;
    else atomic_store(&is_over, 1);
  }
  errno = system_error;
  return result;
}

const unsigned char *cresumptionstart_contents(size_t *size) {
  const struct configuration_note *noted = atomic_load(&note);
  int is_there = noted->state == CONFIGURATION_NOTE_THERE;
  *size = is_there ? noted->size : 0;
  return is_there ? noted->contents : NULL;
}

// Pointers that may have changed, so that every call is one.
static unsigned (*volatile is_secure)(gnutls_sign_algorithm_t, unsigned) = gnutls_sign_is_secure2;
static gnutls_pk_algorithm_t (*volatile algorithm_of_curve)(gnutls_ecc_curve_t) = gnutls_ecc_curve_get_pk;

size_t cresumptionstart_marks(unsigned char marks[CRESUMPTIONSTART_MOST_MARKS]) {
  enum { MOST_SIGNATURES = 256, MOST_CURVES = 32 };
  size_t count = 0;
  const gnutls_sign_algorithm_t *list = gnutls_sign_list();
  for (int i = 0; list && list[i] && i < MOST_SIGNATURES; i++) {
    // What is good for certificates is good: that spares most of the second calls.
    unsigned good = is_secure(list[i], GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS) ? 2 : is_secure(list[i], 0) ? 1 : 0;
    if (i % 4 == 0) marks[count++] = 0;
    marks[count - 1] |= (unsigned char)(good << i % 4 * 2);
  }
  for (int curve = 0; curve < MOST_CURVES; curve++) {
    if (curve % 8 == 0) marks[count++] = 0;
    if (algorithm_of_curve((gnutls_ecc_curve_t)curve)) marks[count - 1] |= (unsigned char)(1 << curve % 8);
  }
  marks[count++] = (unsigned char)gnutls_fips140_mode_enabled();
  return count;
}

void cresumptionstart_forget_configuration(void) { atomic_store(&is_over, 1); }
