#pragma once

// The bytes that stand behind a backslash in an escape of two bytes (" / \ b f n r t), by their halves: one where the two tables share a bit.
#define SIMPLE_BY_LOW 0, 0, 1 | 4 | 8, 0, 8, 0, 4, 0, 0, 0, 0, 0, 2, 0, 4, 1
#define SIMPLE_BY_HIGH 0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0
