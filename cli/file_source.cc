#include "cli/file_source.h"

#include "core/text.h"
#include "storage/study_reader.h"

namespace foldmill::cli {
namespace {

class FileSource final : public StudySource {
 public:
  FileSource(std::filesystem::path database, std::unique_ptr<storage::StudyReader> reader)
      : database_(std::move(database)), reader_(std::move(reader)) {}

  Result<Page<StudyRow>> list_studies(const std::string& page) override {
    return reader_->list_studies(kPageRows, page);
  }
  Result<StudyRow> get_study(const std::string& name) override { return reader_->get_study(name); }
  Result<Page<TrialRow>> list_trials(const std::string& study, const TrialQuery& query) override {
    return reader_->list_trials(study, query);
  }
  Result<TrialRow> get_trial(const std::string& study, TrialNumber trial) override {
    return reader_->get_trial(study, trial);
  }
  Result<Page<WorkerRow>> list_workers(const std::string& page) override {
    return reader_->list_workers(kPageRows, page);
  }
  Result<Table> query(const std::string& sql, int64_t row_cap, Milliseconds time_cap) override {
    return reader_->query(sql, row_cap, time_cap);
  }
  Status fetch(const ArtifactRef& artifact, const std::filesystem::path& destination) override {
    if (!is_sha256_hex(artifact.sha256))
      return data_loss(concat("the database names no sound file: '", artifact.sha256, "'"));
    return copy_whole(storage::artifact_path(database_, artifact), destination);
  }

 private:
  std::filesystem::path database_;
  std::unique_ptr<storage::StudyReader> reader_;
};

}  // namespace

Status copy_whole(const std::filesystem::path& from, const std::filesystem::path& destination) {
  const std::filesystem::path temporary = destination.string() + ".part";
  std::error_code code;
  if (destination.has_parent_path())
    std::filesystem::create_directories(destination.parent_path(), code);
  if (!code)
    std::filesystem::copy_file(from, temporary, std::filesystem::copy_options::overwrite_existing,
                               code);
  if (!code) std::filesystem::rename(temporary, destination, code);
  if (!code) return ok_status();
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  return unavailable(
      concat("copying ", from.string(), " to ", destination.string(), ": ", code.message()));
}

Result<std::unique_ptr<StudySource>> open_file_source(const std::filesystem::path& database) {
  FOLDMILL_ASSIGN_OR_RETURN(auto reader, storage::open_reader(database));
  return std::unique_ptr<StudySource>(std::make_unique<FileSource>(database, std::move(reader)));
}

}  // namespace foldmill::cli
