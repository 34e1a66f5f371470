#include "coordinator/store_gateway.h"

#include <algorithm>
#include <iterator>

#include "coordinator/log_line.h"
#include "core/text.h"

namespace foldmill::coordinator {
namespace {

bool passes_by_itself(const Status& status) {
  return status.code() == StatusCode::kUnavailable ||
         status.code() == StatusCode::kResourceExhausted;
}

}  // namespace

StoreGateway::StoreGateway(std::unique_ptr<storage::StudyStore> store, ControlLoop& control,
                           Logger log, OnFatal on_fatal, StoreGatewayOptions options)
    : control_(control),
      log_(std::move(log)),
      on_fatal_(std::move(on_fatal)),
      options_(std::move(options)),
      store_(std::move(store)),
      pause_(options.first_retry),
      retry_(control.context()) {}

StoreGateway::~StoreGateway() { thread_.join(); }

void StoreGateway::commit(std::vector<Change> changes, Then then) {
  control_.check();
  if (failed_) return;
  const size_t count = changes.size();
  waiting_.push_back({std::move(changes), count, std::move(then)});
  if (!writing_) write_next();
}

void StoreGateway::when_idle(std::function<void()> then) {
  control_.check();
  when_idle_.push_back(std::move(then));
  if (!writing_) write_next();
}

void StoreGateway::write_next() {
  group_ = std::exchange(waiting_, {});
  if (group_.empty()) {
    for (const auto& then : std::exchange(when_idle_, {})) then();
    return;
  }
  writing_ = true;
  changes_.clear();
  for (Commit& commit : group_)
    std::move(commit.changes.begin(), commit.changes.end(), std::back_inserter(changes_));
  if (changes_.empty()) {
    succeeded();
  } else {
    write_group();
  }
}

void StoreGateway::write_group() {
  asio::post(thread_, [this]() noexcept {
    control_.post([this, status = store_->apply(changes_)] { written(status); });
  });
}

void StoreGateway::written(const Status& status) {
  control_.check();
  if (status.ok()) {
    if (pause_ != options_.first_retry) log_->info(log_line("store recovered"));
    pause_ = options_.first_retry;
    if (std::exchange(full_, false)) options_.on_room();
    succeeded();
  } else if (passes_by_itself(status)) {
    retry_later(status);
  } else {
    failed_ = true;
    on_fatal_(status);
  }
}

// Still `writing_` while the continuations run: what they commit waits for its turn.
void StoreGateway::succeeded() {
  std::span<const Change> rest(changes_);
  for (const Commit& commit : group_) {
    commit.then(rest.first(commit.count));
    rest = rest.subspan(commit.count);
  }
  writing_ = false;
  write_next();
}

void StoreGateway::retry_later(const Status& status) {
  if (status.code() == StatusCode::kResourceExhausted && !std::exchange(full_, true))
    options_.on_full(status);
  log_->warn(log_line("commit delayed", {{"reason", status.message()},
                                         {"changes", concat(changes_.size())},
                                         {"retry_ms", concat(pause_.count())}}));
  retry_.expires_after(pause_);
  pause_ = std::min(pause_ * 2, options_.last_retry);
  retry_.async_wait([this](const ErrorCode& error) {
    if (!error) write_group();
  });
}

}  // namespace foldmill::coordinator
