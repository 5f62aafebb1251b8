// The process's arguments, as glibc hands them to initialisers. Linked statically, Swift's runtime would look for them in
// /proc/self/maps whenever a program starts, whether or not it asks: that is a third of the runtime's start-up. An object
// file that defines the runtime's two functions takes the place of its own; beside a dynamic runtime it has no effect.
#include "CProcessArguments.h"

#include <features.h>
#include <stddef.h>

#ifdef __GLIBC__

static int count;
static char **values;

// Before the initialisers of others, which may ask.
__attribute__((constructor(101))) static void keep(int argument_count, char **arguments) {
  count = argument_count;
  values = arguments;
}

char **cprocessarguments(int *result) {
  *result = count;
  return values;
}

// The names and types are those of stdlib/public/stubs/CommandLine.cpp in Swift.
__attribute__((visibility("hidden"))) char **_swift_stdlib_getUnsafeArgvArgc(int *result) {
  *result = count;
  return values;
}

__attribute__((visibility("hidden"))) void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int argument_count) {
  keep(argument_count, arguments);
}

#else

char **cprocessarguments(int *result) {
  *result = 0;
  return NULL;
}

#endif
