#define _GNU_SOURCE

#include "CursesShim.h"

#if defined(__linux__)
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/// The kernel's `struct sched_attr`, which not every libc declares.
typedef struct {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  /// For ordinary threads the length of a turn, in nanoseconds.
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
} attributes;

bool curses_shim_prefer_short_turns(void) {
  // The least that the kernel accepts. Threads that this one starts get ordinary turns.
  const uint64_t shortest = 100000, reset_on_fork = 1;
  attributes wanted = {
    .size = sizeof wanted,
    .policy = SCHED_OTHER,
    .flags = reset_on_fork,
    .nice = getpriority(PRIO_PROCESS, 0),
    .runtime = shortest,
  };
  const int policy = sched_getscheduler(0);
  // Whoever started the program under another policy meant it.
  if (policy != SCHED_OTHER) return false;
  return syscall(SYS_sched_setattr, 0, &wanted, 0) == 0;
}

bool curses_shim_yield_to_others(void) {
  // On Linux this is the thread's own. About a third of what an ordinary thread gets.
  const int steps = 5;
  const id_t thread = (id_t)syscall(SYS_gettid);
  return getpriority(PRIO_PROCESS, thread) >= steps
      || setpriority(PRIO_PROCESS, thread, steps) == 0;
}
#else
bool curses_shim_prefer_short_turns(void) { return false; }
bool curses_shim_yield_to_others(void) { return false; }
#endif
