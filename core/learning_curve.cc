#include "core/learning_curve.h"
