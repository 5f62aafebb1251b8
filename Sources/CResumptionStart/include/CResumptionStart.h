// What the engine needs from the moment when it is loaded, and what each thread keeps for it. None of it can fail later.
#ifndef CRESUMPTIONSTART_H
#define CRESUMPTIONSTART_H

#include <stddef.h>

// A note of GnuTLS's configuration (struct configuration_note) that was taken earlier than this library's own, by what was
// loaded when the program started: it counts instead if it is of the same file. Borrowed for good. To be told before
// anything else.
void cresumptionstart_use_earlier_note(const void *note);

enum cresumptionstart_configuration {
  // It can't be told what GnuTLS has read, or may have read since.
  CRESUMPTIONSTART_UNKNOWN,
  // There was no file, and is none.
  CRESUMPTIONSTART_ABSENT,
  // The file is what was noted.
  CRESUMPTIONSTART_AS_NOTED,
};

// What is known of the configuration file now. Once it has been another than the noted one, nothing is any more.
enum cresumptionstart_configuration cresumptionstart_configuration(void);

// The noted file's contents, for good; null if there was none.
const unsigned char *cresumptionstart_contents(size_t *size);

enum { CRESUMPTIONSTART_MOST_MARKS = 80 };

// What GnuTLS's getters say at present of that which calls can change for the whole process: which signatures are good, for
// certificates and otherwise, and thereby which digests; which curves there are; and whether FIPS 140 is in force. Returns how
// many bytes it wrote. In C, as the getters are declared to answer the same for ever, and compilers believe it.
size_t cresumptionstart_marks(unsigned char marks[CRESUMPTIONSTART_MOST_MARKS]);

// Calls have changed for the whole process what GnuTLS does: from now on, nothing is known of the configuration.
void cresumptionstart_forget_configuration(void);

// A word of this thread's: thread-specific keys of the C library may be used up.
void *cresumptionstart_thread_word(void);
void cresumptionstart_set_thread_word(void *word);

// X25519 (RFC 7748, section 5) of a secret number and another's public key, or, without one, of the base point, which gives the
// number's own public key. Returns 0 if there is no X25519 in this process, or if the result is zero: it is of no use then.
int cresumptionstart_x25519(unsigned char result[32], const unsigned char scalar[32], const unsigned char *point);

#endif
