#pragma once
#include "byte_scan.h"

// The implementations, for byte_scan_dispatch.c alone.
extern const cram_byte_scanner cram_byte_scanner_portable;
#if defined(__x86_64__)
extern const cram_byte_scanner cram_byte_scanner_avx2, cram_byte_scanner_avx512;
#elif defined(__aarch64__)
extern const cram_byte_scanner cram_byte_scanner_neon;
#endif
