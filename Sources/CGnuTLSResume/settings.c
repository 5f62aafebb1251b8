#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static bool can_write(const char *log) {
  int file = open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (file < 0) {
    say_error("the log ", log, " can't be written: ", strerror(errno), "; --log chooses another file", NULL);
    return false;
  }
  close(file);
  return true;
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

bool make_settings(const struct options *options, struct settings *settings) {
  if (options->values[LOG] && !can_write(options->values[LOG])) return false;
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++) {
    const char *value = options->values[i];
    if (!value) continue;
    struct text *variable = &settings->variables[i];
    text_add(variable, gnutls_resume_options[i].variable);
    text_add(variable, "=");
    if (!gnutls_resume_options[i].value)
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

// The value, if a variable has that name.
static const char *value_of(const char *variable, const char *name) {
  size_t length = strlen(name);
  return strncmp(variable, name, length) == 0 && variable[length] == '=' ? variable + length + 1 : NULL;
}

static bool is_set_anew(const char *variable, const struct settings *settings) {
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++)
    if (settings->variables[i].length > 0 && value_of(variable, gnutls_resume_options[i].variable)) return true;
  return false;
}

static bool is_in_list(const char *list, const char *library) {
  size_t length = strlen(library);
  for (const char *next = list; *next;) {
    next += strspn(next, " :");
    size_t size = strcspn(next, " :");
    if (size == length && memcmp(next, library, size) == 0) return true;
    next += size;
  }
  return false;
}

char **changed_environment(struct settings *settings, const char *library) {
  size_t count = 0;
  while (environ[count]) count++;
  char **result = malloc((count + GNUTLS_RESUME_OPTION_COUNT + 2) * sizeof *result);
  if (!result) return NULL;
  size_t kept = 0;
  const char *others = "";
  for (size_t i = 0; i < count; i++) {
    const char *list = value_of(environ[i], PRELOAD);
    // Of several, the loader takes the last.
    if (list) others = list;
    if (!list && !is_set_anew(environ[i], settings)) result[kept++] = environ[i];
  }
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++)
    if (settings->variables[i].length > 0) result[kept++] = settings->variables[i].bytes;
  struct text preload = {0};
  text_add(&preload, PRELOAD "=");
  text_add(&preload, others);
  if (!is_in_list(others, library)) {
    if (*others) text_add(&preload, ":");
    text_add(&preload, library);
  }
  result[kept++] = text_string(&preload);
  result[kept] = NULL;
  if (preload.failed) {
    free(result);
    return NULL;
  }
  return result;
}
