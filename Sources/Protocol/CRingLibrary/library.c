// libcram_ring.so is CRing and nothing else. This target exists for its linker settings: with what Swift adds to every
// product by habit, a program in C or Python would have to load Swift's runtime.
#include "cram_ring_library.h"

extern const int cram_ring_library;
const int cram_ring_library = 1;
