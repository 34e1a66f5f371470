#include "coordinator/address_file.h"

#include <fstream>
#include <system_error>

#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::coordinator {

Status write_address_file(const std::filesystem::path& path,
                          const std::vector<std::string>& addresses) {
  std::filesystem::path temporary = path;
  temporary += ".new";
  std::ofstream out(temporary, std::ios::trunc);
  for (const std::string& address : addresses) out << address << '\n';
  out.close();
  if (!out) return permission_denied(concat("cannot write ", temporary.string()));
  std::error_code error;
  failpoint("address_file.before_rename");
  std::filesystem::rename(temporary, path, error);
  failpoint("address_file.after_rename");
  if (error)
    return permission_denied(concat("cannot write ", path.string(), ": ", error.message()));
  return ok_status();
}

}  // namespace foldmill::coordinator
