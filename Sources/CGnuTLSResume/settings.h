// What programs are told, by their environment.
#ifndef SETTINGS_H
#define SETTINGS_H

#include "options.h"
#include "text.h"

// The variable that names libraries to load into programs.
#define PRELOAD "LD_PRELOAD"

// The options' variables, in their order, each as NAME=VALUE, empty where nothing was given. Paths are absolute, as
// programs may be in another folder.
struct settings {
  struct text variables[GNUTLS_RESUME_OPTION_COUNT];
};

// False once it has said what is wrong: a log that can't be written too, for programs say nothing of that.
bool make_settings(const struct options *, struct settings *);

// Says so if the environment names a log that can't be written, and the settings no other. Who has chosen it isn't there:
// no reason to run nothing.
void check_inherited_log(const struct settings *);

// What a variable is, of this process's environment; null if it isn't set. Of several, the one that counts for the loader.
const char *variable(const char *name);

// This process's environment with the settings and with a library that is to be loaded, behind those that are loaded
// already: some, as a sanitizer's, must be the first. Null without memory.
char **changed_environment(struct settings *, const char *library);

#endif
