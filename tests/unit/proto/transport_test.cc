#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "foldmill/v1/study_service.grpc.pb.h"
#include "proto/codec/status_codec.h"
#include "proto/transport/channel.h"
#include "proto/transport/server.h"
#include "proto/transport/token.h"
#include "tests/support/temp_dir.h"

namespace foldmill::proto {
namespace {

using ::testing::HasSubstr;

TEST(Address, ReadsTheThreeForms) {
  EXPECT_EQ(*parse_address("gpu-1:7070"), (Address{Address::Kind::kTcp, "gpu-1", 7070, ""}));
  EXPECT_EQ(*parse_address("[::1]:0"), (Address{Address::Kind::kTcp, "::1", 0, ""}));
  EXPECT_EQ(*parse_address("unix:/run/x"), (Address{Address::Kind::kUnix, "", 0, "/run/x"}));
  for (const char* text : {"gpu-1:7070", "[::1]:0", "unix:/run/x"})
    EXPECT_EQ(to_string(*parse_address(text)), text);
}

TEST(Address, SaysWhatIsWrong) {
  EXPECT_THAT(parse_address("gpu-1").status().message(), HasSubstr("port is missing"));
  EXPECT_THAT(parse_address(":70").status().message(), HasSubstr("host is missing"));
  EXPECT_THAT(parse_address("a:b").status().message(), HasSubstr("0 to 65535"));
  EXPECT_THAT(parse_address("a:70000").status().message(), HasSubstr("0 to 65535"));
  EXPECT_THAT(parse_address("::1:70").status().message(), HasSubstr("brackets"));
  EXPECT_THAT(parse_address("unix:").status().message(), HasSubstr("path"));
  EXPECT_THAT(parse_address("unix:/" + std::string(200, 'x')).status().message(),
              HasSubstr("at most"));
}

TEST(Address, KnowsWhatStaysOnThisMachine) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1", "unix:/x"})
    EXPECT_TRUE(is_local(*parse_address(text))) << text;
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "host:1", "128.0.0.1:1"})
    EXPECT_FALSE(is_local(*parse_address(text))) << text;
}

class TransportTest : public ::testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text, int mode = 0600) {
    const std::filesystem::path path = dir_ / name;
    std::ofstream(path) << text;
    std::filesystem::permissions(path, std::filesystem::perms(mode));
    return path.string();
  }
  std::string token_file(const std::string& name, const std::string& token) {
    return file(name, token + "\n");
  }

  // A server with a service that implements nothing: past the guard, calls are "unimplemented".
  Address serve(const Address& address, const ServerSecurity& security) {
    const auto credentials = make_server_credentials(address, security);
    EXPECT_TRUE(credentials.ok()) << credentials.status().message();
    grpc::ServerBuilder builder;
    apply_limits(&builder);
    int port = 0;
    builder.AddListeningPort(to_string(address), *credentials, &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr);
    Address chosen = address;
    if (chosen.kind == Address::Kind::kTcp) chosen.port = port;
    return chosen;
  }

  grpc::Status call(const Address& address, const ClientSecurity& security) {
    const auto channel = make_channel(address, security);
    if (!channel.ok()) return encode(channel.status());
    grpc::ClientContext context;
    set_deadline(&context);
    v1::ServerInfo info;
    return v1::StudyService::NewStub(*channel)->GetServerInfo(&context, {}, &info);
  }

  static constexpr auto kPassed = grpc::StatusCode::UNIMPLEMENTED;
  test::TempDir dir_;
  v1::StudyService::Service service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(TransportTest, TokenFilesAreSecretAndLongEnough) {
  const std::string good(20, 'x');
  EXPECT_EQ(*read_token_file(token_file("t", good)), good);
  EXPECT_EQ(read_token_file(dir_ / "none").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(read_token_file(file("open", good, 0644)).status().code(),
            StatusCode::kPermissionDenied);
  EXPECT_THAT(read_token_file(token_file("s", "short")).status().message(), HasSubstr("16"));
  EXPECT_FALSE(read_token_file(token_file("w", "words with many spaces")).ok());
}

TEST_F(TransportTest, ComparesWholeTokens) {
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

TEST_F(TransportTest, PlainTextStaysOnThisMachine) {
  const Address anywhere = *parse_address("0.0.0.0:0");
  EXPECT_EQ(make_server_credentials(anywhere, {}).status().code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(make_channel(*parse_address("gpu-1:1"), {}).status().code(),
            StatusCode::kPermissionDenied);
  ServerSecurity insecure;
  insecure.insecure = true;
  EXPECT_TRUE(make_server_credentials(anywhere, insecure).ok());
  EXPECT_THAT(describe_protection(anywhere, insecure), HasSubstr("anybody"));
}

TEST_F(TransportTest, TokensNeverTravelInPlainTextOverANetwork) {
  ServerSecurity server;
  server.insecure = true;
  server.token_file = token_file("t", std::string(20, 'x'));
  EXPECT_EQ(make_server_credentials(*parse_address("0.0.0.0:0"), server).status().code(),
            StatusCode::kPermissionDenied);
  ClientSecurity client;
  client.insecure = true;
  client.token_file = server.token_file;
  EXPECT_EQ(make_channel(*parse_address("gpu-1:1"), client).status().code(),
            StatusCode::kPermissionDenied);
}

TEST_F(TransportTest, HalfGivenCertificatesAreRefused) {
  const Address local = *parse_address("127.0.0.1:0");
  ServerSecurity server;
  server.cert_file = "cert";
  EXPECT_EQ(make_server_credentials(local, server).status().code(), StatusCode::kInvalidArgument);
  server = {};
  server.client_ca_file = "ca";
  EXPECT_EQ(make_server_credentials(local, server).status().code(), StatusCode::kInvalidArgument);
  ClientSecurity client;
  client.key_file = "key";
  EXPECT_EQ(make_channel(local, client).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(TransportTest, LoopbackAndUnixSocketsNeedNothing) {
  EXPECT_EQ(call(serve(*parse_address("127.0.0.1:0"), {}), {}).error_code(), kPassed);
  const Address socket = *parse_address("unix:" + (dir_ / "s").string());
  EXPECT_EQ(call(serve(socket, {}), {}).error_code(), kPassed);
}

TEST_F(TransportTest, TheTokenDecidesWhoPasses) {
  ServerSecurity server;
  server.token_file = token_file("right", std::string(20, 'r'));
  ClientSecurity right, wrong;
  right.token_file = server.token_file;
  wrong.token_file = token_file("wrong", std::string(20, 'w'));
  for (const std::string& text : {std::string("127.0.0.1:0"), "unix:" + (dir_ / "s").string()}) {
    const Address address = serve(*parse_address(text), server);
    EXPECT_EQ(call(address, right).error_code(), kPassed) << text;
    EXPECT_EQ(call(address, wrong).error_code(), grpc::StatusCode::UNAUTHENTICATED) << text;
    EXPECT_EQ(call(address, {}).error_code(), grpc::StatusCode::UNAUTHENTICATED) << text;
  }
}

class TlsTest : public TransportTest {
 protected:
  void SetUp() override {
    authority("ca");
    issue("server", "ca", "subjectAltName=IP:127.0.0.1,DNS:localhost");
    issue("client", "ca", "subjectAltName=DNS:client");
    authority("stranger");
  }
  std::string at(const std::string& name) const { return (dir_ / name).string(); }
  void openssl(const std::string& arguments) {
    ASSERT_EQ(std::system(("openssl " + arguments + " 2>>" + at("openssl.log")).c_str()), 0);
  }
  void authority(const std::string& name) {
    openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" +
            name + " -keyout " + at(name + ".key") + " -out " + at(name + ".pem"));
  }
  // Valid for so many days from now on; negative: it has expired.
  void issue(const std::string& name, const std::string& by, const std::string& extension,
             int days = 2) {
    openssl("req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name +
            " -keyout " + at(name + ".key") + " -out " + at(name + ".csr"));
    openssl("x509 -req -days " + std::to_string(days) + " -in " + at(name + ".csr") + " -CA " +
            at(by + ".pem") + " -CAkey " + at(by + ".key") + " -CAcreateserial -extfile " +
            file(name + ".ext", extension) + " -out " + at(name + ".pem"));
  }
  ServerSecurity tls_server() const {
    ServerSecurity security;
    security.cert_file = at("server.pem");
    security.key_file = at("server.key");
    return security;
  }
};

TEST_F(TlsTest, TokenOverTls) {
  ServerSecurity server = tls_server();
  EXPECT_EQ(make_server_credentials(*parse_address("0.0.0.0:0"), server).status().code(),
            StatusCode::kPermissionDenied);  // anybody could call
  server.token_file = token_file("t", std::string(20, 'x'));
  EXPECT_TRUE(make_server_credentials(*parse_address("0.0.0.0:0"), server).ok());
  EXPECT_EQ(describe_protection(*parse_address("0.0.0.0:0"), server), "tls+token");

  const Address address = serve(*parse_address("127.0.0.1:0"), server);
  ClientSecurity client;
  client.ca_file = at("ca.pem");
  EXPECT_EQ(call(address, client).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  client.token_file = server.token_file;
  EXPECT_EQ(call(address, client).error_code(), kPassed);
  client.ca_file = at("stranger.pem");
  EXPECT_EQ(call(address, client).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, ClientCertificates) {
  ServerSecurity server = tls_server();
  server.client_ca_file = at("ca.pem");
  const Address address = serve(*parse_address("127.0.0.1:0"), server);
  ClientSecurity client;
  client.ca_file = at("ca.pem");
  EXPECT_EQ(call(address, client).error_code(), grpc::StatusCode::UNAVAILABLE);
  client.cert_file = at("client.pem");
  client.key_file = at("client.key");
  EXPECT_EQ(call(address, client).error_code(), kPassed);
}

TEST_F(TlsTest, ExpiredCertificatesAreRefused) {
  issue("old-server", "ca", "subjectAltName=IP:127.0.0.1,DNS:localhost", -1);
  ServerSecurity server = tls_server();
  server.cert_file = at("old-server.pem");
  server.key_file = at("old-server.key");
  ClientSecurity client;
  client.ca_file = at("ca.pem");
  EXPECT_EQ(call(serve(*parse_address("127.0.0.1:0"), server), client).error_code(),
            grpc::StatusCode::UNAVAILABLE);

  issue("old-client", "ca", "subjectAltName=DNS:client", -1);
  server = tls_server();
  server.client_ca_file = at("ca.pem");
  const Address address = serve(*parse_address("127.0.0.1:0"), server);
  client.cert_file = at("old-client.pem");
  client.key_file = at("old-client.key");
  EXPECT_EQ(call(address, client).error_code(), grpc::StatusCode::UNAVAILABLE);
  client.cert_file = at("client.pem");
  client.key_file = at("client.key");
  EXPECT_EQ(call(address, client).error_code(), kPassed);  // others are served on
}

TEST_F(TlsTest, MissingFilesAreNamed) {
  ServerSecurity server = tls_server();
  server.key_file = at("none.key");
  EXPECT_THAT(make_server_credentials(*parse_address("127.0.0.1:0"), server).status().message(),
              HasSubstr("none.key"));
}

}  // namespace
}  // namespace foldmill::proto
