#pragma once

// Both ends of one agreement: a peer that fell silent is noticed within kKeepaliveMs +
// kKeepaliveTimeoutMs, and no ping comes more often than the server allows. gRPC's own defaults are
// no pings from clients and a server that hangs up on frequent ones.
namespace foldmill::proto {

inline constexpr int kKeepaliveMs = 10'000;
inline constexpr int kKeepaliveTimeoutMs = 5'000;
inline constexpr int kMinPingIntervalMs = 5'000;  // the server's; below kKeepaliveMs

// A connection that has not begun to speak HTTP/2 (after TLS, if any) for so long is closed.
inline constexpr int kHandshakeTimeoutMs = 20'000;

// Largest message either side takes. Everything that grows is paged or chunked far below it.
inline constexpr int kMaxMessageBytes = 16 << 20;
// Largest piece of an artifact in one message.
inline constexpr int kMaxChunkBytes = 1 << 20;

}  // namespace foldmill::proto
