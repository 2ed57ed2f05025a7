import RepeatableRandom
import Testing

@Suite struct RepeatableGeneratorTests {
  @Test func theSequenceIsFixedForGood() {
    var generator = RepeatableGenerator(seed: 42)
    let words = (0..<4).map { _ in generator.next() }
    #expect(
      words == [
        1_546_998_764_402_558_742, 6_990_951_692_964_543_102, 12_544_586_762_248_559_009,
        17_057_574_109_182_124_193,
      ])
  }

  @Test func seedPathsDependOnOrderAndNames() {
    let root = SeedPath(7)
    let seeds = [
      root.appending("a").appending("b"), root.appending("b").appending("a"),
      root.appending(1).appending(2), root.appending(2).appending(1), root.appending(3), root,
    ]
    #expect(Set(seeds.map(\.value)).count == seeds.count)
  }

  @Test func neighboringStreamsShareNothing() {
    let draws = (0..<200).map { index in
      var generator = SeedPath(1).appending("item").appending(index).generator
      return generator.next()
    }
    #expect(Set(draws).count == 200)
  }

  @Test func integersAreUnbiasedAndInRange() {
    var generator = RepeatableGenerator(seed: 3)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[generator.integer(below: 7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
  }

  @Test func normalsHaveMeanZeroAndVarianceOne() {
    var generator = RepeatableGenerator(seed: 5)
    let draws = (0..<50_000).map { _ in generator.normal() }
    let mean = draws.reduce(0, +) / 50_000
    let variance = draws.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 50_000
    #expect(abs(mean) < 0.02)
    #expect(abs(variance - 1) < 0.03)
  }

  @Test func permutationsContainEveryIndexOnce() {
    var generator = RepeatableGenerator(seed: 9)
    #expect(generator.permutation(of: 0).isEmpty)
    #expect(generator.permutation(of: 100).sorted() == Array(0..<100))
  }
}
