/// A rectangle of terminal cells; `x` grows to the right, `y` downwards. Sizes are never negative.
public struct Rectangle: Sendable, Hashable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = max(0, width)
    self.height = max(0, height)
  }

  /// A rectangle at the origin.
  public init(width: Int, height: Int) {
    self.init(x: 0, y: 0, width: width, height: height)
  }

  public var isEmpty: Bool { width == 0 || height == 0 }
  /// One past the last column.
  public var maxX: Int { x + width }
  /// One past the last row.
  public var maxY: Int { y + height }

  public func contains(x column: Int, y row: Int) -> Bool {
    column >= x && column < maxX && row >= y && row < maxY
  }

  public func intersection(_ other: Rectangle) -> Rectangle {
    let left = max(x, other.x)
    let top = max(y, other.y)
    return Rectangle(
      x: left, y: top, width: min(maxX, other.maxX) - left, height: min(maxY, other.maxY) - top)
  }

  /// The rectangle without `dx` columns on the left and on the right and `dy` rows above and below.
  public func inset(dx: Int = 0, dy: Int = 0) -> Rectangle {
    Rectangle(x: x + dx, y: y + dy, width: width - 2 * dx, height: height - 2 * dy)
  }

  /// The first `count` rows and what is below them.
  public func splitTop(_ count: Int) -> (top: Rectangle, rest: Rectangle) {
    let taken = min(max(0, count), height)
    return (
      Rectangle(x: x, y: y, width: width, height: taken),
      Rectangle(x: x, y: y + taken, width: width, height: height - taken)
    )
  }

  /// The first `count` columns and what is right of them.
  public func splitLeft(_ count: Int) -> (left: Rectangle, rest: Rectangle) {
    let taken = min(max(0, count), width)
    return (
      Rectangle(x: x, y: y, width: taken, height: height),
      Rectangle(x: x + taken, y: y, width: width - taken, height: height)
    )
  }
}
