#include "worker/trainer/training/checkpoint.h"

#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

#include "core/sha256.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/training/durable_file.h"

namespace foldmill::trainer {
namespace {

constexpr std::string_view kMagic = "foldmill-checkpoint 1 ";
constexpr size_t kDigestSize = 64;
constexpr size_t kHeaderSize = kMagic.size() + kDigestSize + 1;
constexpr size_t kKept = 2;

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
    fail("is not a checkpoint of foldmill-trainer, or is torn");
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

}  // namespace

std::string encode_checkpoint(const CheckpointInfo& info, const Model& model,
                              const torch::optim::Optimizer& optimizer) {
  torch::serialize::OutputArchive archive;
  torch::serialize::OutputArchive model_archive(archive.compilation_unit());
  torch::serialize::OutputArchive optimizer_archive(archive.compilation_unit());
  model.save(model_archive);
  optimizer.save(optimizer_archive);
  archive.write("identity", torch::IValue(info.identity));
  archive.write("epoch", torch::IValue(info.epoch));
  archive.write("model", model_archive);
  archive.write("optimizer", optimizer_archive);
  std::ostringstream payload;
  archive.save_to(payload);
  return concat(kMagic, sha256_hex(payload.view()), '\n', payload.view());
}

void restore_checkpoint(const std::filesystem::path& path, const CheckpointInfo& expected,
                        Model& model, torch::optim::Optimizer& optimizer) {
  const std::string payload = read_payload(path);
  torch::serialize::InputArchive archive;
  archive.load_from(payload.data(), payload.size(), model.parameters().front().device());
  torch::IValue identity;
  torch::IValue epoch;
  archive.read("identity", identity);
  archive.read("epoch", epoch);
  check_info(path, {identity.toStringRef(), epoch.toInt()}, expected);
  torch::serialize::InputArchive model_archive;
  torch::serialize::InputArchive optimizer_archive;
  archive.read("model", model_archive);
  archive.read("optimizer", optimizer_archive);
  model.load(model_archive);
  optimizer.load(optimizer_archive);
}

std::filesystem::path CheckpointFiles::write(int64_t epoch, const std::string& content) {
  const std::filesystem::path path = directory_ / concat("epoch-", epoch, ".ckpt");
  write_durably(path, content);
  kept_.push_back(path);
  if (kept_.size() > kKept) {
    std::error_code ignored;  // one file too many harms nobody; its directory goes with the attempt
    std::filesystem::remove(kept_.front(), ignored);
    kept_.pop_front();
  }
  return path;
}

}  // namespace foldmill::trainer
