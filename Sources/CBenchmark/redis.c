#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "CBenchmark.h"

int cbenchmark_connect(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  strcpy(address.sun_path, path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor >= 0 && connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
    int code = errno;
    close(descriptor);
    errno = code;
    return -1;
  }
  return descriptor;
}

// Where the answer that begins there ends; NULL if it hasn't come whole.
static const char *end_of(const char *next, const char *end) {
  const char *line = memchr(next, '\n', (size_t)(end - next));
  if (!line) return NULL;
  long count = strtol(next + 1, NULL, 10);
  char type = *next;
  next = line + 1;
  if (type == '$' && count >= 0) return end - next >= count + 2 ? next + count + 2 : NULL;
  if (type == '*')
    for (; count > 0 && next; count--) next = end_of(next, end);
  return next;
}

ssize_t cbenchmark_ask(int descriptor, const void *request, size_t count) {
  static char answer[256 * 1024];
  if (write(descriptor, request, count) != (ssize_t)count) return -1;
  size_t size = 0;
  while (!size || !end_of(answer, answer + size)) {
    ssize_t read_now = read(descriptor, answer + size, sizeof answer - size);
    if (read_now <= 0) return -1;
    size += (size_t)read_now;
  }
  return answer[0] == '-' ? -1 : (ssize_t)size;
}
