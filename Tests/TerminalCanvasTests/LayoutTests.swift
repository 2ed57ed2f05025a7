import TerminalCanvas
import Testing

@Suite struct LayoutTests {
  @Test(
    arguments: [
      ([.fixed(3), .flexible(), .fixed(2)], 10, [3, 5, 2]),
      ([.flexible(weight: 1), .flexible(weight: 2)], 9, [3, 6]),
      ([.flexible(weight: 1), .flexible(weight: 1)], 5, [3, 2]),
      ([.flexible(weight: 0), .flexible(weight: 0)], 4, [2, 2]),
      ([.fixed(3), .fixed(4)], 10, [3, 7]),
      ([.fixed(8), .fixed(4)], 10, [8, 2]),
      ([.fixed(12), .flexible(minimum: 5)], 10, [10, 0]),
      ([.flexible(weight: 9), .flexible(weight: 1, minimum: 4)], 10, [6, 4]),
      ([.flexible(minimum: 8), .flexible(minimum: 8)], 10, [8, 2]),
      ([.fixed(-2), .flexible()], 3, [0, 3]),
    ] as [([Extent], Int, [Int])])
  func lengthsByHand(extents: [Extent], total: Int, lengths: [Int]) {
    let rows = Rectangle(x: 5, y: 7, width: 2, height: total).splitRows(extents)
    #expect(rows.map(\.height) == lengths)
    let columns = Rectangle(x: 5, y: 7, width: total, height: 2).splitColumns(extents)
    #expect(columns.map(\.width) == lengths)
  }

  @Test func sweepCoversWithoutOverlap() {
    let layouts: [[Extent]] = [
      [.flexible()], [.fixed(2), .flexible()], [.fixed(1), .flexible(weight: 2), .fixed(1)],
      [.flexible(weight: 3, minimum: 4), .flexible(weight: 1, minimum: 9), .flexible()],
      [.fixed(4), .fixed(4), .fixed(4)],
    ]
    for extents in layouts {
      for size in 0...60 {
        let whole = Rectangle(x: 3, y: 1, width: size, height: 5)
        let parts = whole.splitColumns(extents)
        #expect(parts.count == extents.count)
        #expect(parts.reduce(0) { $0 + $1.width } == size)
        var x = whole.x
        for part in parts {
          #expect(part.x == x)
          #expect(part.y == whole.y && part.height == whole.height)
          x = part.maxX
        }
      }
    }
  }

  @Test func spacingSeparatesParts() {
    for size in 0...20 {
      let whole = Rectangle(x: 2, y: 0, width: size, height: 1)
      let parts = whole.splitColumns([.flexible(), .fixed(3), .flexible()], spacing: 2)
      for (left, right) in zip(parts, parts.dropFirst()) { #expect(right.x >= left.maxX) }
      #expect(parts.allSatisfy { $0.maxX <= whole.maxX && $0.x >= whole.x })
      if size >= 8 { #expect(parts[1].x == parts[0].maxX + 2) }
      if size >= 8 { #expect(parts[2].maxX == whole.maxX) }
    }
  }
}
