// How a session ends, as its worker hears it.

#include "worker/agent/session_client.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "foldmill/v1/worker_service.grpc.pb.h"
#include "proto/codec/worker_codec.h"
#include "proto/transport/channel.h"
#include "tests/support/temp_dir.h"

namespace foldmill::worker {
namespace {

constexpr int kWords = 500;

// Says much and ends the session, whatever its worker says.
class Talker final : public v1::WorkerService::Service {
  using Stream = grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::WorkerMessage>;
  grpc::Status Session(grpc::ServerContext*, Stream* stream) override {
    for (int word = 0; word < kWords; ++word)
      stream->Write(proto::encode(proto::CoordinatorMessage(proto::Drain{})));
    return {grpc::StatusCode::UNAVAILABLE, "the coordinator shuts down"};
  }
};

TEST(SessionClientTest, WhatWasSaidBeforeTheEndIsHeardThoughNothingCanBeSaidAnyMore) {
  const test::TempDir directory;
  const std::string target = "unix:" + (directory / "c.sock").string();
  Talker talker;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(target, grpc::InsecureServerCredentials());
  builder.RegisterService(&talker);
  const auto server = builder.BuildAndStart();
  const auto channel = *proto::make_channel(*proto::parse_address(target), {});
  asio::io_context io;
  int heard = 0;
  Status end;
  std::unique_ptr<SessionClient> session;
  session = std::make_unique<SessionClient>(
      io, channel,
      SessionClient::Events{[&](proto::CoordinatorMessage) {
                              ++heard;
                              session->send({0, proto::Heartbeat{}});
                            },
                            [&](const Status& why) {
                              end = why;
                              io.stop();
                            }});
  const auto work = asio::make_work_guard(io);
  io.run_for(std::chrono::seconds(30));
  EXPECT_EQ(heard, kWords);
  EXPECT_EQ(end.message(), "the coordinator shuts down");
}

}  // namespace
}  // namespace foldmill::worker
