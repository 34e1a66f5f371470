#include "cli/follow/interrupt.h"

#include <signal.h>

namespace foldmill::cli {
namespace {

// Signal handlers reach nothing but globals.
volatile sig_atomic_t g_interrupts = 0;

void count_interrupt(int) { g_interrupts = g_interrupts + 1; }

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  g_interrupts = 0;
  handle(count_interrupt);
}

InterruptWatch::~InterruptWatch() { handle(SIG_DFL); }

int InterruptWatch::count() const { return g_interrupts; }

}  // namespace foldmill::cli
