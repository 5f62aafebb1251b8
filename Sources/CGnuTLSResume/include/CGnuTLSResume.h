// The part of the tool that is C: `run`, `env` and `--version`, which cost a program's start as little as can be, and what
// of the system Swift can't ask for. It needs the C library and nothing else, and is linked twice: into the tool, and by
// .ci/install into a small program of its own, which stands before the tool.
#ifndef CGNUTLSRESUME_H
#define CGNUTLSRESUME_H

#define GNUTLS_RESUME_VERSION "0.1.0"

enum { GNUTLS_RESUME_NOT_MINE = -1 };

// Does what the arguments ask for, if that is to run a program, to print a shell's lines or the version. Returns the exit
// code, once it has said what is wrong, or doesn't return, as the process has become the program. GNUTLS_RESUME_NOT_MINE:
// it is for the tool to do, help on these commands too.
int gnutls_resume_launch(int argument_count, char **arguments);

// An option of `run` and `env`, or of `env` alone.
struct gnutls_resume_option {
  // With its dashes.
  const char *name;
  // What its value is called in messages; null if it takes none.
  const char *value;
  // Which variable hands it on to the programs, its value as a path, a URL or a list of names; null for one of `env` alone.
  const char *variable;
};

enum { GNUTLS_RESUME_OPTION_COUNT = 10 };

// The options in turn; null where there are no more.
const struct gnutls_resume_option *gnutls_resume_option_at(int place);

// The path that LD_PRELOAD is to name so that programs resume, for a launcher or tool that is this file. Null once it has
// said what is wrong. The caller frees it.
char *gnutls_resume_library(const char *launcher);

// A word in quotes, as a shell of `env --shell` takes it. Null if that shell isn't known or can't be told, or there is no
// memory. The caller frees it.
char *gnutls_resume_quoted(const char *shell, const char *word);

// The file that this process runs, to start it again: also where there is no /proc, as far as it can be found then. Null,
// with errno, if it can't. The caller frees it.
char *gnutls_resume_own_file(const char *name);

// Starts this program again with the same words and without the library that is preloaded, if that is; returns where it isn't,
// or where that can't be done.
void gnutls_resume_leave_preload(char *const *words);

// Runs a program until it ends, with an empty input, and with what it says in these files. Returns its exit code, or 128 and
// the number of the signal that ended it; -1 with errno.
int gnutls_resume_run_child(const char *file, char *const *words, const char *output, const char *errors);

// Gives an open file the extended attributes of another one, and its access list with them (xattr(7), acl(5)), or none if that
// has none. Returns 0, or the error number.
int gnutls_resume_copy_attributes(const char *from, int to);

// A new file that has no name and is in memory (memfd_create(2)); -1 with errno.
int gnutls_resume_memory_file(const char *name);

#endif
