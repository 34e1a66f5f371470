#include "core/model_spec.h"
