#include "core/distribution.h"
