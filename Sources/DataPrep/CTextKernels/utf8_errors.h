#pragma once
#include <stdint.h>

// What two neighbouring bytes say of each other, looked up by three of their halves: a bit is set in all three where they cannot stand
// together. (Keiser and Lemire 2021, "Validating UTF-8 in less than one instruction per byte".)
enum {
  TOO_SHORT = 1,       // a lead, then no continuation
  TOO_LONG = 2,        // ASCII, then a continuation
  OVERLONG_3 = 4,      // E0, then below A0
  TOO_LARGE = 8,       // F4, then above 8F; F5 and more
  SURROGATE = 16,      // ED, then above 9F
  OVERLONG_2 = 32,     // C0 or C1
  OVERLONG_4 = 64,     // F0, then below 90; F5 and more, then below 90
  CONTINUED = 128,     // two continuations: right as the third and fourth byte of a character only
  ANY_LOW = TOO_SHORT | TOO_LONG | CONTINUED,
};

#define UTF8_FIRST_HIGH                                                                                             \
  TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, (char)CONTINUED, (char)CONTINUED, \
      (char)CONTINUED, (char)CONTINUED, TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,      \
      TOO_SHORT | TOO_LARGE | OVERLONG_4
#define UTF8_FIRST_LOW                                                                                            \
  (char)(ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4), (char)(ANY_LOW | OVERLONG_2), (char)ANY_LOW,            \
      (char)ANY_LOW, (char)(ANY_LOW | TOO_LARGE), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),                       \
      (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),                         \
      (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),                         \
      (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4),                         \
      (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4 | SURROGATE),             \
      (char)(ANY_LOW | TOO_LARGE | OVERLONG_4), (char)(ANY_LOW | TOO_LARGE | OVERLONG_4)
#define UTF8_SECOND_HIGH                                                                                     \
  TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,                    \
      (char)(TOO_LONG | OVERLONG_2 | CONTINUED | OVERLONG_3 | OVERLONG_4),                                   \
      (char)(TOO_LONG | OVERLONG_2 | CONTINUED | OVERLONG_3 | TOO_LARGE),                                    \
      (char)(TOO_LONG | OVERLONG_2 | CONTINUED | SURROGATE | TOO_LARGE),                                     \
      (char)(TOO_LONG | OVERLONG_2 | CONTINUED | SURROGATE | TOO_LARGE), TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT
