#pragma once
#include "json_line.h"
#include "utf8.h"
