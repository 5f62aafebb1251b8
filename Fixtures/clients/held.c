#define _GNU_SOURCE
#include "held.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t pull(gnutls_transport_ptr_t pointer, void *data, size_t size) {
  struct held *self = pointer;
  if (!self->is_held) return recv(self->descriptor, data, size, 0);
  gnutls_transport_set_errno(self->session, EAGAIN);
  return -1;
}

static ssize_t push(gnutls_transport_ptr_t pointer, const void *data, size_t size) {
  struct held *self = pointer;
  return self->descriptor < 0 ? (ssize_t)size : send(self->descriptor, data, size, MSG_NOSIGNAL);
}

static int wait_for_data(gnutls_transport_ptr_t pointer, unsigned milliseconds) {
  struct held *self = pointer;
  struct pollfd entry = {.fd = self->descriptor, .events = POLLIN};
  return self->is_held ? 1 : poll(&entry, 1, (int)milliseconds);
}

static int connected(int port) {
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) exit(5);
  return descriptor;
}

struct held *held_new(gnutls_certificate_credentials_t credentials, int port) {
  struct held *self = calloc(1, sizeof *self);
  const char *name = port ? "localhost" : "nobody";
  self->descriptor = port ? connected(port) : -1;
  self->is_held = port == 0;
  if (gnutls_init(&self->session, GNUTLS_CLIENT) < 0) exit(6);
  gnutls_set_default_priority(self->session);
  gnutls_credentials_set(self->session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_server_name_set(self->session, GNUTLS_NAME_DNS, name, strlen(name));
  gnutls_transport_set_ptr(self->session, self);
  gnutls_transport_set_push_function(self->session, push);
  gnutls_transport_set_pull_function(self->session, pull);
  gnutls_transport_set_pull_timeout_function(self->session, wait_for_data);
  return self;
}

void held_free(struct held *self) {
  gnutls_deinit(self->session);
  if (self->descriptor >= 0) close(self->descriptor);
  free(self);
}

int held_shake_hands(struct held *self) {
  int result;
  do result = gnutls_handshake(self->session);
  while (result < 0 && !gnutls_error_is_fatal(result) && !self->is_held);
  return result;
}

long held_exchange(struct held *self) {
  static const char request[] = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";
  char answer[4096];
  long count = 0, result = gnutls_record_send(self->session, request, sizeof request - 1);
  while (result > 0 || result == GNUTLS_E_AGAIN || result == GNUTLS_E_INTERRUPTED) {
    result = gnutls_record_recv(self->session, answer, sizeof answer);
    if (result > 0) count += result;
  }
  return result < 0 ? result : count;
}

gnutls_certificate_credentials_t held_credentials(const char *authorities) {
  gnutls_certificate_credentials_t credentials;
  if (gnutls_certificate_allocate_credentials(&credentials) < 0 ||
      gnutls_certificate_set_x509_trust_file(credentials, authorities, GNUTLS_X509_FMT_PEM) < 1)
    exit(4);
  return credentials;
}

struct call {
  void (*function)(void *);
  void *argument;
};

static void *make(void *pointer) {
  struct call *call = pointer;
  call->function(call->argument);
  return NULL;
}

void on_thread(unsigned long stack, void (*function)(void *), void *argument) {
  struct call call = {function, argument};
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  if (pthread_attr_setstacksize(&attributes, stack) != 0 ||
      pthread_create(&thread, &attributes, make, &call) != 0)
    exit(7);
  pthread_join(thread, NULL);
}
