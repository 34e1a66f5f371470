#include "worker/agent/transfers.h"

#include <random>
#include <utility>

#include "core/failpoint.h"

namespace foldmill::worker {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{200};
constexpr std::chrono::milliseconds kLastRetry{5'000};
constexpr int kMostFullDisks = 5;  // with the waits between them: some seconds

bool passes_with_time(const Status& status) {
  switch (status.code()) {
    case StatusCode::kUnavailable:
    case StatusCode::kDeadlineExceeded:
    case StatusCode::kResourceExhausted:  // a full disk, here or over there
      return true;
    default:
      return false;
  }
}

Result<std::filesystem::path> download(const FileCache& cache, const ArtifactClient& client,
                                       const ArtifactRef& artifact) {
  if (auto cached = cache.find(artifact); cached.ok()) return cached;
  const std::filesystem::path file = cache.temporary();
  if (Status got = client.get(artifact, file); !got.ok()) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return got;
  }
  return cache.install(file, artifact);
}

}  // namespace

Transfers::Transfers(asio::io_context& io, FileCache cache, Logger log)
    : io_(io),
      cache_(std::move(cache)),
      log_(std::move(log)),
      backoff_(kFirstRetry, kLastRetry, std::random_device{}()) {}

Transfers::~Transfers() {
  calls_.cancel_all();
  pool_.stop();
  pool_.join();
}

void Transfers::set_channel(std::shared_ptr<grpc::Channel> channel) {
  thread_.check();
  channel_ = std::move(channel);
}

// `work` on the pool, `done(result)` on the agent thread.
template <class Work, class Done>
void Transfers::run(Work work, Done done) {
  thread_.check();
  auto deliver = lifetime_.guard(std::move(done));
  asio::post(pool_, [this, work = std::move(work), deliver = std::move(deliver)]() mutable {
    auto result = work();
    asio::post(io_, [deliver = std::move(deliver), result = std::move(result)]() mutable {
      deliver(std::move(result));
    });
  });
}

template <class Attempt>
void Transfers::retry(const Status& status, Attempt again) {
  const auto wait = backoff_.next();
  log_->debug("transfer delayed  retry_ms={} reason={}", wait.count(), in_quotes(status.message()));
  auto timer = std::make_shared<asio::steady_timer>(io_, wait);
  timer->async_wait(
      lifetime_.guard([timer, again = std::move(again)](ErrorCode) mutable { again(); }));
}

void Transfers::adopt(std::filesystem::path file,
                      std::function<void(Result<PendingFilePtr>)> done) {
  run([cache = cache_, file = std::move(file)] { return cache.adopt(file); }, std::move(done));
}

void Transfers::upload(PendingFilePtr file, std::function<void(Status)> done) {
  run(
      [this, channel = channel_, file] {
        file->touch();
        if (!channel) return unavailable("there is no coordinator yet");
        failpoint("upload.before");
        Status put = ArtifactClient(channel, calls_).put(file->artifact(), file->path());
        failpoint("upload.after");
        return put;
      },
      [this, file, done](Status status) {
        if (passes_with_time(status))
          return retry(status, [this, file, done] { upload(file, done); });
        backoff_.reset();
        done(std::move(status));
      });
}

void Transfers::keep(PendingFilePtr file) {
  asio::post(pool_, [cache = cache_, file = std::move(file)] { cache.keep(*file); });
}

void Transfers::fetch(ArtifactRef artifact,
                      std::function<void(Result<std::filesystem::path>)> done) {
  fetch(std::move(artifact), 0, std::move(done));
}

void Transfers::fetch(ArtifactRef artifact, int full_disks,
                      std::function<void(Result<std::filesystem::path>)> done) {
  run([this, channel = channel_, cache = cache_,
       artifact] { return download(cache, ArtifactClient(channel, calls_), artifact); },
      [this, artifact, full_disks, done](Result<std::filesystem::path> path) {
        const bool full = path.status().code() == StatusCode::kResourceExhausted;
        const int seen = full_disks + (full ? 1 : 0);
        if (passes_with_time(path.status()) && seen < kMostFullDisks)
          return retry(path.status(),
                       [this, artifact, seen, done] { fetch(artifact, seen, done); });
        backoff_.reset();
        done(std::move(path));
      });
}

void Transfers::forget(const ArtifactRef& artifact) { cache_.remove(artifact); }

}  // namespace foldmill::worker
