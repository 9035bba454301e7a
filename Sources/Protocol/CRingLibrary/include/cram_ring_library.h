// Nothing: the library's header is cram_ring.h.
#pragma once
