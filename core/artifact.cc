#include "core/artifact.h"
