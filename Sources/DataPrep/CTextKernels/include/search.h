#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether `phrase`, lower-case ASCII letters and spaces, at least two, occurs in `text` with letters of either case. Cost: one pass, 16
/// bytes at a time.
bool cram_contains_folded(const uint8_t *text, size_t length, const char *phrase, size_t phrase_length);

/// Whether `part` occurs in `text`.
bool cram_contains(const uint8_t *text, size_t length, const uint8_t *part, size_t part_length);
