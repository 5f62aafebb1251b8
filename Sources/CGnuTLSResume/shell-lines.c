#include "shell-lines.h"

#include <errno.h>
#include <string.h>

#include "CGnuTLSResume.h"
#include "preload-list.h"

// Names the variables that such lines have set, so that no others are taken back.
#define MARKS "GNUTLS_RESUME_ENV"

bool find_shell(const char *name, enum shell *shell) {
  static const struct {
    const char *name;
    enum shell shell;
  } shells[] = {{"posix", POSIX}, {"sh", POSIX},  {"bash", POSIX}, {"dash", POSIX}, {"ksh", POSIX},
                {"zsh", POSIX},   {"fish", FISH}, {"csh", CSH},    {"tcsh", CSH}};
  *shell = POSIX;
  for (size_t i = 0; name && i < sizeof shells / sizeof *shells; i++) {
    if (strcmp(shells[i].name, name) != 0) continue;
    *shell = shells[i].shell;
    return true;
  }
  return !name;
}

struct lines {
  enum shell shell;
  struct text text;
  // What can't be said in this shell.
  const char *unspeakable;
};

static void add_quoted(struct lines *lines, const char *value) {
  // What a quoted word ends for, to go on behind: elsewhere all else stands for itself.
  static const char *const special[] = {[POSIX] = "'", [FISH] = "'\\", [CSH] = "'!\n"};
  struct text *text = &lines->text;
  text_add(text, "'");
  for (const char *next = value; *next;) {
    size_t length = strcspn(next, special[lines->shell]);
    text_add_bytes(text, next, length);
    next += length;
    if (!*next) break;
    // csh takes a command's output line by line.
    if (*next == '\n') lines->unspeakable = value;
    const char escaped[] = {'\\', *next++, 0};
    text_add(text, lines->shell == FISH ? "" : "'");
    text_add(text, escaped);
    text_add(text, lines->shell == FISH ? "" : "'");
  }
  text_add(text, "'");
}

char *gnutls_resume_quoted(const char *shell, const char *word) {
  struct lines lines = {0};
  if (!find_shell(shell, &lines.shell)) return NULL;
  add_quoted(&lines, word);
  if (!lines.text.failed && !lines.unspeakable) return lines.text.bytes;
  text_free(&lines.text);
  return NULL;
}

static void add_setting(struct lines *lines, const char *name, const char *value) {
  static const char *const before[] = {[POSIX] = "export ", [FISH] = "set -gx ", [CSH] = "setenv "};
  text_add(&lines->text, before[lines->shell]);
  text_add(&lines->text, name);
  text_add(&lines->text, lines->shell == POSIX ? "=" : " ");
  add_quoted(lines, value);
  text_add(&lines->text, ";\n");
}

static void add_unsetting(struct lines *lines, const char *name) {
  static const char *const before[] = {[POSIX] = "unset ", [FISH] = "set -e ", [CSH] = "unsetenv "};
  text_add(&lines->text, before[lines->shell]);
  text_add(&lines->text, name);
  text_add(&lines->text, ";\n");
}

static void set_or_unset(struct lines *lines, const char *name, struct text *value) {
  const char *string = text_string(value);
  if (!string) lines->text.failed = true;
  else if (*string) add_setting(lines, name, string);
  else add_unsetting(lines, name);
  text_free(value);
}

// Looks at the list when the lines are evaluated: a start file may hold them.
static void add_to_list(struct lines *lines, const char *library) {
  struct text *text = &lines->text;
  if (lines->shell == POSIX) {
    text_add(text, "case \":${" PRELOAD "-}:\" in *[\\ :]");
    add_quoted(lines, library);
    text_add(text, "[\\ :]*) ;; *) " PRELOAD "=\"${" PRELOAD ":+$" PRELOAD ":}\"");
    add_quoted(lines, library);
    text_add(text, " ;; esac;\nexport " PRELOAD ";\n");
  } else {
    text_add(text, "if not contains -- ");
    add_quoted(lines, library);
    text_add(text, " (string split ' ' -- (string replace -a : ' ' -- \"$" PRELOAD "\"));\n"
                   "if test -n \"$" PRELOAD "\"; set -gx " PRELOAD " \"$" PRELOAD ":\"");
    add_quoted(lines, library);
    text_add(text, "; else; set -gx " PRELOAD " ");
    add_quoted(lines, library);
    text_add(text, "; end;\nend;\n");
  }
}

static void add_preload(struct lines *lines, const char *library) {
  const char *list = variable(PRELOAD);
  if (!list) list = "";
  struct text changed = {0};
  if (lines->shell == CSH) {
    // Whose patterns can't hold any path: by what stands there now.
    if (is_in_list(list, library)) return;
    add_list_with(&changed, list, library);
    set_or_unset(lines, PRELOAD, &changed);
    return;
  }
  if (list_has_shim(list) && !is_in_list(list, library)) {
    add_list_without(&changed, list);
    set_or_unset(lines, PRELOAD, &changed);
  }
  add_to_list(lines, library);
}

static void add_marks(struct lines *lines, const struct settings *settings) {
  const char *marks = variable(MARKS);
  struct text names = {0};
  bool is_new = false;
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++) {
    const char *name = gnutls_resume_options[i].variable;
    bool is_marked = name && marks && is_in_list(marks, name), is_set = settings->variables[i].length > 0;
    is_new |= is_set;
    if (!is_marked && !is_set) continue;
    if (names.length > 0) text_add(&names, " ");
    text_add(&names, name);
  }
  if (is_new) set_or_unset(lines, MARKS, &names);
}

static char *finished(struct lines *lines) {
  text_add(&lines->text, "");
  bool is_out_of_memory = lines->text.failed;
  if (!is_out_of_memory && !lines->unspeakable) return lines->text.bytes;
  if (!is_out_of_memory) say_error("csh can't be told of ", lines->unspeakable, ", which has a line's end in it", NULL);
  text_free(&lines->text);
  errno = is_out_of_memory ? ENOMEM : 0;
  return NULL;
}

char *lines_for(enum shell shell, const struct settings *settings, const char *library) {
  struct lines lines = {.shell = shell};
  for (int i = 0; i < GNUTLS_RESUME_OPTION_COUNT; i++) {
    if (settings->variables[i].length == 0) continue;
    const char *name = gnutls_resume_options[i].variable;
    add_setting(&lines, name, settings->variables[i].bytes + strlen(name) + 1);
  }
  add_marks(&lines, settings);
  add_preload(&lines, library);
  return finished(&lines);
}

char *lines_without(enum shell shell) {
  struct lines lines = {.shell = shell};
  const char *list = variable(PRELOAD), *marks = variable(MARKS);
  if (list && list_has_shim(list)) {
    struct text rest = {0};
    add_list_without(&rest, list);
    set_or_unset(&lines, PRELOAD, &rest);
  }
  for (int i = 0; marks && i < GNUTLS_RESUME_OPTION_COUNT; i++) {
    const char *name = gnutls_resume_options[i].variable;
    if (name && is_in_list(marks, name) && variable(name)) add_unsetting(&lines, name);
  }
  if (marks) add_unsetting(&lines, MARKS);
  return finished(&lines);
}
