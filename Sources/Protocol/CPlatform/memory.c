#include <stdio.h>
#include <unistd.h>

#include "cplatform.h"

/// The number that the file at `path` holds, or `otherwise` where there is none (`max` of a control group).
static uint64_t limit_of(const char *path, uint64_t otherwise) {
  FILE *file = fopen(path, "re");
  unsigned long long limit;
  if (file == NULL) return otherwise;
  int found = fscanf(file, "%llu", &limit);
  fclose(file);
  return found == 1 && limit < otherwise ? limit : otherwise;
}

uint64_t cplatform_usable_memory(void) {
  uint64_t machine = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
  machine = limit_of("/sys/fs/cgroup/memory.max", machine);
  return limit_of("/sys/fs/cgroup/memory/memory.limit_in_bytes", machine);
}
