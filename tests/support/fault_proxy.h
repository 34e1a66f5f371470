#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "proto/transport/address.h"

namespace foldmill::testing {

// A TCP proxy before a server, that does to all its connections what a bad network does, exactly
// when it is told to. Listens on a port of 127.0.0.1 that the system chose. What it is told holds
// for the connections that are open and for later ones, until it is told otherwise; every call
// returns when it has come into force. One thread of its own; to be used from one other.
class FaultProxy {
 public:
  enum class Way { kUp, kDown };  // to the server, from the server

  // Connects to `target` (also a unix socket) once for each connection that comes in.
  explicit FaultProxy(const proto::Address& target);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  std::string address() const;  // "127.0.0.1:4711"

  // Nothing gets through that way, nor does the end of a connection, as on an unplugged cable:
  // neither side is told, and what was sent waits in buffers. Both ways: a partition.
  void hold(Way way, bool on);
  void hold(bool on);
  // Every piece that passes that way does so later.
  void delay(Way way, std::chrono::milliseconds by);
  // Pieces of so many bytes at most; 0: as they come.
  void trickle(Way way, size_t bytes);
  // Ends all connections, orderly (FIN) or not (RST).
  void cut();
  void reset();
  // Connections that come in are ended at once.
  void refuse(bool on);

  size_t accepted() const;       // connections so far
  size_t passed(Way way) const;  // bytes so far

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace foldmill::testing
