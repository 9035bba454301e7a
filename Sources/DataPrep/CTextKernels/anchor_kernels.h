#pragma once
#include "anchors.h"

extern const cram_anchor_kernels cram_anchor_kernels_portable;
#if defined(__x86_64__)
extern const cram_anchor_kernels cram_anchor_kernels_avx2;
#endif

// The hash that orders positions: a sum of products of overlapping words, mixed once. Only its upper half is used.
#define CRAM_ORDER_0 0x9E3779B1u
#define CRAM_ORDER_1 0x85EBCA6Bu
#define CRAM_ORDER_2 0xC2B2AE35u
#define CRAM_ORDER_3 0x27D4EB2Fu
#define CRAM_ORDER_MIX 0x2C1B3C6Du
#define CRAM_ORDER_SHIFT 15
