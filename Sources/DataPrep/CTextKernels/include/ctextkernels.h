#pragma once
#include "anchors.h"
#include "byte_scan.h"
#include "json_line.h"
#include "sketch.h"
#include "utf8.h"
#include "word_encoder.h"
#include "words.h"
