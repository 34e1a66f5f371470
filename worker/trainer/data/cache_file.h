#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "worker/trainer/data/raw_dataset.h"

namespace foldmill::trainer {

// A data set with its fingerprint, as it is kept.
struct CachedDataset {
  RawDataset raw;
  std::string fingerprint;
};

// One data set, ready to be used in place:
//
//   magic and version (8 bytes) | size of the description (8) | CRC-32 of it and the labels (8)
//   description, JSON | labels, int64 | pixels, each part from a multiple of 64 on
//
// in this machine's byte order: the file never leaves it.

// Maps a cache file. Nothing if it is not there, is not the one of `key` (see source_key), or is in
// any way not what write_cache_file wrote; the pixels themselves are taken as they are.
std::optional<CachedDataset> map_cache_file(const std::filesystem::path& file,
                                            const std::string& key);

// Writes it, whole or not at all. Throws AttemptError (internal) where it cannot.
void write_cache_file(const std::filesystem::path& file, const std::string& key,
                      const CachedDataset& dataset);

}  // namespace foldmill::trainer
