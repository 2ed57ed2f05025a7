#define NCURSES_WIDECHAR 1
#define _GNU_SOURCE

#include "CursesShim.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "CursesShimInternal.h"

// term.h defines common words as macros; this is all that is needed of it.
extern char *tigetstr(const char *);

static SCREEN *screen;
// Input is read through a pad: reading through a window would refresh it.
static WINDOW *input_pad;
static FILE *input_file;
static FILE *output_file;
static struct termios original_modes;
static bool has_original_modes;

bool curses_shim_prepare_locale(void) {
  static const char *const fallbacks[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
  setlocale(LC_CTYPE, "");
  for (size_t i = 0; MB_CUR_MAX == 1 && i < sizeof fallbacks / sizeof *fallbacks; i++) {
    setlocale(LC_CTYPE, fallbacks[i]);
  }
  return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static bool has_capability(const char *name) {
  const char *value = tigetstr(name);
  return value != NULL && value != (const char *)-1;
}

static void define_common_keys(void) {
  // Terminals send these too, whatever mode terminfo takes them to be in.
  static const struct {
    const char *sequence;
    int key;
  } keys[] = {
    {"\033[A", KEY_UP},   {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT}, {"\033[D", KEY_LEFT},
    {"\033OA", KEY_UP},   {"\033OB", KEY_DOWN}, {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT},
    {"\033[H", KEY_HOME}, {"\033[F", KEY_END},  {"\033OH", KEY_HOME},  {"\033OF", KEY_END},
  };
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    define_key(keys[i].sequence, keys[i].key);
  }
  // Mouse reports are decoded from the characters, in Swift.
  keyok(KEY_MOUSE, FALSE);
}

static void set_modes(void) {
  cbreak();
  noecho();
  nonl();
  struct termios modes;
  int descriptor = fileno(output_file);
  if (tcgetattr(descriptor, &modes) == 0) {
    // Ctrl-S must not freeze the screen, Ctrl-V must not swallow a key.
    modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF);
    modes.c_lflag &= ~(tcflag_t)IEXTEN;
    tcsetattr(descriptor, TCSANOW, &modes);
    def_prog_mode();
  }
}

static void release(void) {
  if (input_pad != NULL) delwin(input_pad);
  if (screen != NULL) delscreen(screen);
  if (input_file != NULL) fclose(input_file);
  if (output_file != NULL) fclose(output_file);
  input_pad = NULL;
  screen = NULL;
  input_file = NULL;
  output_file = NULL;
}

int curses_shim_open(const char *terminal, int input, int output) {
  int own_input = dup(input);
  int own_output = dup(output);
  input_file = own_input < 0 ? NULL : fdopen(own_input, "r");
  output_file = own_output < 0 ? NULL : fdopen(own_output, "w");
  if (input_file == NULL || output_file == NULL) {
    release();
    return CURSES_SHIM_NO_DESCRIPTORS;
  }
  has_original_modes = tcgetattr(own_output, &original_modes) == 0;
  screen = newterm(terminal, output_file, input_file);
  if (screen == NULL) {
    release();
    return CURSES_SHIM_UNKNOWN_TERMINAL;
  }
  set_term(screen);
  if (!has_capability("cup")) {
    endwin();
    release();
    return CURSES_SHIM_NO_CURSOR_MOTION;
  }
  set_modes();
  set_escdelay(25);
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  curs_set(0);
  leaveok(stdscr, TRUE);
  input_pad = newpad(1, 1);
  keypad(input_pad, TRUE);
  nodelay(input_pad, TRUE);
  define_common_keys();
  // The first refresh switches to the alternate screen.
  refresh();
  return CURSES_SHIM_OPENED;
}

static void restore_original_modes(void) {
  if (has_original_modes) tcsetattr(fileno(output_file), TCSADRAIN, &original_modes);
}

void curses_shim_close(void) {
  if (screen == NULL) return;
  if (!isendwin()) endwin();
  restore_original_modes();
  release();
}

void curses_shim_pause(void) {
  if (screen == NULL || isendwin()) return;
  endwin();
  restore_original_modes();
}

void curses_shim_unpause(void) {
  if (screen == NULL) return;
  reset_prog_mode();
  clearok(curscr, TRUE);
  // Enters the alternate screen again if it was left.
  refresh();
  curs_set(0);
}

WINDOW *curses_shim_input_pad(void) { return input_pad; }

int curses_shim_color_count(void) { return has_colors() ? COLORS : 0; }

int curses_shim_pair_count(void) { return has_colors() ? COLOR_PAIRS : 0; }

int curses_shim_color_pair(int foreground, int background) {
  // alloc_pair crashes without colors.
  if (!has_colors()) return 0;
  int pair = alloc_pair(foreground, background);
  return pair < 0 ? 0 : pair;
}

void curses_shim_forget_color_pairs(void) {
  if (has_colors()) reset_color_pairs();
}

bool curses_shim_is_xterm_like(void) { return has_capability("kmous"); }

void curses_shim_measure(int *width, int *height) {
  struct winsize size;
  if (ioctl(fileno(output_file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    // resize_term, unlike resizeterm, pushes no KEY_RESIZE.
    if (size.ws_row != LINES || size.ws_col != COLS) resize_term(size.ws_row, size.ws_col);
  }
  *width = COLS;
  *height = LINES;
}

void curses_shim_put(
  int x, int y, const uint32_t *characters, size_t count, int attributes, int pair
) {
  attr_t attr = A_NORMAL;
  if (attributes & CURSES_SHIM_BOLD) attr |= A_BOLD;
  if (attributes & CURSES_SHIM_DIM) attr |= A_DIM;
  if (attributes & CURSES_SHIM_UNDERLINE) attr |= A_UNDERLINE;
  if (attributes & CURSES_SHIM_REVERSE) attr |= A_REVERSE;
  cchar_t cells[128];
  while (count > 0) {
    size_t chunk = count < 128 ? count : 128;
    for (size_t i = 0; i < chunk; i++) {
      wchar_t character = (wchar_t)characters[i];
      wchar_t text[2] = {wcwidth(character) == 1 ? character : L'?', 0};
      setcchar(&cells[i], text, attr, 0, &pair);
    }
    mvadd_wchnstr(y, x, cells, (int)chunk);
    x += (int)chunk;
    characters += chunk;
    count -= chunk;
  }
}

void curses_shim_erase(void) { erase(); }

void curses_shim_repaint(void) { clearok(curscr, TRUE); }

void curses_shim_refresh(bool synchronized) {
  wnoutrefresh(stdscr);
  if (synchronized) curses_shim_write("\033[?2026h");
  doupdate();
  if (synchronized) curses_shim_write("\033[?2026l");
}

void curses_shim_write(const char *sequence) {
  if (output_file == NULL) return;
  size_t left = strlen(sequence);
  while (left > 0) {
    ssize_t written = write(fileno(output_file), sequence, left);
    if (written < 0 && errno != EINTR) return;
    if (written > 0) {
      sequence += written;
      left -= (size_t)written;
    }
  }
}

int curses_shim_screen_descriptor(void) { return output_file == NULL ? -1 : fileno(output_file); }

const struct termios *curses_shim_original_modes(void) {
  return has_original_modes ? &original_modes : NULL;
}

/// Appends a terminal string without its padding marks `$<...>`.
static size_t append(char *buffer, size_t length, size_t capacity, const char *text) {
  while (*text != 0 && length + 1 < capacity) {
    if (text[0] == '$' && text[1] == '<') {
      const char *end = strchr(text, '>');
      if (end != NULL) {
        text = end + 1;
        continue;
      }
    }
    buffer[length++] = *text++;
  }
  return length;
}

size_t curses_shim_restore_sequence(char *buffer, size_t capacity) {
  static const char *const capabilities[] = {"sgr0", "rmkx", "cnorm", "rmcup"};
  size_t length = 0;
  if (curses_shim_is_xterm_like()) {
    length = append(
      buffer, length, capacity, "\033[?2026l\033[?1006l\033[?1002l\033[?1000l\033[?2004l");
  }
  for (size_t i = 0; i < sizeof capabilities / sizeof *capabilities; i++) {
    if (has_capability(capabilities[i])) {
      length = append(buffer, length, capacity, tigetstr(capabilities[i]));
    }
  }
  buffer[length] = 0;
  return length;
}
