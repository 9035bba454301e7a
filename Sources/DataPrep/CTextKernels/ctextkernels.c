#include "ctextkernels.h"
