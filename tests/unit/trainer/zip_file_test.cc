#include "worker/trainer/data/zip_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/trainer/data_fixture.h"

namespace foldmill::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ZipFileTest : public ::testing::Test {
 protected:
  ZipFile open(const std::string& bytes) {
    write_file(path_, bytes);
    return ZipFile(path_);
  }
  std::string open_error(const std::string& bytes) {
    return error_of([&] { open(bytes); });
  }
  std::string read_error(const std::string& bytes) {
    return error_of([&] { open(bytes).read("a"); });
  }
  // The archive with bytes changed, counted from the record that starts with this signature.
  static std::string patched(std::string bytes, const std::string& signature, size_t at,
                             const std::string& replacement) {
    return bytes.replace(bytes.rfind(signature) + at, replacement.size(), replacement);
  }

  TempDir directory_;
  std::filesystem::path path_ = directory_ / "x.zip";
  const std::string long_text_ = std::string(5000, 'x') + "end";
  const std::string stored_ = zip_bytes({{"a", "hello"}});
  const std::string deflated_ = zip_bytes({{"a", long_text_, true}});
};

TEST_F(ZipFileTest, ReadsStoredAndDeflatedMembers) {
  const ZipFile file = open(zip_bytes({{"b", "hello"}, {"a", long_text_, true}, {"empty", ""}}));
  EXPECT_THAT(file.names(), ElementsAre("a", "b", "empty"));
  EXPECT_EQ(file.read("b"), "hello");
  EXPECT_EQ(file.read("a"), long_text_);
  EXPECT_EQ(file.read("empty"), "");
  EXPECT_FALSE(file.has("c"));
}

TEST_F(ZipFileTest, RefusesWhatIsNoWholeArchive) {
  EXPECT_THAT(error_of([&] { ZipFile file(path_); }), HasSubstr("No such file"));
  EXPECT_THAT(open_error(""), HasSubstr("no ZIP archive"));
  EXPECT_THAT(open_error("<html>"), HasSubstr("no ZIP archive"));
  EXPECT_THAT(open_error(stored_.substr(0, stored_.size() / 2)), HasSubstr("truncated"));
  EXPECT_THAT(open_error(patched(stored_, "PK\x05\x06", 16, "\x01")), HasSubstr("damaged ZIP"));
  EXPECT_THAT(open_error(patched(stored_, "PK\x05\x06", 10, "\x02")), HasSubstr("damaged ZIP"));
  EXPECT_THAT(open_error(patched(stored_, "PK\x05\x06", 16, "\xF0\xF0")), HasSubstr("truncated"));
  EXPECT_THAT(open_error(patched(stored_, "PK\x01\x02", 28, "\xFF")), HasSubstr("damaged ZIP"));
  EXPECT_THAT(open_error(patched(stored_, "PK\x05\x06", 4, "\x01")), HasSubstr("several parts"));
  EXPECT_THAT(open_error(patched(stored_, "PK\x05\x06", 16, "\xFF\xFF\xFF\xFF")),
              HasSubstr("ZIP64"));
}

TEST_F(ZipFileTest, RefusesMembersItCannotRead) {
  EXPECT_THAT(read_error(zip_bytes({{"a", "hello", false, 12}})), HasSubstr("method 12"));
  EXPECT_THAT(read_error(zip_bytes({{"a", "hello", false, 0, 1}})), HasSubstr("encrypted"));
  EXPECT_THAT(read_error(patched(stored_, "PK\x01\x02", 24, "\xFF\xFF\xFF\xFF")),
              HasSubstr("ZIP64"));
}

TEST_F(ZipFileTest, RefusesDamagedMembers) {
  EXPECT_THAT(read_error(patched(stored_, "hello", 0, "j")), HasSubstr("checksum"));
  EXPECT_THAT(read_error(patched(stored_, "PK\x01\x02", 16, "?")), HasSubstr("checksum"));
  EXPECT_THAT(read_error(patched(stored_, "PK\x01\x02", 24, "\x04")), HasSubstr("sizes"));
  EXPECT_THAT(read_error(patched(deflated_, "PK\x01\x02", 24, "\xF0\xF0\xF0\xF0")),
              HasSubstr("sizes"));
  EXPECT_THAT(read_error(patched(deflated_, "PK\x01\x02", 24, "\x04")), HasSubstr("unpacked"));
  EXPECT_THAT(read_error(patched(stored_, "PK\x01\x02", 20, "\xF0")), HasSubstr("truncated"));
  EXPECT_THAT(read_error(patched(stored_, "PK\x01\x02", 42, "\x01")), HasSubstr("no ZIP header"));
}

}  // namespace
}  // namespace foldmill::trainer
