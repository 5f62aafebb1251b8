// How much memory a process has.
#ifndef RESIDENT_H
#define RESIDENT_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static long resident_kilobytes(void) {
  long total, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file && fscanf(file, "%ld %ld", &total, &resident) != 2) abort();
  if (file) fclose(file);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

#endif
