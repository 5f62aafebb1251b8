// Asks lists of trust for issuers in all ways, and tells what GnuTLS answers, line by line:
//   finding each TRUST OTHERS…           for each certificate in the files, by a list with the first file's.
//   finding changes SEED COUNT TRUST OTHERS…  so many lists, with which all kinds of things are done in between, drawn by the seed.
//   finding threads TRUST OTHERS…        64 threads, by the same list, which asks for all at once.
//   finding again COUNT TRUST OTHERS…    another list each time; tells on standard error by how much the process has grown
//     since a tenth of them.
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "resident.h"

enum { MOST_CERTIFICATES = 1024, MOST_FILES = 8, THREADS = 64, STEPS = 16 };

static gnutls_x509_crt_t certificates[MOST_CERTIFICATES];
static unsigned count;
static char **files;
static int file_count;

static void read_certificates(void) {
  for (int i = 0; i < file_count; i++) {
    gnutls_datum_t bytes;
    gnutls_x509_crt_t *some;
    unsigned more = 0;
    if (gnutls_load_file(files[i], &bytes) < 0) abort();
    if (gnutls_x509_crt_list_import2(&some, &more, &bytes, GNUTLS_X509_FMT_PEM, 0) < 0) abort();
    if (count + more > MOST_CERTIFICATES) abort();
    memcpy(certificates + count, some, more * sizeof *some);
    count += more;
    gnutls_free(some);
    gnutls_free(bytes.data);
  }
}

// A number that stands for the bytes of a certificate.
static unsigned digest(gnutls_x509_crt_t certificate) {
  gnutls_datum_t bytes = {NULL, 0};
  unsigned sum = 0;
  if (!certificate || gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &bytes) < 0) return 0;
  for (unsigned i = 0; i < bytes.size; i++) sum = sum * 31 + bytes.data[i];
  gnutls_free(bytes.data);
  return sum;
}

// What was borrowed of a list, and what it was then.
struct borrowed {
  unsigned count, digests[STEPS];
  gnutls_x509_crt_t certificates[STEPS];
};

enum way { BORROWED, COPIED, BY_CREDENTIALS, COPIED_BY_CREDENTIALS, BY_NAME, BY_KEY, BY_OTHER_KEY, BY_KEY_ALONE, WAYS };

// Returns the answer's code and the certificate's digest, in one.
static long ask(enum way way, gnutls_x509_trust_list_t list, gnutls_certificate_credentials_t credentials,
                gnutls_x509_crt_t certificate, struct borrowed *borrowed) {
  gnutls_x509_crt_t issuer = NULL;
  gnutls_datum_t name = {NULL, 0}, key;
  unsigned char id[64];
  size_t size = sizeof id;
  int result, is_copy = 1;
  if (gnutls_x509_crt_get_raw_issuer_dn(certificate, &name) < 0) abort();
  if (gnutls_x509_crt_get_authority_key_id(certificate, id, &size, NULL) < 0) size = 0;
  if (way == BY_OTHER_KEY) id[0] ^= 1;
  key = (gnutls_datum_t){id, (unsigned)size};
  switch (way) {
  case BORROWED:
  case COPIED:
    is_copy = way == COPIED;
    result = gnutls_x509_trust_list_get_issuer(list, certificate, &issuer, is_copy ? GNUTLS_TL_GET_COPY : 0);
    break;
  case BY_CREDENTIALS:
  case COPIED_BY_CREDENTIALS:
    is_copy = way == COPIED_BY_CREDENTIALS;
    result = gnutls_certificate_get_issuer(credentials, certificate, &issuer, is_copy ? GNUTLS_TL_GET_COPY : 0);
    break;
  case BY_NAME: result = gnutls_x509_trust_list_get_issuer_by_dn(list, &name, &issuer, 0); break;
  case BY_KEY_ALONE:
    result = gnutls_x509_trust_list_get_issuer_by_subject_key_id(list, NULL, &key, &issuer, 0);
    break;
  default: result = gnutls_x509_trust_list_get_issuer_by_subject_key_id(list, &name, &key, &issuer, 0);
  }
  gnutls_free(name.data);
  unsigned sum = result >= 0 ? digest(issuer) : 0;
  if (result >= 0 && is_copy) {
    gnutls_x509_crt_deinit(issuer);
  } else if (result >= 0 && borrowed && borrowed->count < STEPS) {
    borrowed->digests[borrowed->count] = sum;
    borrowed->certificates[borrowed->count++] = issuer;
  }
  return result * 0x100000000 + sum;
}

// The list is the credentials' own, made before anything waits in it.
static gnutls_certificate_credentials_t make(gnutls_x509_trust_list_t *list, unsigned flags) {
  gnutls_certificate_credentials_t credentials;
  if (gnutls_certificate_allocate_credentials(&credentials) < 0 || gnutls_x509_trust_list_init(list, 0) < 0) abort();
  gnutls_certificate_set_trust_list(credentials, *list, 0);
  if (gnutls_x509_trust_list_add_trust_file(*list, files[0], NULL, GNUTLS_X509_FMT_PEM, flags, 0) < 0) abort();
  return credentials;
}

static void check(const struct borrowed *borrowed) {
  for (unsigned i = 0; i < borrowed->count; i++)
    if (digest(borrowed->certificates[i]) != borrowed->digests[i]) puts("a borrowed certificate is another now");
}

static void each(void) {
  for (unsigned i = 0; i < count; i++) {
    gnutls_x509_trust_list_t list;
    struct borrowed borrowed = {0};
    gnutls_certificate_credentials_t credentials = make(&list, 0);
    for (enum way way = 0; way < BY_KEY_ALONE; way++)
      printf("%lx ", ask(way, list, credentials, certificates[i], &borrowed));
    check(&borrowed);
    puts("");
    gnutls_certificate_free_credentials(credentials);
  }
}

// MARK: Changes

static unsigned long drawn;
static unsigned draw(unsigned bound) {
  drawn = drawn * 6364136223846793005 + 1442695040888963407;
  return (unsigned)(drawn >> 33) % bound;
}

static gnutls_x509_crt_t draw_certificate(void) { return certificates[draw(count)]; }

static int no_issuers(gnutls_x509_trust_list_t list, const gnutls_x509_crt_t certificate, gnutls_x509_crt_t **issuers,
                      unsigned *issuer_count) {
  (void)list, (void)certificate, (void)issuers, (void)issuer_count;
  return GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
}

static long add_to_list(gnutls_x509_trust_list_t list, unsigned flags) {
  gnutls_datum_t pem;
  if (gnutls_x509_crt_export2(draw_certificate(), GNUTLS_X509_FMT_PEM, &pem) < 0) abort();
  long result = gnutls_x509_trust_list_add_trust_mem(list, &pem, NULL, GNUTLS_X509_FMT_PEM, flags, 0);
  gnutls_free(pem.data);
  return result;
}

static long change(gnutls_x509_trust_list_t list, unsigned flags, struct borrowed *borrowed) {
  gnutls_x509_trust_list_iter_t next = NULL;
  gnutls_x509_crt_t certificate;
  unsigned status = 0;
  switch (draw(6)) {
  case 0:
    // GnuTLS frees what is removed or replaced.
    borrowed->count = 0;
    certificate = draw_certificate();
    return gnutls_x509_trust_list_remove_cas(list, &certificate, 1);
  case 1: borrowed->count = 0; return add_to_list(list, flags);
  case 2:
    borrowed->count = 0;
    return gnutls_x509_trust_list_add_trust_file(list, files[draw((unsigned)file_count)], NULL, GNUTLS_X509_FMT_PEM, flags, 0);
  case 3:
    gnutls_x509_trust_list_set_getissuer_function(list, draw(2) ? no_issuers : NULL);
    return 0;
  case 4:
    certificate = draw_certificate();
    return gnutls_x509_trust_list_verify_crt2(list, &certificate, 1, NULL, 0, 0, &status, NULL) * 0x100000000 + status;
  default:
    if (gnutls_x509_trust_list_iter_get_ca(list, &next, &certificate) < 0) return -1;
    long sum = digest(certificate);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_trust_list_iter_deinit(next);
    return sum;
  }
}

static void changes(unsigned long seed, int rounds) {
  static const unsigned kinds[] = {0, GNUTLS_TL_NO_DUPLICATES, GNUTLS_TL_NO_DUPLICATE_KEY};
  drawn = seed;
  for (int i = 0; i < rounds; i++) {
    gnutls_x509_trust_list_t list;
    struct borrowed borrowed = {0};
    unsigned flags = kinds[draw(3)], often = 2 + draw(6);
    gnutls_certificate_credentials_t credentials = make(&list, flags);
    for (int step = 0; step < STEPS; step++) {
      int is_change = draw(often) == 0;
      // Who knows the key alone has all parsed.
      enum way way = draw(8) ? draw(BY_KEY_ALONE) : BY_KEY_ALONE;
      printf("%lx ", is_change ? change(list, flags, &borrowed) : ask(way, list, credentials, draw_certificate(), &borrowed));
    }
    check(&borrowed);
    puts("");
    gnutls_certificate_free_credentials(credentials);
  }
}

// MARK: Threads

static struct {
  gnutls_x509_trust_list_t list;
  gnutls_certificate_credentials_t credentials;
  pthread_barrier_t start;
  long answers[THREADS][BY_KEY_ALONE];
} shared;

static void *ask_once(void *number) {
  long *answers = number;
  unsigned thread = (unsigned)((answers - shared.answers[0]) / BY_KEY_ALONE);
  struct borrowed borrowed = {0};
  pthread_barrier_wait(&shared.start);
  for (enum way way = 0; way < BY_KEY_ALONE; way++)
    answers[way] = ask(way, shared.list, shared.credentials, certificates[(thread / 4) % count], &borrowed);
  check(&borrowed);
  return NULL;
}

static void threads(void) {
  pthread_t all[THREADS];
  shared.credentials = make(&shared.list, 0);
  pthread_barrier_init(&shared.start, NULL, THREADS);
  for (int i = 0; i < THREADS; i++) pthread_create(&all[i], NULL, ask_once, shared.answers[i]);
  for (int i = 0; i < THREADS; i++) pthread_join(all[i], NULL);
  for (int i = 0; i < THREADS; i++)
    for (int way = 0; way < BY_KEY_ALONE; way++) printf("%lx\n", shared.answers[i][way]);
  gnutls_certificate_free_credentials(shared.credentials);
}

// MARK: Again and again

static void again(int rounds) {
  long early = 0;
  for (int i = 0; i < rounds; i++) {
    if (i == rounds / 10) early = resident_kilobytes();
    gnutls_x509_trust_list_t list;
    gnutls_certificate_credentials_t credentials = make(&list, 0);
    for (enum way way = 0; way < BY_KEY_ALONE; way++)
      ask(way, list, credentials, certificates[(unsigned)i % count], NULL);
    gnutls_certificate_free_credentials(credentials);
  }
  fprintf(stderr, "%ld\n", resident_kilobytes() - early);
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  int first = strcmp(what, "changes") == 0 ? 4 : strcmp(what, "again") == 0 ? 3 : 2;
  files = argv + first;
  file_count = argc - first;
  if (file_count < 1 || file_count > MOST_FILES) return 2;
  read_certificates();
  if (strcmp(what, "each") == 0) each();
  if (strcmp(what, "changes") == 0) changes(strtoul(argv[2], NULL, 10), atoi(argv[3]));
  if (strcmp(what, "threads") == 0) threads();
  if (strcmp(what, "again") == 0) again(atoi(argv[2]));
  for (unsigned i = 0; i < count; i++) gnutls_x509_crt_deinit(certificates[i]);
  return 0;
}
