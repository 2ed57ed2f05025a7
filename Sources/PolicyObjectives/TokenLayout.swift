/// How the tokens of B sequences lie in flat columns, one sequence after the other, and which of
/// them count. N is the number of all tokens.
///
/// Sequences are as long as they are: nothing is padded, and where every token counts there is no
/// mask. A padded `[B, T]` matrix is a layout of B equal lengths with a mask.
public struct TokenLayout: Sendable, Hashable {
  /// Tokens of each sequence, masked ones included. `[B]`
  public let lengths: [Int]
  /// True where the token counts; `nil` where all do. `[N]`
  public var mask: [Bool]?

  /// - Precondition: no length is negative, and the mask has an element per token.
  public init(lengths: [Int], mask: [Bool]? = nil) {
    precondition(lengths.allSatisfy { $0 >= 0 }, "a sequence of negative length")
    self.lengths = lengths
    self.mask = mask
    precondition(
      mask.map { $0.count == tokenCount } ?? true,
      "\(mask?.count ?? 0) mask values for \(tokenCount) tokens")
  }

  /// N.
  public var tokenCount: Int { lengths.reduce(0, +) }

  /// T, the length of the longest sequence.
  public var longest: Int { lengths.max() ?? 0 }

  /// The places of the tokens of each sequence. `[B]`
  public var sequences: [Range<Int>] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return start..<start + length
    }
  }

  /// Whether the token at a place counts.
  @inline(__always)
  public func isUnmasked(_ place: Int) -> Bool { mask?[place] ?? true }

  /// The places of the tokens that count, in order.
  public var unmaskedPlaces: [Int] {
    let places = 0..<tokenCount
    guard let mask else { return Array(places) }
    return places.filter { mask[$0] }
  }

  /// The tokens of each sequence that count. `[B]`
  var unmaskedLengths: [Int] {
    guard let mask else { return lengths }
    return sequences.map { mask[$0].count { $0 } }
  }
}
