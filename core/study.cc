#include "core/study.h"
