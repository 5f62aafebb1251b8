#include "CResumptionStart.h"

// In the memory that every thread has from its beginning: else its first use may allocate, and end the process if it can't.
static _Thread_local void *word __attribute__((tls_model("initial-exec")));

void *cresumptionstart_thread_word(void) { return word; }

void cresumptionstart_set_thread_word(void *new_word) { word = new_word; }
