#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload-list.h"
#include "store-url.h"

extern char **environ;

// The value, if a variable has that name.
static const char *value_of(const char *variable, const char *name) {
  size_t length = strlen(name);
  return strncmp(variable, name, length) == 0 && variable[length] == '=' ? variable + length + 1 : NULL;
}

const char *variable(const char *name) {
  const char *result = NULL;
  for (char **next = environ; *next; next++) {
    const char *value = value_of(*next, name);
    if (value) result = value;
  }
  return result;
}

static bool can_write(const char *log) {
  int file = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (file >= 0) close(file);
  return file >= 0;
}

static bool check_log(const char *log) {
  if (!log || can_write(log)) return true;
  say_error("the log ", log, " can't be written: ", strerror(errno), "; --log chooses another file", NULL);
  return false;
}

void check_inherited_log(const struct settings *settings) {
  if (settings->variables[LOG].length > 0) return;
  const char *log = variable(gnutls_resume_options[LOG].variable);
  if (!log || !*log || can_write(log)) return;
  say_error("GNUTLS_RESUME_LOG names ", log, ", which can't be written: ", strerror(errno), "; nothing is logged", NULL);
}

static bool add_absolute(struct text *text, const char *path) {
  if (path[0] != '/') {
    char *folder = getcwd(NULL, 0);
    if (!folder) {
      say_error("where ", path, " is can't be told, as the current folder can't be: ", strerror(errno), NULL);
      return false;
    }
    text_add(text, folder);
    text_add(text, "/");
    free(folder);
  }
  text_add(text, path);
  return true;
}

// What is chosen by an option, or else by the environment; null if nothing is, or an empty word.
static const char *chosen(const struct options *options, enum option option) {
  const char *value = options->values[option];
  if (!value) value = variable(gnutls_resume_options[option].variable);
  return value && *value ? value : NULL;
}

// A store that machines share: what is missing is said now, as programs say nothing of it.
static bool check_store(const struct options *options) {
  const char *store = chosen(options, STORE);
  const char *share = chosen(options, SHARE), *key = chosen(options, SHARED_KEY_FILE);
  if (!store || !is_store_url(store)) {
    if (!share && !key) return true;
    say_error("tickets can only be shared by way of a store that is named by a URL; --store names it", NULL);
    return false;
  }
  if (has_password(store)) {
    say_error("the store's URL has a password in it, which every program could read; write ?password-file=FILE instead",
              NULL);
    return false;
  }
  if (share && key) return true;
  say_error(share ? "the file of the shared key isn't named; --shared-key-file names it"
                  : "it isn't said whose tickets are shared; --share names the servers, or '*' for all",
            NULL);
  return false;
}

bool make_settings(const struct options *options, struct settings *settings) {
  if (!check_log(options->values[LOG]) || !check_store(options)) return false;
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++) {
    const char *value = options->values[i];
    if (!value || !gnutls_resume_options[i].variable) continue;
    struct text *variable = &settings->variables[i];
    text_add(variable, gnutls_resume_options[i].variable);
    text_add(variable, "=");
    bool is_path = gnutls_resume_options[i].value && i != SHARE && !(i == STORE && is_store_url(value));
    if (!is_path)
      text_add(variable, value);
    else if (!add_absolute(variable, value))
      return false;
    if (!text_string(variable)) {
      say_error("out of memory", NULL);
      return false;
    }
  }
  return true;
}

static bool is_set_anew(const char *variable, const struct settings *settings) {
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++)
    if (settings->variables[i].length > 0 && value_of(variable, gnutls_resume_options[i].variable)) return true;
  return false;
}

char **changed_environment(struct settings *settings, const char *library) {
  size_t count = 0;
  while (environ[count]) count++;
  char **result = malloc((count + GNUTLS_RESUME_OPTION_COUNT + 2) * sizeof *result);
  if (!result) return NULL;
  size_t kept = 0;
  for (size_t i = 0; i < count; i++) {
    if (!value_of(environ[i], PRELOAD) && !is_set_anew(environ[i], settings)) result[kept++] = environ[i];
  }
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++)
    if (settings->variables[i].length > 0) result[kept++] = settings->variables[i].bytes;
  struct text preload = {0};
  text_add(&preload, PRELOAD "=");
  const char *list = variable(PRELOAD);
  add_list_with(&preload, list ? list : "", library);
  result[kept++] = text_string(&preload);
  result[kept] = NULL;
  if (preload.failed) {
    free(result);
    return NULL;
  }
  return result;
}
