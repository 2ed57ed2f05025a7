#define _GNU_SOURCE

#include "CursesShim.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "CursesShimInternal.h"

// What a signal handler may read is written before the handler is installed.

// Signals that ask for something ----------------------------------------------------------------

static const int watched_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT};
#define WATCHED_COUNT (sizeof watched_signals / sizeof *watched_signals)
static struct sigaction watched_before[WATCHED_COUNT];
static int signal_pipe[2] = {-1, -1};
/// Requests to end that nobody has read yet.
static atomic_int unread_endings;

static void restore_terminal(void);

static bool asks_to_end(int number) {
  return number == SIGINT || number == SIGTERM || number == SIGHUP;
}

static void on_watched_signal(int number) {
  int saved_errno = errno;
  if (asks_to_end(number) && atomic_fetch_add(&unread_endings, 1) >= 3) {
    // The main loop hangs. A person who asks for the fourth time means it.
    restore_terminal();
    signal(number, SIG_DFL);
    raise(number);
  }
  unsigned char byte = (unsigned char)number;
  // A full pipe loses nothing: the reader is about to look anyway.
  ssize_t written = write(signal_pipe[1], &byte, 1);
  (void)written;
  errno = saved_errno;
}

int curses_shim_watch_signals(void) {
  if (pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC) != 0) return -1;
  atomic_store(&unread_endings, 0);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_watched_signal;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < WATCHED_COUNT; i++) {
    sigaction(watched_signals[i], NULL, &watched_before[i]);
    // Under nohup and the like, an ignored signal stays ignored.
    bool ignored = watched_before[i].sa_handler == SIG_IGN;
    if (!ignored) sigaction(watched_signals[i], &action, NULL);
  }
  return signal_pipe[0];
}

void curses_shim_unwatch_signals(void) {
  if (signal_pipe[0] < 0) return;
  for (size_t i = 0; i < WATCHED_COUNT; i++) {
    sigaction(watched_signals[i], &watched_before[i], NULL);
  }
  close(signal_pipe[0]);
  close(signal_pipe[1]);
  signal_pipe[0] = signal_pipe[1] = -1;
}

int curses_shim_next_signal(void) {
  unsigned char byte = 0;
  if (signal_pipe[0] < 0 || read(signal_pipe[0], &byte, 1) != 1) return 0;
  if (asks_to_end(byte)) atomic_fetch_sub(&unread_endings, 1);
  return byte;
}

void curses_shim_stop_process(void) {
  struct sigaction standard;
  struct sigaction ours;
  sigset_t stop;
  sigset_t before;
  memset(&standard, 0, sizeof standard);
  standard.sa_handler = SIG_DFL;
  sigaction(SIGTSTP, &standard, &ours);
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  raise(SIGTSTP);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  sigaction(SIGTSTP, &ours, NULL);
}

// Signals that end the process ------------------------------------------------------------------

static const int fatal_signals[] = {
  SIGSEGV, SIGILL, SIGABRT, SIGBUS, SIGTRAP, SIGFPE, SIGQUIT, SIGSYS};
#define FATAL_COUNT (sizeof fatal_signals / sizeof *fatal_signals)
static struct sigaction fatal_before[FATAL_COUNT];
static atomic_bool guarding;
static int guarded_terminal = -1;
static int guarded_screen = -1;
static int null_device = -1;
static struct termios guarded_modes;
static bool has_guarded_modes;
static char restore_sequence[512];
static size_t restore_length;

/// Gives the terminal back, once. Calls only what a signal handler may call.
static void restore_terminal(void) {
  if (!atomic_exchange(&guarding, false)) return;
  // Another thread may be painting: what it still writes goes nowhere.
  if (null_device >= 0 && guarded_screen >= 0) dup2(null_device, guarded_screen);
  ssize_t written = write(guarded_terminal, restore_sequence, restore_length);
  (void)written;
  if (has_guarded_modes) tcsetattr(guarded_terminal, TCSANOW, &guarded_modes);
  curses_shim_replay_errors();
}

static void on_fatal_signal(int number, siginfo_t *info, void *context) {
  (void)context;
  int saved_errno = errno;
  restore_terminal();
  for (size_t i = 0; i < FATAL_COUNT; i++) {
    if (fatal_signals[i] == number) sigaction(number, &fatal_before[i], NULL);
  }
  // A fault happens again when the instruction is repeated, and meets the earlier handler. A signal
  // that was sent, and a trap that is already past, must be raised again.
  bool repeats = info->si_code > 0 && (number == SIGSEGV || number == SIGILL || number == SIGBUS ||
                                       number == SIGFPE);
  if (!repeats) raise(number);
  errno = saved_errno;
}

void curses_shim_guard_terminal(void) {
  guarded_screen = curses_shim_screen_descriptor();
  guarded_terminal = fcntl(guarded_screen, F_DUPFD_CLOEXEC, 3);
  null_device = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const struct termios *modes = curses_shim_original_modes();
  has_guarded_modes = modes != NULL;
  if (modes != NULL) guarded_modes = *modes;
  restore_length = curses_shim_restore_sequence(restore_sequence, sizeof restore_sequence);
  atomic_store(&guarding, true);
  curses_shim_install_alternate_stack();
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fatal_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < FATAL_COUNT; i++) {
    sigaction(fatal_signals[i], &action, &fatal_before[i]);
  }
}

void curses_shim_unguard_terminal(void) {
  if (!atomic_exchange(&guarding, false)) return;
  for (size_t i = 0; i < FATAL_COUNT; i++) {
    sigaction(fatal_signals[i], &fatal_before[i], NULL);
  }
  close(guarded_terminal);
  close(null_device);
  guarded_terminal = null_device = guarded_screen = -1;
}

// Alternate stacks ------------------------------------------------------------------------------

enum { ALTERNATE_STACK_BYTES = 128 * 1024 };
static pthread_key_t stack_key;
static pthread_once_t stack_key_once = PTHREAD_ONCE_INIT;

static void remove_alternate_stack(void *memory) {
  stack_t none;
  memset(&none, 0, sizeof none);
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, NULL);
  munmap(memory, ALTERNATE_STACK_BYTES);
}

static void make_stack_key(void) { pthread_key_create(&stack_key, remove_alternate_stack); }

bool curses_shim_install_alternate_stack(void) {
  stack_t present;
  if (sigaltstack(NULL, &present) == 0 && !(present.ss_flags & SS_DISABLE)) return true;
  pthread_once(&stack_key_once, make_stack_key);
  void *memory = mmap(
    NULL, ALTERNATE_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  stack_t stack;
  memset(&stack, 0, sizeof stack);
  stack.ss_sp = memory;
  stack.ss_size = ALTERNATE_STACK_BYTES;
  if (sigaltstack(&stack, NULL) != 0) {
    munmap(memory, ALTERNATE_STACK_BYTES);
    return false;
  }
  // The destructor gives the memory back when the thread ends.
  pthread_setspecific(stack_key, memory);
  return true;
}

// Standard error --------------------------------------------------------------------------------

static atomic_bool diverting;
static int error_memory = -1;
static int error_terminal = -1;

bool curses_shim_divert_errors(void) {
  if (!isatty(STDERR_FILENO) || atomic_load(&diverting)) return false;
  error_memory = memfd_create("standard error", MFD_CLOEXEC);
  error_terminal = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  if (error_memory < 0 || error_terminal < 0) {
    if (error_memory >= 0) close(error_memory);
    if (error_terminal >= 0) close(error_terminal);
    return false;
  }
  dup2(error_memory, STDERR_FILENO);
  atomic_store(&diverting, true);
  return true;
}

void curses_shim_replay_errors(void) {
  if (!atomic_exchange(&diverting, false)) return;
  dup2(error_terminal, STDERR_FILENO);
  char chunk[4096];
  off_t offset = 0;
  ssize_t count;
  while ((count = pread(error_memory, chunk, sizeof chunk, offset)) > 0) {
    ssize_t written = write(error_terminal, chunk, (size_t)count);
    if (written <= 0) break;
    offset += written;
  }
  close(error_memory);
  close(error_terminal);
  error_memory = error_terminal = -1;
}

int curses_shim_make_wake_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
