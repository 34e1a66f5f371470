#include "core/change.h"
