#include "tables.h"

#define LANES 4
#define NAME(f) f##_portable
#include "body.inc"

const ckernels_table ckernels_portable = TABLE("portable");
