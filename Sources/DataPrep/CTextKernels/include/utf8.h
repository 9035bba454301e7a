#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Whether all bytes are well-formed UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF).
bool cram_utf8_is_valid(const uint8_t *bytes, size_t length);

/// The number of code points of well-formed UTF-8.
size_t cram_utf8_count(const uint8_t *bytes, size_t length);

/// How often `byte` occurs.
size_t cram_count_byte(const uint8_t *bytes, size_t length, uint8_t byte);

/// Whether there is nothing but space, tab, carriage return and line feed.
bool cram_is_blank(const uint8_t *bytes, size_t length);
