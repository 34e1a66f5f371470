#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "worker/trainer/data/raw_dataset.h"

namespace foldmill::trainer {

// One class of an image folder: a directory and the PNG files in it, by name.
struct ClassFolder {
  std::string name;
  std::vector<std::filesystem::path> files;
};

// <root>/<class>/*.png, classes in the order of their names; hidden ones and files of other kinds
// are passed over. Throws AttemptError (data_missing) where there are no classes or one is empty.
std::vector<ClassFolder> list_image_folder(const std::filesystem::path& root);

// Reads them as grey images, all of one size, labelled by the class's position. Throws
// AttemptError (data_missing).
RawDataset read_image_folder(const std::filesystem::path& root);

}  // namespace foldmill::trainer
