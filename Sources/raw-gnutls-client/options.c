#define _GNU_SOURCE
#include "client.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: raw-gnutls-client --port PORT [options]: GETs / as a program would that uses GnuTLS and nothing else.\n"
    "  --address ADDRESS      default: 127.0.0.1\n"
    "  --server-name NAME     to ask for, and to expect in the certificate; default: the address\n"
    "  --trust system|FILE    load the system's trust, or certificates from a file; default: none\n"
    "  --verify               verify the server in full handshakes\n"
    "  --resume               keep the newest session in memory, and offer it\n"
    "  --session-file FILE    the same, in a file\n"
    "  --keep-first           with --resume: offer the first session again and again, and keep no other\n"
    "  --ask N                ask for so many tickets (RFC 9149)\n"
    "  --priority STRING      default: GnuTLS's own\n"
    "  --one-key-share        GNUTLS_KEY_SHARE_TOP\n"
    "  --count N              connections, one after the other; default: 1\n"
    "  --warm-up N            connections before them that aren't counted; default: 0\n"
    "  --report               print how many were resumed, and nanoseconds in total\n";

static int number(const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  require(*text && !*end && value >= 0 && value < 1000000, "a number");
  return (int)value;
}

struct options read_options(int count, char **arguments) {
  enum { port, address, name, trust, verify, resume, file, priority, share, repeat, warm_up, report, first, ask };
  static const struct option known[] = {
      {"port", required_argument, NULL, port},
      {"address", required_argument, NULL, address},
      {"server-name", required_argument, NULL, name},
      {"trust", required_argument, NULL, trust},
      {"verify", no_argument, NULL, verify},
      {"resume", no_argument, NULL, resume},
      {"session-file", required_argument, NULL, file},
      {"priority", required_argument, NULL, priority},
      {"one-key-share", no_argument, NULL, share},
      {"count", required_argument, NULL, repeat},
      {"warm-up", required_argument, NULL, warm_up},
      {"report", no_argument, NULL, report},
      {"keep-first", no_argument, NULL, first},
      {"ask", required_argument, NULL, ask},
      {0},
  };
  struct options options = {.address = "127.0.0.1", .count = 1};
  int option;
  while ((option = getopt_long(count, arguments, "", known, NULL)) >= 0) {
    switch (option) {
      case port: options.port = optarg; break;
      case address: options.address = optarg; break;
      case name: options.server_name = optarg; break;
      case trust: options.trust = optarg; break;
      case verify: options.verifies = 1; break;
      case resume: options.resumes = 1; break;
      case file: options.session_file = optarg; options.resumes = 1; break;
      case priority: options.priority = optarg; break;
      case share: options.one_key_share = 1; break;
      case repeat: options.count = number(optarg); break;
      case warm_up: options.warm_up = number(optarg); break;
      case report: options.reports = 1; break;
      case first: options.keeps_first = 1; break;
      case ask: options.asks = number(optarg) & 255; break;
      default: options.port = NULL; optind = count;
    }
  }
  if (!options.port || optind != count) {
    fputs(usage, stderr);
    exit(64);
  }
  if (!options.server_name) options.server_name = options.address;
  return options;
}
