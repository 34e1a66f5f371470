#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace foldmill::trainer {

// What `folds.groups` says when the classes of the images are the groups. A file of that name is
// ./label.
inline constexpr const char* kGroupsAreLabels = "label";

// The group of each of the `images` training images, as numbers that ascend as the groups do: by
// number where all of them are whole numbers, else by text. `groups` is kGroupsAreLabels or a file
// with one group per image and line, gzipped or not, in the order of the images; a relative path is
// looked for in every data directory. Throws AttemptError: data_missing for a file that is not
// there or not of these images, user_error for labels that are not there.
std::vector<int64_t> read_groups(const std::string& groups, int64_t images,
                                 std::span<const int64_t> labels,
                                 const std::vector<std::string>& data_dirs);

}  // namespace foldmill::trainer
