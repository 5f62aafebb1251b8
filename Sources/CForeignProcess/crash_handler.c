// A library in somebody else's program must not handle that program's crashes, whatever SWIFT_BACKTRACE says. Linked
// statically, Swift's runtime would read that variable when it is loaded, look for its backtracer in eight places, and may
// install handlers of signals. An object file that defines what others need of it takes the place of all that; beside a
// dynamic runtime it has no effect.
#include <stdbool.h>

// The names are those of stdlib/public/runtime/Backtrace.cpp in Swift. The rest of the runtime reads whether backtraces
// are on, the first field; 0 is no. Other fields follow, of 88 bytes in all.
__attribute__((visibility("hidden"))) char _swift_backtraceSettings[512] __attribute__((aligned(16)));

__attribute__((visibility("hidden"))) bool _swift_backtrace_isThunkFunction(const char *mangled_name) {
  (void)mangled_name;
  return false;
}
