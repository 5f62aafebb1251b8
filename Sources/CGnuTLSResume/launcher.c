#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "libraries.h"
#include "program.h"
#include "settings.h"

// What a command has found out, with its exit code.
struct launch {
  struct options options;
  struct settings settings;
  struct text library;
};

// What shells return for a program that can't be run.
enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

static int run(struct launch *launch) {
  char **words = launch->options.rest;
  char **environment = changed_environment(&launch->settings, launch->library.bytes);
  int reason = environment ? become(words, environment) : ENOMEM;
  say_error(words[0], " can't be run: ", reason == ENOENT ? "there is no such program" : strerror(reason), NULL);
  return reason == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}

// For a POSIX shell.
static void add_quoted(struct text *text, const char *value) {
  text_add(text, "'");
  for (const char *next = value; *next;) {
    size_t length = strcspn(next, "'");
    text_add_bytes(text, next, length);
    next += length;
    if (!*next) break;
    text_add(text, "'\\''");
    next++;
  }
  text_add(text, "'");
}

static int print_lines(struct launch *launch) {
  struct text lines = {0};
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++) {
    if (launch->settings.variables[i].length == 0) continue;
    const char *name = gnutls_resume_options[i].variable;
    text_add(&lines, "export ");
    text_add(&lines, name);
    text_add(&lines, "=");
    add_quoted(&lines, launch->settings.variables[i].bytes + strlen(name) + 1);
    text_add(&lines, ";\n");
  }
  // Behind what is there already, and not twice.
  text_add(&lines, "case \":${" PRELOAD "-}:\" in *[\\ :]");
  add_quoted(&lines, launch->library.bytes);
  text_add(&lines, "[\\ :]*) ;; *) " PRELOAD "=\"${" PRELOAD ":+$" PRELOAD ":}\"");
  add_quoted(&lines, launch->library.bytes);
  text_add(&lines, " ;; esac;\nexport " PRELOAD ";\n");
  const char *problem = NULL;
  if (lines.failed)
    problem = strerror(ENOMEM);
  else if (!write_all(STDOUT_FILENO, lines.bytes, lines.length))
    problem = strerror(errno);
  if (problem) say_error("can't write to standard output: ", problem, NULL);
  text_free(&lines);
  return problem ? 1 : 0;
}

static int print_version(void) {
  static const char version[] = GNUTLS_RESUME_VERSION "\n";
  if (write_all(STDOUT_FILENO, version, sizeof version - 1)) return 0;
  say_error("can't write to standard output: ", strerror(errno), NULL);
  return 1;
}

int gnutls_resume_launch(int argument_count, char **arguments) {
  if (argument_count < 2) return GNUTLS_RESUME_NOT_MINE;
  if (argument_count == 2 && strcmp(arguments[1], "--version") == 0) return print_version();
  bool runs = strcmp(arguments[1], "run") == 0;
  if (!runs && strcmp(arguments[1], "env") != 0) return GNUTLS_RESUME_NOT_MINE;

  struct launch launch = {0};
  switch (read_options(arguments + 1, &launch.options)) {
    case PARSED: break;
    case WANTS_HELP: return GNUTLS_RESUME_NOT_MINE;
    case WANTS_VERSION: return print_version();
    case IS_WRONG: return WRONG_USAGE;
  }
  const char *word = launch.options.rest[0];
  if (!runs && word) return wrong_usage("env", "Unexpected argument '", word, "'.");
  if (runs && (!word || !*word)) return wrong_usage("run", "There is no command to run.", "", "");
  int code = 1;
  if (find_libraries(arguments[0], &launch.library) && make_settings(&launch.options, &launch.settings))
    code = runs ? run(&launch) : print_lines(&launch);
  text_free(&launch.library);
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++) text_free(&launch.settings.variables[i]);
  return code;
}
