package import TerminalCanvas

/// What ncurses delivers: characters, and keys of the terminal database under their names.
package enum RawInput: Hashable {
  case character(UInt32)
  case key(Key)
  /// A key that has no name here.
  case unnamed
}

/// Turns characters and keys into input: control characters, escape sequences that the terminal
/// database does not know, mouse reports, pasted text.
///
/// Sequences may arrive in pieces. When nothing follows within `patience`, call `flush`.
package struct InputDecoder {
  private enum State: Equatable {
    case ground
    case escape
    /// After `ESC [`, with what came since.
    case control([UInt32])
    /// After `ESC O`.
    case single
    /// An old-style mouse report: three characters follow `ESC [ M`.
    case legacyMouse([UInt32])
    case paste
  }

  private var state = State.ground
  private var pasted: [UInt32] = []
  private var inputs: [TerminalInput] = []

  package init() {}

  /// A paste beyond this many characters is cut off.
  static let longestPaste = 1 << 20

  /// How many milliseconds to wait for the rest of a sequence; nil when none is open.
  var patience: Int? {
    switch state {
    case .ground: nil
    // ncurses has waited for the rest already.
    case .escape: 0
    case .control, .single, .legacyMouse: 50
    // Slow lines stall; keys typed by a paste would do damage.
    case .paste: 2000
    }
  }

  package mutating func take() -> [TerminalInput] {
    defer { inputs = [] }
    return inputs
  }

  package mutating func feed(_ raw: RawInput) {
    switch (state, raw) {
    case (.paste, .character(let scalar)): paste(scalar)
    case (.paste, _): break
    case (.ground, .character(let scalar)): character(scalar)
    case (.escape, .character(0x5B)): state = .control([])
    case (.escape, .character(0x4F)): state = .single
    case (.control(let before), .character(let scalar)): control(before, scalar)
    case (.single, .character(let scalar)):
      state = .ground
      emit(finalKey(scalar))
    case (.legacyMouse(let before), .character(let scalar)): legacyMouse(before + [scalar])
    case (.ground, .key(let key)): emit(key)
    case (.ground, .unnamed): break
    default:
      // An escape, or a sequence that broke off, and then something else.
      flush()
      feed(raw)
    }
  }

  /// Nothing more is coming: what is open stands for itself.
  package mutating func flush() {
    let open = state
    state = .ground
    switch open {
    case .ground, .legacyMouse: break
    case .escape: emit(.escape)
    case .control(let characters):
      guard characters.isEmpty else { break }
      emit(.escape)
      character(0x5B)
    case .single:
      emit(.escape)
      character(0x4F)
    case .paste: finishPaste()
    }
  }

  private mutating func emit(_ key: Key?) {
    if let key { inputs.append(.key(key)) }
  }

  private mutating func character(_ scalar: UInt32) {
    switch scalar {
    case 0x1B: state = .escape
    case 0x0A, 0x0D: emit(.enter)
    case 0x09: emit(.tab)
    case 0x08, 0x7F: emit(.backspace)
    case 0x00: emit(.ctrl("@"))
    case 0x01...0x1A: emit(Self.scalar(scalar + 0x60).map { .ctrl(Character($0)) })
    case 0x1C...0x1F: emit(Self.scalar(scalar + 0x40).map { .ctrl(Character($0)) })
    case 0x80...0x9F: break
    default: emit(Self.scalar(scalar).map { .character(Character($0)) })
    }
  }

  private static func scalar(_ value: UInt32) -> Unicode.Scalar? { Unicode.Scalar(value) }

  private mutating func control(_ before: [UInt32], _ scalar: UInt32) {
    switch scalar {
    case 0x20...0x3F where before.count < 32: state = .control(before + [scalar])
    case 0x40...0x7E:
      state = .ground
      finish(before, final: scalar)
    default:
      // Not a control sequence after all; what came of it means nothing.
      state = .ground
      character(scalar)
    }
  }

  private mutating func finish(_ before: [UInt32], final: UInt32) {
    let isMouse = before.first == 0x3C
    let numbers = Self.numbers(isMouse ? before.dropFirst() : before[...])
    switch (final, isMouse) {
    case (0x4D, true), (0x6D, true): mouse(numbers, isRelease: final == 0x6D)
    case (0x4D, false) where before.isEmpty: state = .legacyMouse([])
    case (0x7E, false): tilde(numbers.first ?? 0)
    case (0x75, false): unicodeKey(numbers)
    case (_, false): emit(finalKey(final))
    default: break
    }
  }

  /// `1;5` is [1, 5]; what is missing or too large is 0.
  private static func numbers(_ characters: ArraySlice<UInt32>) -> [Int] {
    characters.split(separator: 0x3B, omittingEmptySubsequences: false).map { digits in
      var number = 0
      for digit in digits where (0x30...0x39).contains(digit) && number < 1_000_000 {
        number = number * 10 + Int(digit - 0x30)
      }
      return number
    }
  }

  private func finalKey(_ final: UInt32) -> Key? {
    switch final {
    case 0x41: .up
    case 0x42: .down
    case 0x43: .right
    case 0x44: .left
    case 0x46: .end
    case 0x48: .home
    case 0x4D: .enter
    case 0x50...0x53: .function(Int(final) - 0x4F)
    case 0x5A: .backTab
    default: nil
    }
  }

  private mutating func tilde(_ number: Int) {
    switch number {
    case 1, 7: emit(.home)
    case 3: emit(.delete)
    case 4, 8: emit(.end)
    case 5: emit(.pageUp)
    case 6: emit(.pageDown)
    case 11...15: emit(.function(number - 10))
    case 17...21: emit(.function(number - 11))
    case 23, 24: emit(.function(number - 12))
    case 200:
      state = .paste
      pasted = []
    default: break
    }
  }

  /// `code;modifiers u`, as terminals with extended keyboards send Ctrl with a letter.
  private mutating func unicodeKey(_ numbers: [Int]) {
    guard let code = numbers.first.flatMap({ UInt32(exactly: $0) }) else { return }
    let modifiers = numbers.count > 1 ? max(0, numbers[1] - 1) : 0
    if code == 0x1B {
      emit(.escape)
    } else if code == 9, modifiers & 1 != 0 {
      emit(.backTab)
    } else if modifiers & 4 != 0, (0x61...0x7A).contains(code) {
      character(code - 0x60)
    } else {
      character(code)
    }
  }

  /// The first button and the wheel; the others belong to the terminal.
  private mutating func mouse(_ numbers: [Int], isRelease: Bool) {
    guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return }
    let code = numbers[0]
    let action: MouseAction
    switch (code & 0b1100_0011, code & 32 != 0) {
    case (0, _) where isRelease: action = .release
    case (0, true): action = .drag
    case (0, false): action = .press
    case (64, false): action = .wheelUp
    case (65, false): action = .wheelDown
    default: return
    }
    inputs.append(
      .mouse(x: numbers[1] - 1, y: numbers[2] - 1, action: action, shift: code & 4 != 0))
  }

  private mutating func legacyMouse(_ characters: [UInt32]) {
    guard characters.count == 3 else {
      state = .legacyMouse(characters)
      return
    }
    state = .ground
    guard characters.allSatisfy({ $0 >= 32 }) else { return }
    let code = Int(characters[0]) - 32
    // Here a release does not say of which button.
    let isRelease = code & 0b1100_0011 == 3 && code & 32 == 0
    mouse(
      [isRelease ? code & ~3 : code, Int(characters[1]) - 32, Int(characters[2]) - 32],
      isRelease: isRelease)
  }

  private static let pasteEnd: [UInt32] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]

  private mutating func paste(_ scalar: UInt32) {
    pasted.append(scalar)
    if scalar == 0x7E, pasted.suffix(6).elementsEqual(Self.pasteEnd) {
      pasted.removeLast(6)
      state = .ground
      finishPaste()
    } else if pasted.count > Self.longestPaste {
      // Keeps the end: the closing sequence may be on its way.
      pasted.removeSubrange((Self.longestPaste - 8)..<(pasted.count - 7))
    }
  }

  private mutating func finishPaste() {
    var text = String.UnicodeScalarView()
    var previous: UInt32 = 0
    for scalar in pasted {
      defer { previous = scalar }
      switch scalar {
      case 0x0A where previous == 0x0D: continue
      case 0x0D: text.append("\n")
      case 0x09, 0x0A, 0x20..., 0x80...:
        guard !(0x7F...0x9F).contains(scalar), let kept = Unicode.Scalar(scalar) else { continue }
        text.append(kept)
      default: continue
      }
    }
    pasted = []
    inputs.append(.paste(String(text)))
  }
}
