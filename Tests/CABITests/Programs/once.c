/*
 * swift_once of Sources/EmbeddedEngine: many threads ask for many values at once, and a child is born while another
 * thread makes one. Prints what was wrong.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void swift_once(uint64_t *state, void (*function)(void *), void *context);

enum { THREADS = 64, VALUES = 4000 };
static atomic_int arrived;
static struct value {
  uint64_t state;
  int made, contents[16];
} values[VALUES];
static atomic_int wrong;

static void make(void *context) {
  struct value *value = context;
  // Not atomic: only one thread is here, and those that come behind it see all of it.
  int made = value->made;
  if ((value - values) % 10 == 0) sched_yield();
  value->made = made + 1;
  for (int i = 0; i < 16; i++) value->contents[i] = i + 1;
}

static void *use(void *unused) {
  // All at once, as far as there are processors.
  for (arrived++; arrived < THREADS;) sched_yield();
  for (struct value *value = values; value < values + VALUES; value++) {
    swift_once(&value->state, make, value);
    if (value->made != 1 || value->contents[15] != 16) wrong++;
  }
  return unused;
}

static atomic_int is_making, may_end, was_made;

static void make_slowly(void *unused) {
  (void)unused;
  was_made++;
  is_making = 1;
  struct timespec pause = {0, 1000000};
  while (!may_end) nanosleep(&pause, NULL);
}

static uint64_t slow;

static void *use_slow(void *unused) {
  swift_once(&slow, make_slowly, NULL);
  if (was_made != 1) wrong++;
  return unused;
}

int main(void) {
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, use, NULL);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  if (wrong) printf("%d values weren't made once\n", wrong);

  for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, use_slow, NULL);
  while (!is_making) sched_yield();
  pid_t child = fork();
  if (child == 0) {
    // Its parent's thread doesn't exist here.
    alarm(10);
    may_end = 1;
    swift_once(&slow, make_slowly, NULL);
    swift_once(&slow, make_slowly, NULL);
    _exit(was_made == 2 ? 0 : 1);
  }
  int status;
  waitpid(child, &status, 0);
  if (status != 0) puts("a child waits, or makes nothing");
  may_end = 1;
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  if (wrong) puts("a slow value wasn't made once");
  puts("done");
  return 0;
}
