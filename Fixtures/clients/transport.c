#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

int connect_to(const struct options *options) {
  int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(atoi(options->port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  if (descriptor < 0) return -1;
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0 ||
      (options->nodelay && setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) ||
      (options->poll && fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0)) {
    close(descriptor);
    return -1;
  }
  if (!options->has_socket_zero) return descriptor;
  dup2(descriptor, 0);
  close(descriptor);
  return 0;
}

static ssize_t push(gnutls_transport_ptr_t descriptor, const void *data, size_t size) {
  return send(*(int *)descriptor, data, size, MSG_NOSIGNAL);
}

// Whether the next call of pull is to be interrupted.
static _Thread_local int interrupts;

static _Thread_local void (*called_within)(void *);
static _Thread_local void *argument_within;

void call_within(void (*function)(void *), void *argument) {
  called_within = function;
  argument_within = argument;
}

static ssize_t pull(gnutls_transport_ptr_t descriptor, void *data, size_t size) {
  if (called_within) {
    void (*function)(void *) = called_within;
    called_within = NULL;
    function(argument_within);
  }
  if (interrupts) {
    interrupts = 0;
    errno = EINTR;
    return -1;
  }
  return recv(*(int *)descriptor, data, size, 0);
}

static int pull_timeout(gnutls_transport_ptr_t descriptor, unsigned milliseconds) {
  struct pollfd entry = {.fd = *(int *)descriptor, .events = POLLIN};
  return poll(&entry, 1, milliseconds == GNUTLS_INDEFINITE_TIMEOUT ? -1 : (int)milliseconds);
}

void carry(gnutls_session_t session, int *descriptor, const struct options *options) {
  if (!options->own_transport) {
    G(gnutls_transport_set_int2)(session, *descriptor, *descriptor);
    return;
  }
  interrupts = options->bad_data || options->finish_stack;
  G(gnutls_transport_set_ptr)(session, descriptor);
  G(gnutls_transport_set_push_function)(session, push);
  G(gnutls_transport_set_pull_function)(session, pull);
  G(gnutls_transport_set_pull_timeout_function)(session, pull_timeout);
}

void tell_nodelay(int descriptor, const struct options *options) {
  int value = -1;
  socklen_t length = sizeof value;
  if (!options->tells_nodelay) return;
  getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &value, &length);
  fprintf(stderr, "%d\n", value != 0);
}

// Whether a call is to be made again; waits until that makes sense.
static int again(gnutls_session_t session, int descriptor, ssize_t code) {
  if (code == GNUTLS_E_INTERRUPTED) return 1;
  if (code != GNUTLS_E_AGAIN) return 0;
  short events = G(gnutls_record_get_direction)(session) == 0 ? POLLIN : POLLOUT;
  struct pollfd entry = {.fd = descriptor, .events = events};
  int count;
  do count = poll(&entry, 1, 10000);
  while (count < 0 && errno == EINTR);
  return count == 1;
}

static _Thread_local jmp_buf before_handshake;

_Noreturn void jump_out(void) { longjmp(before_handshake, 1); }

static void jump(void *ignored) {
  (void)ignored;
  jump_out();
}

struct on_stack {
  long (*function)(void *);
  void *argument;
};

static void *run(void *pointer) {
  struct on_stack *self = pointer;
  return (void *)self->function(self->argument);
}

long on_stack(long bytes, long (*function)(void *), void *argument) {
  struct on_stack self = {function, argument};
  pthread_attr_t attributes;
  pthread_t thread;
  void *result;
  pthread_attr_init(&attributes);
  if (pthread_attr_setstacksize(&attributes, bytes) != 0 || pthread_create(&thread, &attributes, run, &self) != 0)
    return GNUTLS_E_MEMORY_ERROR;
  pthread_join(thread, &result);
  return (long)result;
}

struct finish {
  gnutls_session_t session;
  int descriptor;
  int code;
};

static long finish_handshake(void *pointer) {
  struct finish *self = pointer;
  while (again(self->session, self->descriptor, self->code)) self->code = G(gnutls_handshake)(self->session);
  return self->code;
}

int shake_hands(gnutls_session_t session, int descriptor) {
  const struct options *options = G(gnutls_session_get_ptr)(session);
  if (options->jumps && setjmp(before_handshake) == 0) call_within(jump, NULL);
  if (options->jumps_in_check) setjmp(before_handshake);
  int code = G(gnutls_handshake)(session);
  if (options->bad_data && G(gnutls_session_set_data)(session, "no data", 7) >= 0) return GNUTLS_E_INTERNAL_ERROR;
  struct finish rest = {session, descriptor, code};
  return options->finish_stack ? on_stack(options->finish_stack, finish_handshake, &rest) : finish_handshake(&rest);
}

int await_ticket(gnutls_session_t session, int descriptor) {
  char byte;
  for (;;) {
    ssize_t count = G(gnutls_record_recv)(session, &byte, 1);
    if (G(gnutls_session_get_flags)(session) & GNUTLS_SFLAGS_SESSION_TICKET) return 0;
    if (!again(session, descriptor, count)) return GNUTLS_E_TIMEDOUT;
  }
}

static long exchange_here(void *pointer) {
  struct finish *self = pointer;
  gnutls_session_t session = self->session;
  int descriptor = self->descriptor;
  const char request[] = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";
  char answer[4096];
  size_t length = 0;
  ssize_t count;
  do count = G(gnutls_record_send)(session, request, sizeof request - 1);
  while (again(session, descriptor, count));
  if (count < 0) return count;
  while (length < sizeof answer - 1) {
    do count = G(gnutls_record_recv)(session, answer + length, sizeof answer - 1 - length);
    while (again(session, descriptor, count));
    if (count <= 0) break;
    length += count;
  }
  if (count < 0) return count;
  answer[length] = '\0';
  return strstr(answer, " 200 ") != NULL ? 0 : GNUTLS_E_RECEIVED_ILLEGAL_PARAMETER;
}

int exchange(gnutls_session_t session, int descriptor) {
  const struct options *options = G(gnutls_session_get_ptr)(session);
  struct finish self = {session, descriptor, 0};
  return options->read_stack ? on_stack(options->read_stack, exchange_here, &self) : exchange_here(&self);
}
