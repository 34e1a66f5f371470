#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/status.h"

namespace foldmill {

// Places at which a program can be made to die, so that tests can end it between any two steps.
// They are in every build: what is tested is what is released.
//
//   FOLDMILL_FAILPOINT=NAME[:COUNT]  the process that passes NAME for the COUNTth time (the first)
//                                    kills itself, as kill -9 would
//   FOLDMILL_FAILPOINT_ONCE=FILE     only the first process that gets there: it makes FILE before
//                                    it dies, and where FILE is, nobody dies
struct FailpointInfo {
  std::string_view program;  // that passes it: coordinator, worker or trainer
  std::string_view name;
  std::string_view where;
};

inline constexpr auto kFailpoints = std::to_array<FailpointInfo>({
    {"coordinator", "migration.before_commit", "the schema is written, not committed"},
    {"coordinator", "migration.after_commit", "the schema is committed"},
    {"coordinator", "start.database_open", "the database is locked and loaded"},
    {"coordinator", "start.listening", "callers can connect, nothing is answered yet"},
    {"coordinator", "address_file.before_rename", "the new address file is written aside"},
    {"coordinator", "address_file.after_rename", "the address file is in its place"},
    {"coordinator", "store.before_write", "decided, nothing of it in the database"},
    {"coordinator", "store.before_commit", "all rows of a transaction written, not committed"},
    {"coordinator", "store.after_commit", "committed, nobody told"},
    {"coordinator", "store.before_effects", "control knows of a commit, nothing done yet"},
    {"coordinator", "store.after_effects", "the effects of a commit were started"},
    {"coordinator", "welcome.before_write", "a worker's welcome is about to be sent"},
    {"coordinator", "welcome.after_write", "it was sent"},
    {"coordinator", "assignment.before_write", "an assignment is about to be sent"},
    {"coordinator", "assignment.after_write", "it was sent"},
    {"coordinator", "ack.before_write", "an acknowledgement is about to be sent"},
    {"coordinator", "ack.after_write", "it was sent"},
    {"coordinator", "stop.before_write", "a worker is about to be told to stop an attempt"},
    {"coordinator", "stop.after_write", "it was told"},
    {"coordinator", "drain.before_write", "a leaving worker is about to be told to go"},
    {"coordinator", "drain.after_write", "it was told"},
    {"coordinator", "reply.before", "a caller's answer is about to be sent"},
    {"coordinator", "reply.after", "it is on its way"},
    {"coordinator", "suggestion.before", "the sampler is about to be asked"},
    {"coordinator", "suggestion.after", "it has answered"},
    {"coordinator", "encoder.before_lookup", "awaited weights are about to be looked for"},
    {"coordinator", "encoder.after_lookup", "they were looked for"},
    {"coordinator", "stage.before_make", "what follows a search is about to be made"},
    {"coordinator", "stage.after_make", "it is made, not decided on"},
    {"coordinator", "artifact.before_rename", "an upload is whole and synced under another name"},
    {"coordinator", "artifact.after_rename", "it has its name, the directory is not synced"},
    {"coordinator", "artifact.published", "it is durable, its sender not told"},
    {"coordinator", "artifact.before_remove", "an artifact that nobody needs is there"},
    {"coordinator", "artifact.after_remove", "it is gone"},
    {"coordinator", "shutdown.before_flush", "calls are ended, decisions not flushed"},
    {"coordinator", "shutdown.after_flush", "decisions are flushed"},

    {"worker", "hello.before_send", "a session is open, nothing said"},
    {"worker", "hello.after_send", "the worker has said who it is"},
    {"worker", "welcome.received", "a welcome is here, nothing done about it"},
    {"worker", "assignment.received", "an assignment is here, nothing done about it"},
    {"worker", "ack.received", "an acknowledgement is here, the outbox has the report"},
    {"worker", "stop.received", "a stop is here, the trainer not told"},
    {"worker", "drain.begun", "the worker is to leave, nobody told"},
    {"worker", "drain.received", "the coordinator's word that it may leave is here"},
    {"worker", "spawn.before", "a trainer is about to be started"},
    {"worker", "spawn.after", "it runs, and the worker has not noted it"},
    {"worker", "report.before_push", "a report is about to go into the outbox"},
    {"worker", "report.after_push", "it is there, and sent if there is a session"},
    {"worker", "finish.before_report", "files are uploaded, the end is not reported"},
    {"worker", "cache.before_rename", "a trainer's file has a second name"},
    {"worker", "cache.after_rename", "it is in the cache"},
    {"worker", "upload.before", "a file is about to be uploaded"},
    {"worker", "upload.after", "it is uploaded, not reported"},
    {"worker", "fetch.before_rename", "a file has arrived under another name"},
    {"worker", "fetch.after_rename", "it is in the cache"},

    {"trainer", "ready.before_send", "the trainer can work, and has not said so"},
    {"trainer", "attempt.before_start", "an assignment is here, nothing done about it"},
    {"trainer", "epoch.before_send", "an epoch is trained, not told"},
    {"trainer", "epoch.after_send", "it is told, no checkpoint of it written"},
    {"trainer", "file.before_rename", "a file is written and synced under another name"},
    {"trainer", "file.after_rename", "it has its name, the directory is not synced"},
    {"trainer", "checkpoint.before_send", "a checkpoint is durable, not told"},
    {"trainer", "checkpoint.after_send", "it is told"},
    {"trainer", "model.before_write", "training is over, no model file written"},
    {"trainer", "model.before_send", "a model file is durable, not told"},
    {"trainer", "finish.before_send", "an attempt is over, not told"},
    {"trainer", "finish.after_send", "it is told"},
});

// A name that stands in the table; any other does not compile.
class FailpointId {
 public:
  consteval FailpointId(const char* name) : number_(number_of(name)) {}  // NOLINT: reads as a name
  constexpr size_t number() const { return number_; }

 private:
  static consteval size_t number_of(std::string_view name) {
    for (size_t i = 0; i < kFailpoints.size(); ++i)
      if (kFailpoints[i].name == name) return i + 1;
    throw "no such failpoint";
  }
  size_t number_;
};

namespace detail {
inline constinit std::atomic<size_t> armed_failpoint{
    0};  // its number in the table, from 1; 0: none
void pass_armed_failpoint();
}  // namespace detail

// Passes a place. Any thread; one relaxed load unless it is the armed one.
inline void failpoint(FailpointId place) {
  if (detail::armed_failpoint.load(std::memory_order_relaxed) == place.number()) [[unlikely]]
    detail::pass_armed_failpoint();
}

// Takes the environment's word, before any thread is made. A place of another program is for that
// one, which may inherit our environment. invalid_argument: no such place, or no such count.
Status arm_failpoint(std::string_view program);

// The places of a program, one a line: name, tab, where it is.
std::string failpoint_list(std::string_view program);

}  // namespace foldmill
