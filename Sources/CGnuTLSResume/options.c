#include "options.h"

#include <string.h>

#include "text.h"

const struct gnutls_resume_option gnutls_resume_options[GNUTLS_RESUME_OPTION_COUNT] = {
    [STORE] = {"--store", "dir", "GNUTLS_RESUME_STORE"},
    [KEY_FILE] = {"--key-file", "file", "GNUTLS_RESUME_KEY_FILE"},
    [SHARE] = {"--share", "names", "GNUTLS_RESUME_SHARE"},
    [SHARED_KEY_FILE] = {"--shared-key-file", "file", "GNUTLS_RESUME_SHARED_KEY_FILE"},
    [VERBOSE] = {"--verbose", NULL, "GNUTLS_RESUME_VERBOSE"},
    [LOG] = {"--log", "file", "GNUTLS_RESUME_LOG"},
    [LOG_JSON] = {"--log-json", NULL, "GNUTLS_RESUME_LOG_JSON"},
    [RESPECT_NO_TICKETS] = {"--respect-no-tickets", NULL, "GNUTLS_RESUME_RESPECT_NO_TICKETS"},
    [SHELL] = {"--shell", "shell", NULL},
    [OFF] = {"--off", NULL, NULL},
};

const struct gnutls_resume_option *gnutls_resume_option_at(int place) {
  return place >= 0 && place < GNUTLS_RESUME_OPTION_COUNT ? &gnutls_resume_options[place] : NULL;
}

int wrong_usage(const char *command, const char *what, const char *word, const char *end) {
  say_error(what, word, end, " See 'gnutls-resume ", command, " --help' for more information.", NULL);
  return WRONG_USAGE;
}

static enum parsed missing_value(const char *command, const struct gnutls_resume_option *option) {
  struct text described = {0};
  text_add(&described, option->name);
  text_add(&described, " <");
  text_add(&described, option->value);
  const char *text = text_string(&described);
  wrong_usage(command, "Missing value for '", text ? text : option->name, ">'.");
  text_free(&described);
  return IS_WRONG;
}

// The option of a command that a word names, with or without a value behind an equals sign.
static const struct gnutls_resume_option *named(const char *word, bool is_env) {
  size_t length = strcspn(word, "=");
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++) {
    const char *name = gnutls_resume_options[i].name;
    if (!gnutls_resume_options[i].variable && !is_env) continue;
    if (strlen(name) == length && memcmp(name, word, length) == 0) return &gnutls_resume_options[i];
  }
  return NULL;
}

enum parsed read_options(char **arguments, struct options *options) {
  const char *command = arguments[0];
  char **next = arguments + 1;
  while (*next && (*next)[0] == '-' && (*next)[1]) {
    const char *word = *next++;
    if (strcmp(word, "--") == 0) break;
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) return WANTS_HELP;
    if (strcmp(word, "--version") == 0) return WANTS_VERSION;
    const struct gnutls_resume_option *option = named(word, strcmp(command, "env") == 0);
    if (!option) {
      wrong_usage(command, "Unknown option '", word, "'.");
      return IS_WRONG;
    }
    const char *value = strchr(word, '=');
    if (value) value++;
    if (!option->value) {
      if (value) {
        wrong_usage(command, "The option '", option->name, "' does not take any value.");
        return IS_WRONG;
      }
      value = "1";
    } else if (value) {
      if (!*value) return missing_value(command, option);
    } else {
      // What looks like an option is none's value, but for a lone dash. Nor is an unset variable's.
      if (!*next || !**next || ((*next)[0] == '-' && (*next)[1])) return missing_value(command, option);
      value = *next++;
    }
    options->values[option - gnutls_resume_options] = value;
  }
  options->rest = next;
  return PARSED;
}
