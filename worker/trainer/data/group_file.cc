#include "worker/trainer/data/group_file.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/data/data_error.h"
#include "worker/trainer/data/dataset_files.h"
#include "worker/trainer/data/packed_file.h"
#include "worker/trainer/data/text_pieces.h"

namespace foldmill::trainer {
namespace {

namespace fs = std::filesystem;

fs::path find_file(const std::string& groups, const std::vector<std::string>& data_dirs) {
  std::vector<std::string> tried;
  for (const fs::path& place : candidate_places(groups, data_dirs)) {
    std::error_code ignored;
    if (fs::is_regular_file(place, ignored)) return place;
    tried.push_back(place.string());
  }
  throw AttemptError(
      EndCause::kDataMissing,
      concat("folds.groups: ", groups, " was not found; looked for ",
             tried.empty() ? "nothing, the worker has no data directory" : join(tried, ", "),
             "; put it in one of the worker's data directories, or give its whole path"));
}

// Without the white space around them; a line feed at the end begins no line.
std::vector<std::string> lines_of(const fs::path& path) {
  const std::string content = read_packed_file(path);
  std::vector<std::string> lines;
  std::string_view rest = content;
  while (!rest.empty()) {
    const std::string_view line = trim(next_piece(rest, '\n'), " \t\r");
    if (line.empty())
      fail_data(concat(path.string(), ":", lines.size() + 1), "is empty; each image has a group");
    lines.emplace_back(line);
  }
  return lines;
}

std::vector<int64_t> numbered(const std::vector<std::string>& words) {
  std::map<std::string, int64_t> numbers;
  for (const std::string& word : words) numbers.emplace(word, 0);
  int64_t next = 0;
  for (auto& [word, number] : numbers) number = next++;
  std::vector<int64_t> groups;
  for (const std::string& word : words) groups.push_back(numbers[word]);
  return groups;
}

// Nothing unless every word is a whole number.
std::optional<std::vector<int64_t>> as_numbers(const std::vector<std::string>& words) {
  std::vector<int64_t> numbers;
  for (const std::string& word : words) {
    const std::optional<int64_t> number = parse_int(word);
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace

std::vector<int64_t> read_groups(const std::string& groups, int64_t images,
                                 std::span<const int64_t> labels,
                                 const std::vector<std::string>& data_dirs) {
  if (groups == kGroupsAreLabels) {
    if (labels.empty())
      throw AttemptError(EndCause::kUserError,
                         "folds.groups: label: these images have no labels; name a file with one "
                         "group per line");
    return {labels.begin(), labels.end()};
  }
  const fs::path path = find_file(groups, data_dirs);
  const std::vector<std::string> words = lines_of(path);
  if (static_cast<int64_t>(words.size()) != images)
    fail_data(path, concat("has ", words.size(), " lines for ", images,
                           " training images; it must hold one group per image, in their order"));
  if (auto numbers = as_numbers(words)) return *std::move(numbers);
  return numbered(words);
}

}  // namespace foldmill::trainer
