// The program that stands before the tool: small and linked statically, so that `run` costs a program's start next to
// nothing. What isn't the launcher's, the tool does, which lies apart.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../include/CGnuTLSResume.h"
#include "../own-file.h"
#include "../text.h"

struct tool {
  char **arguments;
  struct text path;
  int reason;
};

// From PREFIX/bin.
static const char from_prefix[] = "/libexec/gnutls-resume/gnutls-resume";

static bool become_tool(const char *file, void *context) {
  struct tool *tool = context;
  size_t length = strlen(file);
  for (int i = 0; i < 2; i++)
    while (length > 0 && file[--length] != '/') continue;
  tool->path.length = 0;
  text_add_bytes(&tool->path, file, length);
  text_add(&tool->path, from_prefix);
  const char *path = text_string(&tool->path);
  if (path) execv(path, tool->arguments);
  tool->reason = errno;
  return false;
}

int main(int argument_count, char **arguments) {
  int code = gnutls_resume_launch(argument_count, arguments);
  if (code != GNUTLS_RESUME_NOT_MINE) return code;
  struct tool tool = {.arguments = arguments, .reason = ENOENT};
  with_own_file(argument_count > 0 ? arguments[0] : NULL, become_tool, &tool);
  const char *path = text_string(&tool.path);
  say_error(path ? path : from_prefix + 1, " can't be run: ", strerror(tool.reason), NULL);
  return 1;
}
