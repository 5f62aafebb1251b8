#include "libraries.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf-symbol.h"
#include "own-file.h"

static const char shim_name[] = "/libgnutls-resume-preload.so";
static const char engine_name[] = "/libgnutls-resumption.so";

// A package of the system's keeps a link to their folder here. When it is removed, a library that does nothing is behind the
// link until the next boot, so that the loader has nothing to complain of in shells that are still running.
static const char lasting_folder[] = "/run/gnutls-resume/lib";

enum { PLACES_PER_FILE = 3 };

// The folders that have been looked at. If one of them holds the libraries, it is the last.
struct places {
  struct text folders[2 * PLACES_PER_FILE];
  int count;
};

static bool holds_shim(struct text *folder) {
  size_t length = folder->length;
  text_add(folder, shim_name);
  const char *path = text_string(folder);
  bool result = path && access(path, R_OK) == 0;
  if (path) folder->bytes[folder->length = length] = 0;
  return result;
}

// How much of a path's first bytes names the folder of what these name.
static size_t folder_length(const char *path, size_t length) {
  while (length > 0 && path[length - 1] != '/') length--;
  return length > 0 ? length - 1 : 0;
}

static bool look_beside(const char *file, void *context) {
  struct places *places = context;
  size_t beside = folder_length(file, strlen(file)), above = folder_length(file, beside);
  struct text *folder = &places->folders[places->count++];
  text_add_bytes(folder, file, beside);
  if (holds_shim(folder)) return true;
  static const char *const under_prefix[] = {"/lib", "/lib/gnutls-resume"};
  for (int i = 0; i < PLACES_PER_FILE - 1; i++) {
    folder = &places->folders[places->count++];
    text_add_bytes(folder, file, above);
    text_add(folder, under_prefix[i]);
    if (holds_shim(folder)) return true;
  }
  return false;
}

static bool check(const char *folder, const char *name, const char *symbol) {
  struct text path = {0};
  text_add(&path, folder);
  text_add(&path, name);
  const char *file = text_string(&path);
  enum library found = file ? look_up_symbol(file, symbol) : CANT_BE_READ;
  switch (found) {
    case DEFINES_SYMBOL: break;
    case LACKS_SYMBOL: say_error(file, " has no ", symbol, ": it is of another version than this tool", NULL); break;
    case IS_NO_LIBRARY: say_error("a library can't be loaded: ", file, ": it is none for this machine", NULL); break;
    case CANT_BE_READ:
      say_error("a library can't be loaded: ", file ? file : name, ": ", strerror(file ? errno : ENOMEM), NULL);
  }
  text_free(&path);
  return found == DEFINES_SYMBOL;
}

// Puts together the path that programs are told: by way of the link if this very library is behind it.
static void name_shim(const char *folder, struct text *shim) {
  struct text lasting = {0};
  text_add(&lasting, lasting_folder);
  text_add(&lasting, shim_name);
  text_add(shim, folder);
  text_add(shim, shim_name);
  const char *link = text_string(&lasting), *file = text_string(shim);
  struct stat behind, found;
  if (link && file && stat(link, &behind) == 0 && stat(file, &found) == 0 && behind.st_dev == found.st_dev &&
      behind.st_ino == found.st_ino) {
    shim->length = 0;
    text_add(shim, link);
  }
  text_free(&lasting);
}

static bool check_both(const char *folder, struct text *shim) {
  // The loader splits its list there.
  if (strpbrk(folder, " :")) {
    say_error(folder, " has a space or a colon in it, where LD_PRELOAD can't name a file: move the tool", NULL);
    return false;
  }
  name_shim(folder, shim);
  return check(folder, shim_name, "gnutls_handshake") &&
         check(folder, engine_name, "gnutls_resumption_preload_engine");
}

// What was found beside one of the files that were looked at, or else what is wrong.
static bool conclude(struct places *places, bool is_found, struct text *shim) {
  bool result = is_found;
  const char *first = text_string(&places->folders[0]), *second = text_string(&places->folders[1]);
  const char *third = text_string(&places->folders[2]);
  if (result) {
    result = check_both(places->folders[places->count - 1].bytes, shim);
  } else if (first && second && third && places->count > 0) {
    say_error(shim_name + 1, " is neither in ", first, " nor in ", second, " nor in ", third, ": install it there", NULL);
  } else {
    say_error("this program's own file can't be found, and so neither can ", shim_name + 1, NULL);
  }
  for (int i = 0; i < 2 * PLACES_PER_FILE; i++) text_free(&places->folders[i]);
  return result;
}

bool find_libraries(const char *name, struct text *shim) {
  struct places places = {0};
  bool is_found = with_own_file(name, look_beside, &places);
  return conclude(&places, is_found, shim);
}

char *gnutls_resume_library(const char *launcher) {
  struct places places = {0};
  struct text shim = {0};
  bool is_found = look_beside(launcher, &places);
  if (conclude(&places, is_found, &shim)) return shim.bytes;
  text_free(&shim);
  return NULL;
}

bool is_shim(const char *entry, size_t length) {
  size_t name = sizeof shim_name - 2;
  if (length < name || memcmp(entry + length - name, shim_name + 1, name) != 0) return false;
  return length == name || entry[length - name - 1] == '/';
}
