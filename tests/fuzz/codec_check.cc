// Messages of any content, as they come from the network.

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>

#include <string>
#include <string_view>

#include "core/text.h"
#include "proto/codec/study_codec.h"
#include "proto/codec/trial_codec.h"
#include "proto/codec/worker_codec.h"
#include "tests/fuzz/checks.h"

namespace foldmill::fuzz {
namespace {

// Equal for equal messages, maps in order of their keys.
std::string bytes_of(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// Else it prints a line for most inputs.
const bool kProtobufIsQuiet = [] {
  google::protobuf::SetLogHandler(nullptr);
  return true;
}();

// As bytes, or in protobuf's text format behind a ':', so that a corpus can be read.
bool parse(std::string_view input, google::protobuf::Message* message) {
  if (!input.starts_with(':'))
    return message->ParseFromArray(input.data(), static_cast<int>(input.size()));
  google::protobuf::TextFormat::Parser parser;
  struct Silent : google::protobuf::io::ErrorCollector {
    void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
  } silent;
  parser.RecordErrorsTo(&silent);
  return parser.ParseFromString(std::string(input.substr(1)), message);
}

template <class Message>
std::string check(std::string_view input) {
  Message message;
  if (!parse(input, &message)) return {};
  const auto decoded = proto::decode(message);
  if (!decoded.ok())
    return decoded.status().message().empty() ? "refused without a word" : std::string();
  const Message encoded = proto::encode(*decoded);
  const auto again = proto::decode(encoded);
  if (!again.ok())
    return concat("understood, but not what it was encoded to: ", again.status().message());
  if (bytes_of(proto::encode(*again)) != bytes_of(encoded))
    return "encoded to something else the second time";
  return {};
}

}  // namespace

std::string check_codec(std::span<const uint8_t> input) {
  if (input.empty()) return {};
  const std::string_view rest(reinterpret_cast<const char*>(input.data()) + 1, input.size() - 1);
  switch (input[0] % 8) {
    case 0:
      return check<v1::WorkerMessage>(rest);
    case 1:
      return check<v1::CoordinatorMessage>(rest);
    case 2:
      return check<v1::StudySpec>(rest);
    case 3:
      return check<v1::AskTrialRequest>(rest);
    case 4:
      return check<v1::ReportEpochRequest>(rest);
    case 5:
      return check<v1::TellTrialRequest>(rest);
    case 6:
      return check<v1::EnqueueTrialRequest>(rest);
    default:
      return check<v1::AskedTrial>(rest);
  }
}

}  // namespace foldmill::fuzz
