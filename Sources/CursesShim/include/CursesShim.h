#ifndef CURSES_SHIM_H
#define CURSES_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the Swift side needs of ncurses, signals and file descriptors, and nothing else. curses.h
// stays out of this header: it declares common words as functions and macros.
//
// Everything here is for the thread that opened the screen, unless it says otherwise.

// Locale ----------------------------------------------------------------------------------------

/// Sets LC_CTYPE from the environment, or to a UTF-8 locale where that one has only single bytes.
/// Returns whether characters beyond ASCII can be written. Not thread-safe, as setlocale is not.
bool curses_shim_prepare_locale(void);

// Screen ----------------------------------------------------------------------------------------

enum {
  CURSES_SHIM_OPENED = 0,
  /// The terminal database does not know the name.
  CURSES_SHIM_UNKNOWN_TERMINAL = 1,
  /// It knows it, but the terminal cannot place its cursor.
  CURSES_SHIM_NO_CURSOR_MOTION = 2,
  CURSES_SHIM_NO_DESCRIPTORS = 3,
};

/// Opens the one screen there can be on two descriptors, which stay the caller's. Signal handlers
/// must have been installed before: ncurses installs its own where it finds none.
int curses_shim_open(const char *terminal, int input, int output);
/// Leaves the alternate screen, restores the terminal's modes and forgets the screen.
void curses_shim_close(void);
/// Leaves the alternate screen and restores the modes, for a while.
void curses_shim_pause(void);
/// Takes the terminal back; everything must be painted anew.
void curses_shim_unpause(void);

/// Colors of the terminal, 0 without any, and how many pairs of them can be in use.
int curses_shim_color_count(void);
int curses_shim_pair_count(void);
/// The pair of two colors, -1 being the terminal's default; 0 where there are no colors.
int curses_shim_color_pair(int foreground, int background);
void curses_shim_forget_color_pairs(void);
/// Whether the terminal reports the mouse and so understands xterm's private modes.
bool curses_shim_is_xterm_like(void);

/// The size that the terminal reports now; also resizes ncurses' idea of it.
void curses_shim_measure(int *width, int *height);

enum {
  CURSES_SHIM_BOLD = 1,
  CURSES_SHIM_DIM = 2,
  CURSES_SHIM_UNDERLINE = 4,
  CURSES_SHIM_REVERSE = 8,
};

/// Puts characters in one style on a row; those that are not one column wide become `?`.
void curses_shim_put(
  int x, int y, const uint32_t *characters, size_t count, int attributes, int pair);
void curses_shim_erase(void);
/// Has the next refresh clear the terminal and write every cell.
void curses_shim_repaint(void);
/// Writes what changed, as one synchronized update if asked for.
void curses_shim_refresh(bool synchronized);
/// Writes an escape sequence past ncurses, between two refreshes.
void curses_shim_write(const char *sequence);

// Scheduling ------------------------------------------------------------------------------------

/// Asks the kernel for short turns of the calling thread instead of long ones: it then gets a
/// processor soon after waking, though other threads keep all of them busy, and no larger share.
/// Returns whether the kernel took the wish; Linux before 6.12 does not know it.
bool curses_shim_prefer_short_turns(void);

/// Gives the calling thread a smaller share of a busy processor than ordinary ones have: for work in
/// the background. Returns whether the kernel took the wish.
bool curses_shim_yield_to_others(void);

// Input -----------------------------------------------------------------------------------------

enum {
  CURSES_SHIM_NOTHING = 0,
  /// `*value` is a Unicode scalar.
  CURSES_SHIM_CHARACTER = 1,
  /// `*value` is one of the keys below, or that of a function key.
  CURSES_SHIM_KEY = 2,
  /// A key this program has no name for, or a byte that is no character's.
  CURSES_SHIM_OTHER = 3,
  /// A byte of a character whose others are still to come.
  CURSES_SHIM_PART = 4,
};

enum {
  CURSES_SHIM_KEY_UP = 1,
  CURSES_SHIM_KEY_DOWN,
  CURSES_SHIM_KEY_LEFT,
  CURSES_SHIM_KEY_RIGHT,
  CURSES_SHIM_KEY_HOME,
  CURSES_SHIM_KEY_END,
  CURSES_SHIM_KEY_PAGE_UP,
  CURSES_SHIM_KEY_PAGE_DOWN,
  CURSES_SHIM_KEY_DELETE,
  CURSES_SHIM_KEY_BACKSPACE,
  CURSES_SHIM_KEY_ENTER,
  CURSES_SHIM_KEY_BACK_TAB,
  /// F1 is this plus one.
  CURSES_SHIM_KEY_FUNCTION = 100,
};

/// The next character or key that has arrived; never waits longer than the escape delay (25 ms).
/// `CURSES_SHIM_NOTHING` only when no byte was there, be it yet or at the end of input.
int curses_shim_read(uint32_t *value);

// Signals ---------------------------------------------------------------------------------------

/// Catches SIGINT, SIGTERM, SIGHUP (unless they are ignored), SIGWINCH, SIGTSTP and SIGCONT.
/// Returns the descriptor on which their numbers arrive, a byte each, or -1.
int curses_shim_watch_signals(void);
/// Puts the earlier handlers back and closes the descriptor.
void curses_shim_unwatch_signals(void);
/// The next signal that has arrived, or 0.
int curses_shim_next_signal(void);
/// Stops the whole process as an uncaught SIGTSTP does; returns when it is continued.
void curses_shim_stop_process(void);

/// Gives the calling thread a stack of its own for signal handlers, if it has none: a thread that
/// overflows its stack cannot restore the terminal without. For any thread; returns success.
bool curses_shim_install_alternate_stack(void);

/// From now on SIGSEGV, SIGILL, SIGABRT, SIGBUS, SIGTRAP, SIGFPE, SIGSYS and SIGQUIT first restore
/// the terminal as it was before the screen was opened. Then the earlier handler gets the signal.
/// To be called while the screen is open.
void curses_shim_guard_terminal(void);
void curses_shim_unguard_terminal(void);

// Descriptors -----------------------------------------------------------------------------------

/// Sends what is written to standard error into memory, if it is a terminal.
bool curses_shim_divert_errors(void);
/// Gives standard error back and writes what was kept to it. Safe in a signal handler.
void curses_shim_replay_errors(void);

/// A descriptor that becomes readable when 8 bytes are written to it, or -1.
int curses_shim_make_wake_descriptor(void);

#endif
