#pragma once

#include <filesystem>
#include <string>

namespace foldmill::e2e {

// A file system of a few megabytes (tmpfs) at a directory, for as long as this object lives. Needs
// the right to mount.
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path at, int megabytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Empty when it is there, else why not.
  const std::string& missing() const { return missing_; }
  void fill();       // to the last byte
  void make_room();  // what fill() took is free again

 private:
  std::filesystem::path at_;
  std::string missing_;
};

}  // namespace foldmill::e2e
