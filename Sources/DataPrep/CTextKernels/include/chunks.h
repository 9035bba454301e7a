#pragma once
#include <stddef.h>
#include <stdint.h>

/// A run of characters that are no white space: the bytes from `start` up to `end`.
typedef struct {
  uint32_t start, end;
} cram_chunk;

/// Finds the maximal runs without white space (what Python's `str.isspace` says) in well-formed UTF-8 of less than 4 GiB.
///
/// Begins at `*at`, which must be no place inside a run, stops at the end or when `capacity` runs are found, and moves
/// `*at` behind the last one. Returns how many it found: fewer than `capacity` at the end. Cost: one pass, 64 bytes at a time.
size_t cram_find_chunks(
    const uint8_t *text, size_t length, size_t *at, cram_chunk *chunks, size_t capacity);
