/// The colors of terminals with a fixed palette, and the nearest entry for any color.
public enum AnsiPalette {
  public typealias Components = (red: UInt8, green: UInt8, blue: UInt8)

  /// The usual values of the 16 ANSI colors; terminals may differ.
  public static func color(_ index: UInt8) -> Components { basic[Int(index & 15)] }

  /// The index among the 256 colors (cube and gray ramp, 16...255) that is nearest to a color.
  ///
  /// The first 16 are never chosen: people redefine them.
  public static func nearest256(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
    let target = (red: red, green: green, blue: blue)
    let r = cubeStep(red)
    let g = cubeStep(green)
    let b = cubeStep(blue)
    let cube = (red: levels[r], green: levels[g], blue: levels[b])
    let average = (Int(red) + Int(green) + Int(blue)) / 3
    let grayStep = min(23, max(0, (average - 3) / 10))
    let gray = UInt8(8 + 10 * grayStep)
    let isGrayNearer = distance(target, (gray, gray, gray)) < distance(target, cube)
    return isGrayNearer ? UInt8(232 + grayStep) : UInt8(16 + 36 * r + 6 * g + b)
  }

  /// The index of the nearest among the first `count` (8 or 16) ANSI colors.
  public static func nearestBasic(red: UInt8, green: UInt8, blue: UInt8, count: Int = 16) -> UInt8 {
    var best = 0
    for index in 1..<min(16, max(2, count)) {
      if distance(basic[index], (red, green, blue)) < distance(basic[best], (red, green, blue)) {
        best = index
      }
    }
    return UInt8(best)
  }

  private static let levels: [UInt8] = [0, 95, 135, 175, 215, 255]

  private static func cubeStep(_ value: UInt8) -> Int {
    value < 48 ? 0 : (value < 115 ? 1 : (Int(value) - 35) / 40)
  }

  /// Squared distance, weighted roughly as the eye weighs the components.
  private static func distance(_ left: Components, _ right: Components) -> Int {
    let red = Int(left.red) - Int(right.red)
    let green = Int(left.green) - Int(right.green)
    let blue = Int(left.blue) - Int(right.blue)
    return 3 * red * red + 4 * green * green + 2 * blue * blue
  }

  private static let basic: [Components] = [
    (0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16),
    (36, 114, 200), (188, 63, 188), (17, 168, 205), (229, 229, 229),
    (102, 102, 102), (241, 76, 76), (35, 209, 139), (245, 245, 67),
    (59, 142, 234), (214, 112, 214), (41, 184, 219), (255, 255, 255),
  ]
}
