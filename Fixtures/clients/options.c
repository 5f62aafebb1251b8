#include <stdlib.h>
#include <string.h>

#include "client.h"

static int is_one_of(const char *value, const char *const *list) {
  for (; *list != NULL; list++)
    if (strcmp(value, *list) == 0) return 1;
  return 0;
}

// Each option is `name=value`, or a name that stands for itself.
static int read_option(char *argument, struct options *options) {
  if (strcmp(argument, "poll") == 0) return options->poll = 1, 0;
  if (strcmp(argument, "abrupt") == 0) return options->abrupt = 1, 0;
  if (strcmp(argument, "careless") == 0) return options->careless = 1, 0;
  if (strcmp(argument, "own-resumption") == 0) return options->own_resumption = 1, 0;
  if (strcmp(argument, "take-in-hook") == 0) return options->takes_in_hook = 1, 0;
  if (strcmp(argument, "bad-data") == 0) return options->bad_data = 1, 0;
  if (strcmp(argument, "set-in-callback") == 0) return options->sets_in_callback = 1, 0;
  if (strcmp(argument, "jump") == 0) return options->jumps = 1, 0;
  if (strcmp(argument, "free-first") == 0) return options->frees_first = 1, 0;
  if (strcmp(argument, "false-start") == 0) return options->false_start = 1, 0;
  if (strcmp(argument, "silent") == 0) return options->silent = 1, 0;
  if (strcmp(argument, "late-hook") == 0) return options->hooks_late = 1, 0;
  if (strcmp(argument, "trust-at-check") == 0) return options->trusts_at_check = 1, 0;
  if (strcmp(argument, "probe") == 0) return options->probes = 1, 0;
  if (strcmp(argument, "auto-reauth") == 0) return options->lets_authenticate = 1, 0;
  if (strcmp(argument, "reauth") == 0) return options->authenticates_later = 1, 0;
  if (strcmp(argument, "unseen") == 0) return options->unseen_credentials = 1, 0;
  if (strcmp(argument, "odd") == 0) return options->odd_calls = 1, 0;
  if (strcmp(argument, "no-tickets") == 0) return options->no_tickets = 1, 0;
  if (strcmp(argument, "compatible") == 0) return options->is_compatible = 1, 0;
  if (strcmp(argument, "asks") == 0) return options->asks_for_status = 1, 0;
  if (strcmp(argument, "nodelay") == 0) return options->nodelay = 1, 0;
  if (strcmp(argument, "own-transport") == 0) return options->own_transport = 1, 0;
  if (strcmp(argument, "tell-nodelay") == 0) return options->tells_nodelay = 1, 0;
  if (strcmp(argument, "socket-zero") == 0) return options->has_socket_zero = 1, 0;
  if (strcmp(argument, "forbids-ecdsa") == 0) return options->forbids_ecdsa = 1, 0;
  if (strcmp(argument, "jump-in-check") == 0) return options->jumps_in_check = 1, 0;
  if (strcmp(argument, "recheck") == 0) return options->rechecks = 1, 0;
  if (strcmp(argument, "deep") == 0) return options->loads_deep = 1, 0;
  if (strcmp(argument, "apart") == 0) return options->loads_apart = 1, 0;
  if (strcmp(argument, "alarms") == 0) return options->forks_in_handler = 1, 0;
  char *value = strchr(argument, '=');
  if (value == NULL) return -1;
  *value++ = '\0';
  if (strcmp(argument, "name") == 0) return options->name = value, 0;
  if (strcmp(argument, "expected") == 0) return options->expected = value, 0;
  if (strcmp(argument, "priority") == 0) return options->priority = value, 0;
  if (strcmp(argument, "full-only") == 0) return options->full_only = value, 0;
  if (strcmp(argument, "flags") == 0) return options->flags = (unsigned)strtoul(value, NULL, 0), 0;
  if (strcmp(argument, "early") == 0) return options->early = value, 0;
  if (strcmp(argument, "later-priority") == 0) return options->later_priority = value, 0;
  if (strcmp(argument, "verify") == 0) return options->verify = value, 0;
  if (strcmp(argument, "verdict") == 0) return options->verdict = value, 0;
  if (strcmp(argument, "late-trust") == 0) return options->late_trust = value, 0;
  if (strcmp(argument, "late-key") == 0) return options->late_key = value, 0;
  if (strcmp(argument, "save") == 0) return options->save = value, 0;
  if (strcmp(argument, "load") == 0) return options->load = value, 0;
  if (strcmp(argument, "fork") == 0) return options->fork = value, 0;
  if (strcmp(argument, "stack") == 0) return options->stack = atol(value), 0;
  if (strcmp(argument, "read-stack") == 0) return options->read_stack = atol(value), 0;
  if (strcmp(argument, "finish-stack") == 0) return options->finish_stack = atol(value), 0;
  if (strcmp(argument, "library") == 0) return options->library = value, 0;
  if (strcmp(argument, "visits") == 0) return options->visits = atoi(value), 0;
  if (strcmp(argument, "threads") == 0) return options->threads = atoi(value), 0;
  return -1;
}

int read_options(int argc, char **argv, struct options *options) {
  *options = (struct options){
      .name = "localhost", .priority = "NORMAL", .verify = "cert", .verdict = "accept", .fork = "none", .full_only = "nothing", .threads = 1,
      .visits = 1};
  if (argc < 3) return -1;
  options->port = argv[1];
  options->ca_file = argv[2];
  for (int i = 3; i < argc; i++)
    if (read_option(argv[i], options) != 0) return -1;
  if (options->expected == NULL) options->expected = options->name;
  const char *const verifications[] = {"cert", "cert2", "function", "session-function", "peers2", "none", NULL};
  const char *const verdicts[] = {"accept", "refuse", "later", NULL};
  const char *const forks[] = {"none", "global", "init", "ticket", "busy", "busy-clone", NULL};
  const char *const full_only[] = {"nothing", "hook", "dh-bits", "extension", "supplement", "extensions", "supplements", NULL};
  int known = is_one_of(options->full_only, full_only) && is_one_of(options->verify, verifications) && is_one_of(options->verdict, verdicts) &&
              is_one_of(options->fork, forks);
  return known && options->threads > 0 && options->threads <= 256 && options->visits > 0 ? 0 : -1;
}
