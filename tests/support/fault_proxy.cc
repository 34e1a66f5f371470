#include "tests/support/fault_proxy.h"

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "core/check.h"
#include "core/text.h"
#include "tests/support/asio.h"

namespace foldmill::testing {
namespace {

using Socket = asio::generic::stream_protocol::socket;
using Endpoint = asio::generic::stream_protocol::endpoint;
using Tcp = asio::ip::tcp;

// What is done to the bytes of one direction; shared by all connections.
struct Weather {
  bool held = false;
  std::chrono::milliseconds delay{0};
  size_t most_bytes = 0;  // 0: as many as come
  std::atomic<size_t> passed{0};
};

Endpoint endpoint_of(const proto::Address& address) {
  if (address.kind == proto::Address::Kind::kUnix)
    return asio::local::stream_protocol::endpoint(address.path);
  return Tcp::endpoint(asio::ip::make_address(address.host),
                       static_cast<unsigned short>(address.port));
}

// One connection: two sockets, and a pipe each way.
class Link : public std::enable_shared_from_this<Link> {
 public:
  Link(asio::io_context& io, Socket client, Weather& up, Weather& down)
      : client_(std::move(client)),
        server_(io),
        up_{client_, server_, up, asio::steady_timer(io)},
        down_{server_, client_, down, asio::steady_timer(io)} {}

  void start(const Endpoint& target) {
    server_.async_connect(target, [self = shared_from_this()](ErrorCode error) {
      if (error) return self->end(false);
      self->read(self->up_);
      self->read(self->down_);
    });
  }

  // The hold of that direction has ended.
  void wake(const Weather& weather) {
    for (Pipe* pipe : {&up_, &down_})
      if (&pipe->weather == &weather && pipe->waiting) advance(*pipe);
  }

  bool open() const { return client_.is_open(); }

  void end(bool abruptly) {
    for (Socket* socket : {&client_, &server_}) {
      ErrorCode ignored;
      if (abruptly) socket->set_option(asio::socket_base::linger(true, 0), ignored);
      socket->close(ignored);
    }
    up_.timer.cancel();
    down_.timer.cancel();
  }

 private:
  struct Pipe {
    Socket& from;
    Socket& to;
    Weather& weather;
    asio::steady_timer timer;
    std::array<char, 16384> bytes = {};
    size_t size = 0;       // read and not yet written; 0: the connection has ended on that side
    bool waiting = false;  // for the end of a hold
    bool over = false;
  };

  void read(Pipe& pipe) {
    const size_t most = pipe.weather.most_bytes;
    pipe.from.async_read_some(asio::buffer(pipe.bytes.data(), most == 0 ? pipe.bytes.size() : most),
                              [self = shared_from_this(), &pipe](ErrorCode error, size_t size) {
                                pipe.size = error ? 0 : size;
                                self->pass_later(pipe);
                              });
  }

  void pass_later(Pipe& pipe) {
    if (pipe.weather.delay.count() == 0) return advance(pipe);
    pipe.timer.expires_after(pipe.weather.delay);
    pipe.timer.async_wait([self = shared_from_this(), &pipe](ErrorCode error) {
      if (!error) self->advance(pipe);
    });
  }

  void advance(Pipe& pipe) {
    pipe.waiting = pipe.weather.held;
    if (pipe.waiting) return;
    if (pipe.size == 0) return close(pipe);
    asio::async_write(pipe.to, asio::buffer(pipe.bytes.data(), pipe.size),
                      [self = shared_from_this(), &pipe](ErrorCode error, size_t size) {
                        if (error) return self->end(false);
                        pipe.weather.passed += size;
                        self->read(pipe);
                      });
  }

  void close(Pipe& pipe) {
    ErrorCode ignored;
    pipe.to.shutdown(Socket::shutdown_send, ignored);
    pipe.over = true;
    if (up_.over && down_.over) end(false);
  }

  Socket client_;
  Socket server_;
  Pipe up_;
  Pipe down_;
};

}  // namespace

class FaultProxy::Impl {
 public:
  explicit Impl(const proto::Address& target)
      : target_(endpoint_of(target)),
        acceptor_(io_, Tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        port_(acceptor_.local_endpoint().port()) {
    accept();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Impl() {
    io_.stop();
    thread_.join();
  }

  void run(const std::function<void()>& act) {
    std::promise<void> done;
    asio::post(io_, [&] {
      act();
      done.set_value();
    });
    done.get_future().wait();
  }

  Weather& weather(Way way) { return way == Way::kUp ? up_ : down_; }

  void hold(Weather& weather, bool on) {
    weather.held = on;
    if (!on) for_all([&](Link& link) { link.wake(weather); });
  }

  template <class Act>
  void for_all(Act act) {
    for (const std::shared_ptr<Link>& link : links_) act(*link);
  }

  const Endpoint target_;
  asio::io_context io_;
  Weather up_;
  Weather down_;
  bool refuse_ = false;
  std::atomic<size_t> accepted_{0};
  Tcp::acceptor acceptor_;
  const unsigned short port_;

 private:
  void accept() {
    acceptor_.async_accept([this](ErrorCode error, Tcp::socket socket) {
      FOLDMILL_CHECK(!error, concat("the proxy accepts no more: ", error.message()));
      ++accepted_;
      if (!refuse_) {
        ErrorCode ignored;  // it may be gone already
        socket.set_option(Tcp::no_delay(true), ignored);
        std::erase_if(links_, [](const auto& link) { return !link->open(); });
        links_.push_back(std::make_shared<Link>(io_, Socket(std::move(socket)), up_, down_));
        links_.back()->start(target_);
      }
      accept();
    });
  }

  std::vector<std::shared_ptr<Link>> links_;
  std::thread thread_;
};

FaultProxy::FaultProxy(const proto::Address& target) : impl_(std::make_unique<Impl>(target)) {}
FaultProxy::~FaultProxy() = default;

std::string FaultProxy::address() const { return concat("127.0.0.1:", impl_->port_); }

void FaultProxy::hold(Way way, bool on) {
  impl_->run([&] { impl_->hold(impl_->weather(way), on); });
}

void FaultProxy::hold(bool on) {
  impl_->run([&] {
    impl_->hold(impl_->up_, on);
    impl_->hold(impl_->down_, on);
  });
}

void FaultProxy::delay(Way way, std::chrono::milliseconds by) {
  impl_->run([&] { impl_->weather(way).delay = by; });
}

void FaultProxy::trickle(Way way, size_t bytes) {
  impl_->run([&] { impl_->weather(way).most_bytes = bytes; });
}

void FaultProxy::cut() {
  impl_->run([&] { impl_->for_all([](Link& link) { link.end(false); }); });
}

void FaultProxy::reset() {
  impl_->run([&] { impl_->for_all([](Link& link) { link.end(true); }); });
}

void FaultProxy::refuse(bool on) {
  impl_->run([&] { impl_->refuse_ = on; });
}

size_t FaultProxy::accepted() const { return impl_->accepted_; }
size_t FaultProxy::passed(Way way) const { return impl_->weather(way).passed; }

}  // namespace foldmill::testing
