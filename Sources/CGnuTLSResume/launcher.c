#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libraries.h"
#include "program.h"
#include "settings.h"
#include "shell-lines.h"

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
  check_inherited_log(&launch->settings);
  char **environment = changed_environment(&launch->settings, launch->library.bytes);
  int reason = environment ? become(words, environment) : ENOMEM;
  say_error(words[0], " can't be run: ", reason == ENOENT ? "there is no such program" : strerror(reason), NULL);
  return reason == ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
}

// False once it has said what is wrong.
static bool check_words_of_env(const struct options *options, enum shell *shell) {
  if (!find_shell(options->values[SHELL], shell)) {
    wrong_usage("env", "The shell '", options->values[SHELL], "' isn't known: posix, fish and csh are.");
    return false;
  }
  for (int i = 0; options->values[OFF] && i < GNUTLS_RESUME_OPTION_COUNT; i++) {
    if (!options->values[i] || !gnutls_resume_options[i].variable) continue;
    wrong_usage("env", "The option '", gnutls_resume_options[i].name, "' has no meaning beside '--off'.");
    return false;
  }
  return true;
}

static int print_lines(char *lines) {
  const char *problem = NULL;
  if (!lines) {
    if (errno == 0) return 1;
    problem = strerror(errno);
  } else if (!write_all(STDOUT_FILENO, lines, strlen(lines))) {
    problem = strerror(errno);
  }
  if (problem) say_error("can't write to standard output: ", problem, NULL);
  free(lines);
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
  enum shell shell = POSIX;
  if (!runs && !check_words_of_env(&launch.options, &shell)) return WRONG_USAGE;
  // Also where the libraries aren't any more.
  if (launch.options.values[OFF]) return print_lines(lines_without(shell));
  int code = 1;
  if (find_libraries(arguments[0], &launch.library) && make_settings(&launch.options, &launch.settings))
    code = runs ? run(&launch) : print_lines(lines_for(shell, &launch.settings, launch.library.bytes));
  text_free(&launch.library);
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++) text_free(&launch.settings.variables[i]);
  return code;
}
