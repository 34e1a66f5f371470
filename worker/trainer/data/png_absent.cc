// Stands in for png_file.cc where the trainer alone is built on a machine without libpng.

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/png_file.h"

namespace foldmill::trainer {

GreyImage read_png(const std::filesystem::path& path) {
  throw AttemptError(EndCause::kUserError,
                     concat("data: ", path.string(),
                            " cannot be read: this foldmill-trainer was "
                            "built without libpng; install libpng-dev and build it again"));
}

}  // namespace foldmill::trainer
