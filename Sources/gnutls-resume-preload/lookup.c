// Programs that look functions up by name get this library's in their stead.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/auxv.h>

#include "interposing.h"
#include "loader.h"
#include "names.h"
#include "secure.h"

#define MUST_TAIL __attribute__((musttail))

// So that nothing is relocated when a program starts.
const char known_names[] =
#define NAME(name) #name "\0"
    INTERPOSED(NAME) NEEDED(NAME);

// The index of a name that is interposed, or -1.
static int index_of(const char *name) {
  if (!name || !begins_with(name, "gnutls_")) return -1;
  const char *next = known_names;
  for (int index = 0; index < INTERPOSED_COUNT; index++, next = end_of(next) + 1)
    if (is_same(next, name)) return index;
  return -1;
}

static int is_of_loader(const char *name) {
  return name && (is_same(name, "dlsym") || is_same(name, "dlvsym") || is_same(name, "dlopen") ||
                  is_same(name, "dlmopen"));
}

// What a program that was linked to the name would call: this library's function, or that of one before it.
static void *interposed(const char *name) { return next_dlsym()(RTLD_DEFAULT, name); }

static int is_of_same_object(const void *one, const void *other) {
  Dl_info a, b;
  return dladdr(one, &a) && dladdr(other, &b) && a.dli_fbase == b.dli_fbase;
}

// The function to be given in the stead of one that was found behind a handle.
static void *replacement(const char *name, void *found, const void *caller) {
  int index = index_of(name);
  if (index < 0 && !is_of_loader(name)) return found;
  void *real = index >= 0 ? real_function((unsigned)index, name, caller) : next_dlsym()(RTLD_NEXT, name);
  void *given = found == real ? interposed(name) : NULL;
  // One of another version.
  if (!given && real && is_of_same_object(found, real)) note_unseen_calls();
  // What wasn't there on the way here is nothing that the program has asked for.
  dlerror();
  return given ? given : found;
}

// The C library, in which none of GnuTLS's names is.
static void *library_without(void) {
  static void *_Atomic known;
  Dl_info info;
  dlopen_function *open = next_dlopen();
  if (!known && open && dladdr((void *)getauxval, &info)) known = open(info.dli_fname, RTLD_NOLOAD | RTLD_LAZY);
  return known;
}

static int is_special(const void *handle) { return handle == RTLD_DEFAULT || handle == RTLD_NEXT; }

// What a look-up that goes by the order of libraries, and not by a handle, is to lead to.
enum outcome { AS_IT_IS, NOTHING_THERE, OURS };

static enum outcome outcome(const void *handle, const char *name, const void *caller) {
  int index = index_of(name), defines = 0;
  if (index < 0 && !is_of_loader(name)) return AS_IT_IS;
  if (handle == RTLD_NEXT) {
    if (may_be_locked()) return note_unseen_calls(), AS_IT_IS;
    enum place place = place_of(caller, name, &defines);
    // Behind this library is only the real one, which is for whoever is called in its stead.
    if (place == LOADED_LATER || place == NOWHERE || (place == BEHIND_US && !defines)) note_unseen_calls();
    if (place != BEFORE_US) return AS_IT_IS;
  }
  // This library has names whose functions the process may not have; another before it may have them all the same.
  if (index < 0 || real_function((unsigned)index, name, caller)) return OURS;
  return is_of_same_object(interposed(name), (const void *)outcome) ? NOTHING_THERE : AS_IT_IS;
}

// A jump, not a call, where the result depends on who calls.
EXPORTED void *dlsym(void *restrict handle, const char *restrict name) {
  dlsym_function *real = next_dlsym();
  if (!real) return NULL;
  if (is_secure_process()) MUST_TAIL return real(handle, name);
  if (is_special(handle)) {
    if (outcome(handle, name, CALLER) == NOTHING_THERE) handle = library_without();
    MUST_TAIL return real(handle, name);
  }
  void *found = real(handle, name);
  return found ? replacement(name, found, CALLER) : NULL;
}

// Whether what is behind this library has the name in this version.
static int has_version(const char *name, const char *version, const void *caller) {
  Dl_info info;
  int index = index_of(name);
  void *real = index >= 0 ? real_function((unsigned)index, name, caller) : next_dlsym()(RTLD_NEXT, name);
  void *object = dladdr(real, &info) ? next_dlopen()(info.dli_fname, RTLD_NOLOAD | RTLD_LAZY) : NULL;
  void *found = object ? next_dlvsym()(object, name, version) : NULL;
  if (object) dlclose(object);
  if (found && found != real && index >= 0) note_unseen_calls();
  return found && (found == real || index < 0);
}

// The names of this library have no version, so that the loader would pass them over.
EXPORTED void *dlvsym(void *restrict handle, const char *restrict name, const char *restrict version) {
  dlvsym_function *real = next_dlvsym();
  if (!real || !next_dlsym() || !next_dlopen()) return NULL;
  if (is_secure_process()) MUST_TAIL return real(handle, name, version);
  if (is_special(handle)) {
    enum outcome leads = outcome(handle, name, CALLER);
    if (leads == NOTHING_THERE) handle = library_without();
    if (leads == OURS && has_version(name, version, CALLER)) {
      dlerror();
      return handle == RTLD_NEXT ? own_function(name) : interposed(name);
    }
    MUST_TAIL return real(handle, name, version);
  }
  void *found = real(handle, name, version);
  return found ? replacement(name, found, CALLER) : NULL;
}

// SwiftPM links C libraries as Swift ones, with libraries that no program should have to load for this one. The linker
// reads this section's contents before their names, and so leaves out what isn't used.
__attribute__((section(".swift1_autolink_entries"), used)) static const char link_option[] = "-Wl,--as-needed";
