#pragma once

#include <memory>
#include <string>

#include "cli/coordinator_calls.h"
#include "cli/study_source.h"
#include "cli/trial_client.h"
#include "core/study.h"
#include "proto/transport/channel.h"

namespace foldmill::cli {

enum class StudyVerb { kPause, kPauseNow, kResume, kStop, kCancel, kExtend };

// A coordinator: everything a source reads, and the verbs that change something. Unreachable
// coordinators are `unavailable` with the address and the reason, those that speak another protocol
// `failed_precondition` with both versions, before anything is asked of them. One thread.
class CoordinatorClient : public StudySource {
 public:
  using ServerInfo = CoordinatorCalls::ServerInfo;

  virtual Result<std::string> create(const StudySpec& spec) = 0;  // what the coordinator remarks
  virtual Result<std::string> command(const std::string& study, StudyVerb verb, int64_t trials = 0,
                                      bool relative = false) = 0;
  // What the coordinator remarks. Stages for a completed study, beside those of its file.
  virtual Result<std::string> add_stages(const std::string& study, const FinalStages& stages) = 0;
  virtual TrialClient& trials() = 0;  // for training loops outside
  virtual Result<ServerInfo> server_info(Milliseconds deadline) = 0;
};

// Does not connect yet. `address` as in proto::parse_address.
Result<std::unique_ptr<CoordinatorClient>> make_coordinator_client(
    const std::string& address, const proto::ClientSecurity& security);

}  // namespace foldmill::cli
