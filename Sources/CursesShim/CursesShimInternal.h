#ifndef CURSES_SHIM_INTERNAL_H
#define CURSES_SHIM_INTERNAL_H

#include <curses.h>
#include <stddef.h>
#include <termios.h>

/// The pad through which input is read, or NULL while no screen is open.
WINDOW *curses_shim_input_pad(void);

/// The descriptor that ncurses writes to, or -1.
int curses_shim_screen_descriptor(void);

/// The terminal's modes before the screen was opened, or NULL where it has none.
const struct termios *curses_shim_original_modes(void);

/// The escape sequence that undoes what opening the screen did; returns its length.
size_t curses_shim_restore_sequence(char *buffer, size_t capacity);

#endif
