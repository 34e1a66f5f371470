#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace foldmill::e2e {

// What of this machine a virtual machine is made from.
struct GuestParts {
  std::filesystem::path qemu, busybox, cpio, mkfs, e2fsck, debugfs;
  std::filesystem::path kernel;
  std::vector<std::filesystem::path> modules;  // of the kernel, in the order to load them in
  std::string missing;  // what is, and how to get it, for whoever runs the test; mostly empty

  static GuestParts find();
};

// Writes the first file system of a guest as a cpio archive: guest_init.sh as its first process,
// busybox, the kernel's modules, the coordinator with the libraries it needs, and its arguments.
// `directory` is for the files that go into it. What went wrong, or nothing.
std::string make_initramfs(const GuestParts& parts, const std::vector<std::string>& arguments,
                           const std::filesystem::path& directory,
                           const std::filesystem::path& archive);

}  // namespace foldmill::e2e
