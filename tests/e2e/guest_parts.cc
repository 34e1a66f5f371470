#include "tests/e2e/guest_parts.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/process.h"

namespace foldmill::e2e {
namespace {

namespace fs = std::filesystem;

// Disk and network of the guest. Those that its kernel has built in are not found, and not needed.
constexpr const char* kDrivers[] = {"virtio_pci", "virtio_blk", "virtio_net", "crc32c_generic",
                                    "ext4"};

// Programs for administrators are not on everybody's path.
fs::path find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(std::string(path == nullptr ? "" : path) + ":/usr/sbin:/sbin");
  for (std::string directory; std::getline(directories, directory, ':');)
    if (const fs::path file = fs::path(directory) / name; ::access(file.c_str(), X_OK) == 0)
      return file;
  return {};
}

// The modules of one kernel, by modules.dep: "PATH: PATH PATH …", a module and all it needs.
class Modules {
 public:
  explicit Modules(fs::path directory) : directory_(std::move(directory)) {
    std::ifstream file(directory_ / "modules.dep");
    for (std::string line; std::getline(file, line);) {
      const size_t colon = line.find(':');
      std::istringstream needs(line.substr(colon + 1));
      for (std::string need; needs >> need;) needs_[line.substr(0, colon)].push_back(need);
      paths_[name_of(line.substr(0, colon))] = line.substr(0, colon);
    }
  }

  bool known() const { return !paths_.empty(); }

  std::vector<fs::path> in_order() const {
    std::vector<fs::path> order;
    for (const char* driver : kDrivers)
      if (const auto found = paths_.find(driver); found != paths_.end()) add(found->second, order);
    return order;
  }

 private:
  static std::string name_of(const fs::path& path) {
    const std::string file = path.filename().string();
    return file.substr(0, file.find('.'));
  }

  void add(const std::string& path, std::vector<fs::path>& order) const {
    if (std::ranges::count(order, directory_ / path) > 0) return;
    if (const auto needs = needs_.find(path); needs != needs_.end())
      for (const std::string& need : needs->second) add(need, order);
    order.push_back(directory_ / path);
  }

  fs::path directory_;
  std::map<std::string, std::vector<std::string>> needs_;
  std::map<std::string, std::string> paths_;
};

void find_kernel(GuestParts& parts) {
  const std::string prefix = "vmlinuz-";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/boot", ignored)) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with(prefix) || ::access(entry.path().c_str(), R_OK) != 0) continue;
    const Modules modules(fs::path("/lib/modules") / file.substr(prefix.size()));
    if (!modules.known() || entry.path() < parts.kernel) continue;
    parts.kernel = entry.path();
    parts.modules = modules.in_order();
  }
}

std::vector<fs::path> libraries_of(const fs::path& program) {
  std::vector<fs::path> libraries;
  std::istringstream words(testing::run_program({find_program("ldd"), program}).out);
  for (std::string word; words >> word;)
    if (word.starts_with('/')) libraries.emplace_back(word);
  return libraries;
}

void write_lines(const fs::path& file, const std::vector<std::string>& lines) {
  std::ofstream out(file);
  for (const std::string& line : lines) out << line << "\n";
}

}  // namespace

GuestParts GuestParts::find() {
  GuestParts parts;
  std::string absent;
  const auto look_for = [&absent](const char* name) {
    fs::path found = find_program(name);
    if (found.empty()) absent += std::string(" ") + name;
    return found;
  };
  parts.qemu = look_for("qemu-system-x86_64");
  parts.busybox = look_for("busybox");
  parts.cpio = look_for("cpio");
  parts.mkfs = look_for("mkfs.ext4");
  parts.e2fsck = look_for("e2fsck");
  parts.debugfs = look_for("debugfs");
  find_kernel(parts);
  if (parts.kernel.empty()) absent += " /boot/vmlinuz-*";
  if (!absent.empty())
    parts.missing =
        "a virtual machine needs the packages qemu-system-x86, linux-image-cloud-amd64, "
        "busybox-static, cpio and e2fsprogs (deploy/install-deps --slow); not found:" +
        absent;
  return parts;
}

std::string make_initramfs(const GuestParts& parts, const std::vector<std::string>& arguments,
                           const fs::path& directory, const fs::path& archive) {
  for (const char* name : {"bin", "data", "dev", "lib", "modules", "proc", "sys", "tmp"})
    fs::create_directories(directory / name);
  fs::copy_file(parts.busybox, directory / "bin/busybox");
  fs::copy_file(FOLDMILL_GUEST_INIT, directory / "init");
  fs::permissions(directory / "init", fs::perms(0755));

  std::vector<std::string> order;
  for (const fs::path& module : parts.modules) {
    order.push_back("/modules/" + module.filename().string());
    fs::copy_file(module, directory / "modules" / module.filename());
  }
  write_lines(directory / "modules/order", order);
  write_lines(directory / "arguments", arguments);

  // A guest unpacks all of it at every boot: without what debuggers need it is a third.
  const fs::path coordinator = testing::built_program("foldmill-coordinator");
  const testing::Output stripped = testing::run_program(
      {find_program("strip"), "-o", directory / "bin/foldmill-coordinator", coordinator});
  if (stripped.exit_code != 0) return "strip: " + stripped.err;
  for (const fs::path& library : libraries_of(coordinator)) {
    const fs::path copy = directory / library.relative_path();
    fs::create_directories(copy.parent_path());
    fs::copy_file(library, copy, fs::copy_options::skip_existing);
  }
  fs::copy_file(FOLDMILL_LOST_SYNCS, directory / "lib/liblost_syncs.so");

  const testing::Output packed = testing::run_program(
      {"/bin/sh", "-c", "cd \"$1\" && find . | \"$2\" -o -H newc --quiet >\"$3\"", "sh", directory,
       parts.cpio, archive});
  return packed.exit_code == 0 ? "" : "cpio: " + packed.err;
}

}  // namespace foldmill::e2e
