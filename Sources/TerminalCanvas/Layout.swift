/// How much of a length a part of a layout asks for.
public enum Extent: Sendable, Hashable {
  /// Exactly so many cells, as long as there are any left.
  case fixed(Int)
  /// A share of what the fixed parts leave, by weight, and no less than `minimum` if it can be had.
  case flexible(weight: Int = 1, minimum: Int = 0)
}

extension Rectangle {
  /// Cuts the rectangle into rows, one for each extent, from top to bottom.
  ///
  /// The parts never overlap, stay inside and together cover everything except the `spacing`
  /// between parts. Where no part is flexible, the last one takes what is left over.
  public func splitRows(_ extents: [Extent], spacing: Int = 0) -> [Rectangle] {
    var row = y
    return Layout.lengths(of: extents, in: height, spacing: spacing).map { part in
      let rectangle = Rectangle(x: x, y: row, width: width, height: part)
      row += part + (maxY - row - part >= spacing ? spacing : maxY - row - part)
      return rectangle
    }
  }

  /// Cuts the rectangle into columns, one for each extent, from left to right.
  ///
  /// - SeeAlso: `splitRows(_:spacing:)`, whose guarantees hold here too.
  public func splitColumns(_ extents: [Extent], spacing: Int = 0) -> [Rectangle] {
    var column = x
    return Layout.lengths(of: extents, in: width, spacing: spacing).map { part in
      let rectangle = Rectangle(x: column, y: y, width: part, height: height)
      column += part + (maxX - column - part >= spacing ? spacing : maxX - column - part)
      return rectangle
    }
  }
}

/// Shares a length among extents.
enum Layout {
  /// One length for each extent; their sum is `total` without the spacing, whenever there is room.
  static func lengths(of extents: [Extent], in total: Int, spacing: Int) -> [Int] {
    guard !extents.isEmpty else { return [] }
    var free = max(0, total - spacing * (extents.count - 1))
    var lengths = [Int](repeating: 0, count: extents.count)
    var flexible: [(index: Int, weight: Int, minimum: Int)] = []
    for (index, extent) in extents.enumerated() {
      switch extent {
      case .fixed(let count):
        lengths[index] = min(free, max(0, count))
        free -= lengths[index]
      case .flexible(let weight, let minimum):
        flexible.append((index, max(0, weight), max(0, minimum)))
      }
    }
    guard !flexible.isEmpty else {
      lengths[lengths.count - 1] += free
      return lengths
    }
    // A part whose share falls short of its minimum leaves the sharing with its minimum.
    while let short = firstShortPart(flexible, free: free), flexible.count > 1 {
      let part = flexible.remove(at: short)
      lengths[part.index] = min(free, part.minimum)
      free -= lengths[part.index]
    }
    for (part, share) in zip(flexible, shares(of: free, weights: flexible.map(\.weight))) {
      lengths[part.index] = share
    }
    return lengths
  }

  private static func firstShortPart(
    _ parts: [(index: Int, weight: Int, minimum: Int)], free: Int
  ) -> Int? {
    let shares = shares(of: free, weights: parts.map(\.weight))
    return parts.indices.first { shares[$0] < parts[$0].minimum }
  }

  /// Whole shares in proportion to the weights; boundaries are rounded, so that the sum is exact.
  private static func shares(of total: Int, weights: [Int]) -> [Int] {
    let sum = weights.reduce(0, +)
    guard sum > 0 else {
      return shares(of: total, weights: weights.map { _ in 1 })
    }
    var covered = 0
    var taken = 0
    return weights.map { weight in
      covered += weight
      let boundary = (total * covered + sum / 2) / sum
      defer { taken = boundary }
      return boundary - taken
    }
  }
}
