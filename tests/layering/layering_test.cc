#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "tests/layering/layer_rules.h"

namespace foldmill::layering {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Layering, IncludesOnlyPointDown) {
  const Findings findings = check_tree(FOLDMILL_SOURCE_DIR);
  EXPECT_THAT(findings.violations, IsEmpty());
  EXPECT_GT(findings.files, 100) << "the check has not read the tree";
}

TEST(Layering, EveryPartOfTheTableIsThere) {
  for (const Part& part : parts()) {
    if (part.folder == "foldmill/v1") continue;  // made by the build
    EXPECT_TRUE(fs::is_directory(fs::path(FOLDMILL_SOURCE_DIR) / part.folder)) << part.folder;
  }
}

// A small tree of its own, to see the check fail.
class Check : public ::testing::Test {
 protected:
  Check() {
    std::string pattern = (fs::temp_directory_path() / "foldmill-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~Check() override { fs::remove_all(root_); }

  void write(const std::string& file, const std::string& content) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << content;
  }

  std::vector<std::string> violations() const { return check_tree(root_).violations; }

  fs::path root_;
};

TEST_F(Check, AcceptsWhatPointsDown) {
  write("core/study.cc", "#include \"core/study.h\"\n#include <vector>\n#include <sys/stat.h>\n");
  write("coordinator/engine/engine.cc", "#include \"sampler/sampler.h\"\n");
  write("coordinator/main.cc",
        "#include \"coordinator/engine/engine.h\"\n#include <grpcpp/server.h>\n");
  write("worker/main.cc", "#include \"worker/agent/agent.h\"\n");
  write("cli/show.cc", "#include \"storage/study_reader.h\"\n#include \"foldmill/v1/a.pb.h\"\n");
  EXPECT_THAT(violations(), IsEmpty());
  EXPECT_EQ(check_tree(root_).files, 5);
}

TEST_F(Check, FindsWhatPointsUpOrSideways) {
  write("core/study.cc", "#include <vector>\n\n  #  include \"storage/study_store.h\"\n");
  write("coordinator/engine/engine.h", "#include \"coordinator/asio.h\"\n");
  write("sampler/tpe/tpe.cc", "#include \"coordinator/engine/engine.h\"\n");
  write("worker/trainer/main.cc", "#include \"proto/codec/study_codec.h\"\n");
  EXPECT_THAT(violations(),
              ElementsAre("coordinator/engine/engine.h:1: coordinator/asio.h: "
                          "coordinator/engine may not include coordinator",
                          "core/study.cc:3: storage/study_store.h: core may not include storage",
                          "sampler/tpe/tpe.cc:1: coordinator/engine/engine.h: "
                          "sampler may not include coordinator/engine",
                          "worker/trainer/main.cc:1: proto/codec/study_codec.h: "
                          "worker/trainer may not include proto"));
}

TEST_F(Check, TheCliSeesOneHeaderOfStorage) {
  write("cli/show.cc", "#include \"storage/study_reader.h\"\n#include \"storage/study_store.h\"\n");
  EXPECT_THAT(violations(),
              ElementsAre("cli/show.cc:2: storage/study_store.h: cli may not include storage"));
}

TEST_F(Check, TheCliSeesOneHeaderOfTheSampler) {
  write("cli/show.cc", "#include \"sampler/importance.h\"\n#include \"sampler/sampler.h\"\n");
  EXPECT_THAT(violations(),
              ElementsAre("cli/show.cc:2: sampler/sampler.h: cli may not include sampler"));
}

TEST_F(Check, GeneratedHeadersStayWithThoseWhoSpeakTheProtocol) {
  write("storage/a.cc", "#include \"foldmill/v1/study.pb.h\"\n");
  write("worker/agent/a.cc", "#include \"foldmill/v1/worker.pb.h\"\n");
  EXPECT_THAT(violations(), ElementsAre("storage/a.cc:1: foldmill/v1/study.pb.h: "
                                        "storage may not include foldmill/v1"));
}

TEST_F(Check, IncludesAreWrittenFromTheRoot) {
  write("core/study.cc", "#include \"study.h\"\n#include \"../core/fold.h\"\n");
  write("core/corex.cc", "#include \"corex/fold.h\"\n");
  EXPECT_THAT(violations(),
              ElementsAre("core/corex.cc:1: corex/fold.h: is no header of the tree; "
                          "includes are written from its root",
                          "core/study.cc:1: study.h: is no header of the tree; "
                          "includes are written from its root",
                          "core/study.cc:2: ../core/fold.h: is no header of the tree; "
                          "includes are written from its root"));
}

TEST_F(Check, LibrariesStayWithTheirOwners) {
  for (const Library& library : libraries()) {
    const std::string header(library.headers.front());
    write("core/" + std::string(library.name) + ".cc", "#include <" + header + "x>\n");
    write("coordinator/engine/" + std::string(library.name) + ".cc", "#include <" + header + ">\n");
  }
  EXPECT_EQ(violations().size(), 2 * libraries().size());
}

TEST_F(Check, AsioHasOneDoorPerFolder) {
  write("coordinator/asio.h", "#include <utility>\n\n#include <boost/asio.hpp>\n");
  write("coordinator/rpc/session.cc",
        "#include <boost/asio/post.hpp>\n#include <boost/beast.hpp>\n");
  EXPECT_THAT(violations(), ElementsAre("coordinator/rpc/session.cc:1: boost/asio/post.hpp: "
                                        "Asio does not belong here"));
}

}  // namespace
}  // namespace foldmill::layering
