/// Columns of the panel at a width; those without room are empty.
public struct KnobColumns: Hashable {
  public var marker, name, value, mark, keys, initial, slider, effect: Range<Int>

  public init(width: Int) {
    var x = 0
    func take(_ wanted: Int, least: Int? = nil) -> Range<Int> {
      let room = max(0, width - x)
      guard room >= (least ?? wanted) else { return x..<x }
      let start = x
      x += min(wanted, room)
      return start..<x
    }
    marker = take(2, least: 1)
    name = take(12, least: 3)
    value = take(7, least: 4)
    mark = take(2)
    // What is left is shared by importance: keys, initial value, bar, effect.
    keys = take(4)
    initial = take(9)
    let free = max(0, width - x)
    let note = free >= 32 ? 20 : (free >= 17 ? 7 : 0)
    x += 1
    slider = free - note >= 8 ? take(min(40, free - note - 2)) : x..<x
    x += 1
    effect = note > 0 ? take(note) : x..<x
  }
}
