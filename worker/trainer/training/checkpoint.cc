#include "worker/trainer/training/checkpoint.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "core/sha256.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/export/safetensors.h"
#include "worker/trainer/export/stored_tensors.h"
#include "worker/trainer/training/durable_file.h"

namespace foldmill::trainer {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kMagic = "foldmill-checkpoint 3 ";
constexpr size_t kDigestSize = 64;
constexpr size_t kHeaderSize = kMagic.size() + kDigestSize + 1;
constexpr size_t kKeptFiles = 2;
constexpr std::string_view kState = "state.";
constexpr std::string_view kWeights = "kept.";

// The payload, once its digest was found right.
std::string read_payload(const std::filesystem::path& path) {
  const auto fail = [&](std::string_view why) {
    throw AttemptError(EndCause::kDataMissing,
                       concat("checkpoint ", path.string(), " ", why,
                              "; without it the fold must start at its first epoch"));
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot be opened");
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (content.size() < kHeaderSize || !std::string_view(content).starts_with(kMagic))
    fail("is not a checkpoint of this version of foldmill-trainer, or is torn");
  const std::string digest = content.substr(kMagic.size(), kDigestSize);
  content.erase(0, kHeaderSize);
  if (sha256_hex(content) != digest) fail("is torn or was changed: its SHA-256 does not match");
  return content;
}

void check_info(const std::filesystem::path& path, const CheckpointInfo& found,
                const CheckpointInfo& expected) {
  if (found.identity != expected.identity)
    throw AttemptError(EndCause::kInternal,
                       concat("checkpoint ", path.string(), " is of another training (",
                              found.identity, "), this one is ", expected.identity));
  if (found.epoch != expected.epoch)
    throw AttemptError(EndCause::kInternal,
                       concat("checkpoint ", path.string(), " is of epoch ", found.epoch,
                              ", the assignment says ", expected.epoch));
}

void append(SafetensorsFile& file, std::string_view prefix, const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors)
    file.tensors.push_back(to_stored(concat(prefix, name), tensor));
}

NamedTensors tensors_with(const SafetensorsFile& file, std::string_view prefix) {
  NamedTensors tensors;
  for (const StoredTensor& stored : file.tensors)
    if (stored.name.starts_with(prefix))
      tensors.emplace_back(stored.name.substr(prefix.size()), to_tensor(stored));
  return tensors;
}

// In the words that the worker looks for (worker/protocol.md).
void warn(int64_t epoch, std::string_view why) {
  std::cerr << concat("foldmill: warning: no checkpoint of epoch ", epoch, ": ", why,
                      "; training goes on without it, and the next epochs try again: free some "
                      "space there, or make it writable\n")
            << std::flush;
}

}  // namespace

std::string encode_checkpoint(const CheckpointInfo& info, const CheckpointContent& content) {
  SafetensorsFile file;
  file.metadata = {{"identity", info.identity},
                   {"epoch", concat(info.epoch)},
                   {"kept_epoch", concat(content.kept.epoch)},
                   {"kept_metrics", Json(content.kept.metrics).dump()}};
  append(file, kState, content.state);
  append(file, kWeights, content.kept.weights);
  const std::string payload = encode_safetensors(file);
  return concat(kMagic, sha256_hex(payload), '\n', payload);
}

CheckpointContent read_checkpoint(const std::filesystem::path& path,
                                  const CheckpointInfo& expected) {
  const SafetensorsFile file = decode_safetensors(read_payload(path), path.string());
  try {
    const auto number = [&](const char* key) {
      return parse_int(file.metadata.at(key)).value_or(-1);
    };
    check_info(path, {file.metadata.at("identity"), number("epoch")}, expected);
    CheckpointContent content;
    content.state = tensors_with(file, kState);
    content.kept.epoch = number("kept_epoch");
    content.kept.metrics = Json::parse(file.metadata.at("kept_metrics"));
    content.kept.weights = tensors_with(file, kWeights);
    return content;
  } catch (const std::logic_error& error) {  // of std::map
    throw AttemptError(EndCause::kDataMissing,
                       concat("checkpoint ", path.string(), " lacks a part: ", error.what()));
  } catch (const Json::exception& error) {
    throw AttemptError(EndCause::kDataMissing,
                       concat("checkpoint ", path.string(), " lacks a part: ", error.what()));
  }
}

void restore_tensors(const std::filesystem::path& path, const NamedTensors& found,
                     const NamedTensors& into) {
  const auto same = [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.sizes() == b.second.sizes();
  };
  const auto source_of = [&](const auto& target) {
    return std::find_if(found.begin(), found.end(),
                        [&](const auto& source) { return same(source, target); });
  };
  for (const auto& target : into)
    if (source_of(target) == found.end())
      throw AttemptError(EndCause::kInternal, concat("checkpoint ", path.string(), " has no ",
                                                     target.first, " of this training's size"));
  const torch::NoGradGuard without_gradients;
  for (const auto& [name, tensor] : into) {
    torch::Tensor target = tensor;  // a handle
    target.copy_(source_of(std::pair(name, tensor))->second);
  }
}

std::filesystem::path CheckpointFiles::write(int64_t epoch, const std::string& content) {
  const std::filesystem::path path = directory_ / concat("epoch-", epoch, ".ckpt");
  try {
    write_durably(path, content);
  } catch (const AttemptError& error) {
    if (!std::exchange(failing_, true)) warn(epoch, error.what());
    return {};
  }
  failing_ = false;
  kept_.push_back(path);
  if (kept_.size() > kKeptFiles) {
    std::error_code ignored;  // one file too many harms nobody; its directory goes with the attempt
    std::filesystem::remove(kept_.front(), ignored);
    kept_.pop_front();
  }
  return path;
}

}  // namespace foldmill::trainer
