#include "core/attempt.h"
