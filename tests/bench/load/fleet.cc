#include "tests/bench/load/fleet.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "proto/transport/keepalive.h"

namespace foldmill::bench {
namespace {

using std::chrono::steady_clock;

// With the keepalive of proto/transport/channel.cc, and with a connection of its own.
std::shared_ptr<grpc::Channel> own_channel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, proto::kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, proto::kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

Fleet::Fleet(const std::string& address, int workers, const WorkPlan& plan)
    : host_{queue_, tally_, resting_,
            [this](SteadyTime at, VirtualWorker& worker, AttemptId attempt) {
              wakings_.push({at, &worker, attempt});
            }} {
  for (int i = 0; i < workers; ++i)
    workers_.push_back(std::make_unique<VirtualWorker>(
        host_, own_channel(address), concat("virtual-", i), plan, static_cast<uint64_t>(i)));
}

Fleet::~Fleet() {
  for (const auto& worker : workers_)
    if (!worker->ended()) worker->leave();
  drive_until([this] { return all(&VirtualWorker::ended); }, SteadyTime::max());
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

Status Fleet::join(std::chrono::seconds limit) {
  for (const auto& worker : workers_) worker->start();
  return run_until([this] { return all(&VirtualWorker::welcomed); }, limit);
}

Status Fleet::run_until(const std::function<bool()>& done, std::chrono::nanoseconds limit) {
  const bool in_time =
      drive_until([&] { return !failure_.empty() || done(); }, steady_clock::now() + limit);
  if (!failure_.empty()) return internal_error(failure_);
  return in_time ? ok_status()
                 : deadline_exceeded(
                       concat("the workers waited in vain for ",
                              format_number(std::chrono::duration<double>(limit).count()), " s"));
}

Status Fleet::run_for(std::chrono::nanoseconds time) {
  const SteadyTime end = steady_clock::now() + time;
  drive_until([&] { return !failure_.empty(); }, end);
  return failure_.empty() ? ok_status() : internal_error(failure_);
}

Status Fleet::come_to_rest(std::chrono::seconds limit) {
  resting_ = true;
  return run_until([this] { return all(&VirtualWorker::all_acknowledged); }, limit);
}

Tally Fleet::take_tally() {
  taken_.reports += tally_.reports;
  taken_.uncertain += tally_.uncertain;
  taken_.reconnects += tally_.reconnects;
  return std::exchange(tally_, {});
}

bool Fleet::drive_until(const std::function<bool()>& done, SteadyTime deadline) {
  while (!done()) {
    const SteadyTime now = steady_clock::now();
    if (now >= deadline) return false;
    wake_due(now);
    const SteadyTime next = wakings_.empty() ? deadline : std::min(deadline, wakings_.top().at);
    const auto wait = std::min<steady_clock::duration>(next - now, std::chrono::seconds(1));
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + wait) !=
        grpc::CompletionQueue::GOT_EVENT)
      continue;
    const auto* operation = static_cast<const VirtualWorker::Operation*>(tag);
    (operation->worker->*operation->done)(ok);
    if (failure_.empty()) failure_ = operation->worker->failure();
  }
  return true;
}

void Fleet::wake_due(SteadyTime now) {
  while (!wakings_.empty() && wakings_.top().at <= now) {
    const Waking due = wakings_.top();
    wakings_.pop();
    due.worker->woken(due.attempt, due.at);
  }
}

bool Fleet::all(bool (VirtualWorker::*is)() const) const {
  return std::all_of(workers_.begin(), workers_.end(),
                     [is](const auto& worker) { return ((*worker).*is)(); });
}

}  // namespace foldmill::bench
