#pragma once

// How foldmill-coordinator ends. Where the CLI has the same situation, it has the same number.
namespace foldmill::coordinator {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitBadDatabase = 4;  // missing directory, not a database, newer, damaged
inline constexpr int kExitCannotListen = 5;
inline constexpr int kExitLocked = 7;         // another coordinator holds the database
inline constexpr int kExitCommitFailed = 70;  // memory was ahead of the disk: start it again

}  // namespace foldmill::coordinator
