// The options of `run` and `env`, as they are given.
#ifndef OPTIONS_H
#define OPTIONS_H

#include "CGnuTLSResume.h"

// The places in the table.
enum option { STORE, KEY_FILE, SHARE, SHARED_KEY_FILE, VERBOSE, LOG, LOG_JSON, RESPECT_NO_TICKETS, SHELL, OFF };

extern const struct gnutls_resume_option gnutls_resume_options[GNUTLS_RESUME_OPTION_COUNT];

// sysexits.h, as the argument parser has it.
enum { WRONG_USAGE = 64 };

struct options {
  // A value for each option that was given, "1" if it takes none; null for the others.
  const char *values[GNUTLS_RESUME_OPTION_COUNT];
  // The first word that is no option, or the null pointer at the end.
  char **rest;
};

enum parsed { PARSED, WANTS_HELP, WANTS_VERSION, IS_WRONG };

// Reads the options that follow a command's name, `run` or `env`. What is wrong is said.
enum parsed read_options(char **arguments, struct options *);

// Says what is wrong with a command line, and where help is. Returns the exit code.
int wrong_usage(const char *command, const char *what, const char *word, const char *end);

#endif
