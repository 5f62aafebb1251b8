/* Expectations, which say where one isn't met. */
#ifndef EXPECT_H
#define EXPECT_H

#include <gnutls_resumption.h>
#include <stdio.h>

static int failures;

static void expect(int line, int is_right, const char *what) {
  if (is_right) return;
  failures++;
  printf("line %d: %s\n", line, what);
}

#define EXPECT(condition) expect(__LINE__, condition, #condition)
#define INVALID GNUTLS_RESUMPTION_E_INVALID_ARGUMENT

#endif
