#include "worker/trainer/export/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/text.h"
#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

template <class Number>
std::string bytes_of(const std::vector<Number>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(Number)};
}

SafetensorsFile example() {
  SafetensorsFile file;
  file.metadata = {{"format", "foldmill"}, {"note", "\"quoted\" and \xc3\xbc"}};
  file.tensors = {
      {"encoder.0.weight", TensorType::kFloat32, {1, 3}, bytes_of<float>({0.5f, -1, 2})},
      {"empty", TensorType::kFloat32, {0, 7}, ""},
      {"step", TensorType::kInt64, {}, bytes_of<int64_t>({-3})}};
  return file;
}

// A file with this header, well formed or not, and that many bytes of tensors.
std::string with_header(const std::string& header, size_t data) {
  std::string length;
  for (size_t i = 0; i < 8; ++i) length.push_back(static_cast<char>(header.size() >> 8 * i));
  return length + header + std::string(data, 'x');
}

std::string tensor(const std::string& shape, const std::string& offsets) {
  return concat(R"({"dtype":"F32","shape":)", shape, R"(,"data_offsets":)", offsets, "}");
}

std::string refusal(const std::string& content) {
  try {
    decode_safetensors(content, "some.safetensors");
  } catch (const AttemptError& error) {
    EXPECT_EQ(error.cause(), EndCause::kDataMissing);
    EXPECT_THAT(error.what(), StartsWith("some.safetensors: "));
    return error.what();
  }
  return "read";
}

TEST(SafetensorsTest, ReadsWhatItWrote) {
  const std::string content = encode_safetensors(example());
  const SafetensorsFile file = decode_safetensors(content, "memory");
  EXPECT_EQ(file.metadata, example().metadata);
  ASSERT_EQ(file.tensors.size(), 3u);
  EXPECT_EQ(file.tensors[0].name, "step") << "the widest come first, so that all are aligned";
  for (const StoredTensor& expected : example().tensors) {
    SCOPED_TRACE(expected.name);
    const StoredTensor* found = file.find(expected.name);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->type, expected.type);
    EXPECT_EQ(found->shape, expected.shape);
    EXPECT_EQ(found->bytes, expected.bytes);
  }
  EXPECT_EQ(file.find("encoder"), nullptr);
  EXPECT_EQ(content[0] % 8, 0) << "the tensors begin at a multiple of eight";
}

TEST(SafetensorsTest, ReadsAnEmptyFileAndPadding) {
  EXPECT_TRUE(decode_safetensors(encode_safetensors({}), "memory").tensors.empty());
  const std::string header = concat("{\"a\":", tensor("[2]", "[0,8]"), "}    ");
  EXPECT_EQ(decode_safetensors(with_header(header, 8), "memory").tensors[0].bytes, "xxxxxxxx");
}

TEST(SafetensorsTest, RefusesEveryTruncationAndWhatFollows) {
  const std::string content = encode_safetensors(example());
  for (size_t size = 0; size < content.size(); ++size)
    EXPECT_NE(refusal(content.substr(0, size)), "read") << size;
  EXPECT_THAT(refusal(content + 'x'), HasSubstr("1 bytes after its last tensor"));
}

TEST(SafetensorsTest, RefusesHeadersThatLie) {
  EXPECT_THAT(refusal(std::string(8, '\xff')), HasSubstr("allowed are 100000000"));
  EXPECT_THAT(refusal(with_header("{}", 0).substr(0, 9)), HasSubstr("2 bytes in a file of 9"));
  EXPECT_THAT(refusal(with_header("{", 0)), HasSubstr("no JSON"));
  EXPECT_THAT(refusal(with_header("{} {}", 0)), HasSubstr("no JSON"));
  EXPECT_THAT(refusal(with_header("{\"\xff\":1}", 0)), HasSubstr("no JSON"));
  EXPECT_THAT(refusal(with_header("[]", 0)), HasSubstr("no JSON object"));
  // Whoever walks such a tree by recursion runs out of stack.
  EXPECT_THAT(refusal(with_header(std::string(100000, '['), 0)), HasSubstr("nested more than"));
  EXPECT_THAT(refusal(with_header(concat(R"({"a":{"dtype":)", std::string(100000, '['),
                                         std::string(100000, ']'), "}}"),
                                  0)),
              HasSubstr("nested more than"));
  EXPECT_THAT(refusal(with_header(R"({"__metadata__":[]})", 0)), HasSubstr("no object"));
  EXPECT_THAT(refusal(with_header(R"({"__metadata__":{"a":1}})", 0)),
              HasSubstr("'a' is no string"));
  const std::string one = tensor("[2]", "[0,8]");
  EXPECT_THAT(refusal(with_header(concat("{\"a\":", one, ",\"a\":", one, "}"), 8)),
              HasSubstr("'a' twice"));
}

TEST(SafetensorsTest, RefusesTensorsThatDoNotFit) {
  const auto refusal_of = [](const std::string& entry) {
    return refusal(with_header(concat("{\"a\":", entry, "}"), 8));
  };
  EXPECT_EQ(refusal_of(tensor("[2]", "[0,8]")), "read");
  EXPECT_THAT(refusal_of(tensor("[3]", "[0,8]")), HasSubstr("of shape [3] has 8 bytes"));
  EXPECT_THAT(refusal_of(tensor("[3]", "[0,12]")), HasSubstr("ends at byte 12 of 8"));
  EXPECT_THAT(refusal_of(tensor("[-2]", "[0,8]")), HasSubstr("-2, which is no size"));
  EXPECT_THAT(refusal_of(tensor("[2.0]", "[0,8]")), HasSubstr("no size"));
  EXPECT_THAT(refusal_of(tensor("[18446744073709551615]", "[0,8]")), HasSubstr("no size"));
  EXPECT_THAT(refusal_of(tensor("[4611686018427387904,4,2]", "[0,8]")), HasSubstr("has 8 bytes"))
      << "a product that overflows";
  EXPECT_THAT(refusal_of(tensor("2", "[0,8]")), HasSubstr("no list"));
  EXPECT_THAT(refusal_of(tensor("[2]", "[8,0]")), HasSubstr("[begin, end]"));
  EXPECT_THAT(refusal_of(tensor("[2]", "[0,8,8]")), HasSubstr("[begin, end]"));
  EXPECT_THAT(refusal_of(tensor("[1]", "[4,8]")), HasSubstr("begins at byte 4"));
  EXPECT_THAT(refusal_of(tensor("[1]", "[0,4]")), HasSubstr("4 bytes after its last tensor"));
  EXPECT_THAT(refusal_of(R"({"dtype":"BF16","shape":[4],"data_offsets":[0,8]})"),
              HasSubstr("\"BF16\", allowed are F32 and I64"));
  EXPECT_THAT(refusal_of(R"({"dtype":"F32","shape":[2]})"), HasSubstr("not described by"));
  EXPECT_THAT(refusal_of("7"), HasSubstr("not described by"));
}

TEST(SafetensorsTest, RefusesOverlapsAndGaps) {
  const auto refusal_of = [](const std::string& second) {
    return refusal(with_header(
        concat("{\"a\":", tensor("[2]", "[0,8]"), ",\"b\":", tensor("[1]", second), "}"), 16));
  };
  EXPECT_THAT(refusal_of("[4,8]"), HasSubstr("'b' begins at byte 4, the one before it ends at 8"));
  EXPECT_THAT(refusal_of("[12,16]"), HasSubstr("'b' begins at byte 12"));
}

TEST(SafetensorsTest, OnDisk) {
  const TempDir directory;
  const auto path = directory.path() / "model.safetensors";
  write_safetensors(path, example());
  EXPECT_EQ(read_safetensors(path).tensors.size(), 3u);
  try {
    read_safetensors(directory.path() / "absent");
    FAIL() << "read a file that is not there";
  } catch (const AttemptError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("absent"), HasSubstr("cannot be read")));
  }
  EXPECT_THROW(read_safetensors(directory.path()), AttemptError) << "a directory";
}

TEST(SafetensorsTest, PythonReadsIt) {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0)
    GTEST_SKIP() << "python3-numpy is not installed";
  const TempDir directory;
  const auto path = directory.path() / "model.safetensors";
  write_safetensors(path, example());
  const std::string program = concat(
      "import sys; sys.path.insert(0, '", FOLDMILL_TRAINER_GOLDEN, "')\n",
      "from safetensors_file import load\n", "metadata, tensors = load('", path.string(), "')\n",
      "assert metadata == {'format': 'foldmill', 'note': '\"quoted\" and \\u00fc'}, metadata\n",
      "assert tensors['encoder.0.weight'].tolist() == [[0.5, -1, 2]]\n",
      "assert tensors['step'].tolist() == -3 and tensors['empty'].shape == (0, 7)\n");
  write_file(directory.path() / "check.py", program);
  EXPECT_EQ(
      std::system(concat("/usr/bin/python3 -B ", (directory.path() / "check.py").string()).c_str()),
      0);
}

}  // namespace
}  // namespace foldmill::trainer
