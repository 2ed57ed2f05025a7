import BoundedNumbers

/// 5 %, 50 % and 95 % quantiles of the ratios of some tokens, and their extremes.
public struct RatioQuantiles: Sendable, Hashable, Codable {
  public var low: Double
  public var median: Double
  public var high: Double
  /// The ends of both tails; `nil` in records of earlier versions.
  public var smallest: Double?
  public var largest: Double?
}

extension RatioQuantiles {
  /// Of at least one ratio; `nil` without any. Their order is lost: a million of them are not
  /// sorted for three of their ranks.
  init?(taking ratios: inout [Double]) {
    guard let first = ratios.first else { return nil }
    let last = ratios.count - 1
    smallest = ratios.reduce(first, min)
    largest = ratios.reduce(first, max)
    func quantile(_ share: Double) -> Double {
      ratios.element(ofRank: min(last, Int(bounded: (share * Double(last + 1)).rounded(.down))))
    }
    low = quantile(0.05)
    median = quantile(0.5)
    high = quantile(0.95)
  }
}

extension [Double] {
  /// Rounds of halving before the rest is sorted, so that no order of elements takes long.
  private static let roundLimit = 64

  /// What would stand at `rank` if the elements were sorted; they are partly sorted by it.
  mutating func element(ofRank rank: Int) -> Double {
    withUnsafeMutableBufferPointer { elements in
      var range = 0...elements.count - 1
      for _ in 0..<Self.roundLimit where range.lowerBound < range.upperBound {
        let ends = (elements[range.lowerBound], elements[range.upperBound])
        let middle = elements[(range.lowerBound + range.upperBound) / 2]
        let pivot = Swift.max(
          Swift.min(ends.0, ends.1), Swift.min(Swift.max(ends.0, ends.1), middle))
        var (left, right) = (range.lowerBound, range.upperBound)
        while left <= right {
          while elements[left] < pivot { left += 1 }
          while pivot < elements[right] { right -= 1 }
          guard left <= right else { break }
          elements.swapAt(left, right)
          left += 1
          right -= 1
        }
        if rank <= right {
          range = range.lowerBound...right
        } else if rank >= left {
          range = left...range.upperBound
        } else {
          return elements[rank]
        }
      }
      elements[range].sort()
      return elements[rank]
    }
  }
}
