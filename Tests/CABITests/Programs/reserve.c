/*
 * The reserve of Sources/EmbeddedEngine: threads take pieces of all sizes, write to them, and give them back, and so
 * does a child that is born meanwhile. Prints what was wrong.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"
#include "reserve.h"

enum { THREADS = 16, PIECES = 16, ROUNDS = 20000, HELD = 5000 };
static atomic_int arrived;
static atomic_int wrong, ended;

static void fail(const char *text) {
  if (wrong++ < 10) puts(text);
}

static void work(unsigned seed, int rounds) {
  unsigned char *pieces[PIECES] = {0};
  size_t sizes[PIECES] = {0};
  for (int round = 0; round < rounds; round++) {
    int i = rand_r(&seed) % PIECES;
    if (pieces[i]) {
      unsigned char expected = (unsigned char)(uintptr_t)pieces[i] >> 4;
      if (pieces[i][0] != expected || memcmp(pieces[i], pieces[i] + 1, sizes[i] - 1) != 0) fail("another's piece");
      if (!reserve_give(pieces[i])) fail("not known again");
      pieces[i] = NULL;
    } else {
      sizes[i] = 1 + (size_t)rand_r(&seed) % (rand_r(&seed) % 20 ? 300 : 20000);
      if (!(pieces[i] = reserve_take(sizes[i]))) fail("nothing left");
      else if ((uintptr_t)pieces[i] % 16 != 0) fail("not aligned");
      else memset(pieces[i], (unsigned char)(uintptr_t)pieces[i] >> 4, sizes[i]);
    }
  }
  for (int i = 0; i < PIECES; i++)
    if (pieces[i]) reserve_give(pieces[i]);
}

static void work_a_little(unsigned seed) { work(seed, 1000); }

// Nobody else gets a piece meanwhile.
static void hold(unsigned char mark) {
  unsigned char *pieces[HELD];
  for (int i = 0; i < HELD; i++)
    if ((pieces[i] = reserve_take(16))) memset(pieces[i], mark, 16);
  for (int i = 0; i < HELD; i++) {
    if (!pieces[i] || pieces[i][0] != mark || memcmp(pieces[i], pieces[i] + 1, 15) != 0) fail("a piece of two");
    else reserve_give(pieces[i]);
  }
}

static void *thread(void *seed) {
  // All at once, as far as there are processors.
  for (arrived++; arrived < THREADS;) sched_yield();
  hold((unsigned char)(uintptr_t)seed);
  work((unsigned)(uintptr_t)seed, ROUNDS);
  ended++;
  return NULL;
}

// Where the system has nothing more, there is as much as the library came with.
static void use_up(unsigned unused) {
  (void)unused;
  struct rlimit none = {1, 1};
  setrlimit(RLIMIT_AS, &none);
  void *memory = NULL;
  if (embedded_allocate(&memory, 16, 200000) != 0 || !memory) fail("no memory");
  if (embedded_allocate(&memory, 16, 1 << 25) == 0) fail("more memory than there is");
  if (memory) fail("an address that isn't one");
  if (reserve_is_short()) fail("short at the beginning");
  while (embedded_allocate(&memory, 8, 1000) == 0) memset(memory, 1, 1000);
  if (!reserve_is_short()) fail("not short at the end");
}

// What becomes of a child that does something.
static void in_child(void (*action)(unsigned), unsigned argument) {
  pid_t child = fork();
  if (child == 0) {
    alarm(10);
    action(argument);
    fflush(stdout);
    _exit(wrong ? 1 : 0);
  }
  int status;
  waitpid(child, &status, 0);
  if (status != 0) fail("a child came to grief");
}

int main(void) {
  in_child(use_up, 0);
  pthread_t threads[THREADS];
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, thread, (void *)(i + 1));
  for (unsigned i = 0; i < 20 && ended < THREADS; i++) in_child(work_a_little, i);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  if (reserve_is_short()) fail("short at the end");
  if (reserve_give(malloc(1))) fail("malloc's memory taken for the reserve's");
  puts("done");
  return 0;
}
