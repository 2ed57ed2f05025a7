#define NCURSES_WIDECHAR 1

#include "CursesShim.h"

#include <curses.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>

#include "CursesShimInternal.h"

/// Keys with a modifier have no code of their own but a name, such as kUP5 for Ctrl-Up.
static int key_by_name(int code) {
  static const struct {
    const char *name;
    int key;
  } names[] = {
    {"kUP", CURSES_SHIM_KEY_UP},        {"kDN", CURSES_SHIM_KEY_DOWN},
    {"kLFT", CURSES_SHIM_KEY_LEFT},     {"kRIT", CURSES_SHIM_KEY_RIGHT},
    {"kHOM", CURSES_SHIM_KEY_HOME},     {"kEND", CURSES_SHIM_KEY_END},
    {"kPRV", CURSES_SHIM_KEY_PAGE_UP},  {"kNXT", CURSES_SHIM_KEY_PAGE_DOWN},
    {"kDC", CURSES_SHIM_KEY_DELETE},
  };
  const char *name = keyname(code);
  for (size_t i = 0; name != NULL && i < sizeof names / sizeof *names; i++) {
    if (strncmp(name, names[i].name, strlen(names[i].name)) == 0) return names[i].key;
  }
  return 0;
}

static int key_of(int code) {
  switch (code) {
  case KEY_UP:
  case KEY_SR: return CURSES_SHIM_KEY_UP;
  case KEY_DOWN:
  case KEY_SF: return CURSES_SHIM_KEY_DOWN;
  case KEY_LEFT:
  case KEY_SLEFT: return CURSES_SHIM_KEY_LEFT;
  case KEY_RIGHT:
  case KEY_SRIGHT: return CURSES_SHIM_KEY_RIGHT;
  case KEY_HOME:
  case KEY_SHOME:
  case KEY_A1: return CURSES_SHIM_KEY_HOME;
  case KEY_END:
  case KEY_SEND:
  case KEY_C1: return CURSES_SHIM_KEY_END;
  case KEY_PPAGE:
  case KEY_SPREVIOUS:
  case KEY_A3: return CURSES_SHIM_KEY_PAGE_UP;
  case KEY_NPAGE:
  case KEY_SNEXT:
  case KEY_C3: return CURSES_SHIM_KEY_PAGE_DOWN;
  case KEY_DC:
  case KEY_SDC: return CURSES_SHIM_KEY_DELETE;
  case KEY_BACKSPACE: return CURSES_SHIM_KEY_BACKSPACE;
  case KEY_ENTER: return CURSES_SHIM_KEY_ENTER;
  case KEY_BTAB: return CURSES_SHIM_KEY_BACK_TAB;
  default: break;
  }
  if (code >= KEY_F(1) && code <= KEY_F(63)) return CURSES_SHIM_KEY_FUNCTION + code - KEY_F(0);
  return code > KEY_MAX ? key_by_name(code) : 0;
}

/// Bytes come one by one and are put together here: ncurses' own wide reading takes an invalid byte
/// for the end of input, and fifteen more bytes with it.
static mbstate_t partial_character;

int curses_shim_read(uint32_t *value) {
  WINDOW *pad = curses_shim_input_pad();
  if (pad == NULL) return CURSES_SHIM_NOTHING;
  int code = wgetch(pad);
  if (code == ERR) return CURSES_SHIM_NOTHING;
  if (code > UCHAR_MAX) {
    memset(&partial_character, 0, sizeof partial_character);
    *value = (uint32_t)key_of(code);
    return *value == 0 ? CURSES_SHIM_OTHER : CURSES_SHIM_KEY;
  }
  char byte = (char)code;
  bool was_partial = !mbsinit(&partial_character);
  wchar_t character = 0;
  size_t length = mbrtowc(&character, &byte, 1, &partial_character);
  if (length == (size_t)-1 && was_partial) {
    // What came before is lost; this byte may begin something.
    memset(&partial_character, 0, sizeof partial_character);
    length = mbrtowc(&character, &byte, 1, &partial_character);
  }
  if (length == (size_t)-2) return CURSES_SHIM_PART;
  if (length == (size_t)-1) {
    memset(&partial_character, 0, sizeof partial_character);
    return CURSES_SHIM_OTHER;
  }
  *value = (uint32_t)character;
  return CURSES_SHIM_CHARACTER;
}
