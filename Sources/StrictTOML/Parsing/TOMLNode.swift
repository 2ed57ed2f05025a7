/// A table while its text is being read, which later lines may still add to.
final class TOMLNode {
  enum Origin {
    /// Made by a heading below it: a heading of its own may still come.
    case implied
    /// Has a heading, or is the whole text.
    case heading
    /// Made by the dots of a key.
    case dotted
    /// Written in braces: complete.
    case inline
  }

  enum Content {
    case value(TOMLValue)
    case table(TOMLNode)
    /// Tables of `[[headings]]`.
    case tables(List)
  }

  /// A class of its own, so that adding to a long list never copies it.
  final class List {
    var nodes: [TOMLNode]

    init(_ node: TOMLNode) { nodes = [node] }
  }

  struct Entry {
    let key: String
    let place: TOMLPlace
    let content: Content
    let bytes: Range<Int>
  }

  var origin: Origin
  let place: TOMLPlace
  /// Tables above it.
  let depth: Int
  private(set) var entries: [Entry] = []
  private var indices: [TOMLKey: Int] = [:]

  init(_ origin: Origin, place: TOMLPlace, depth: Int) {
    self.origin = origin
    self.place = place
    self.depth = depth
  }

  func entry(_ key: String) -> Entry? { indices[TOMLKey(key)].map { entries[$0] } }

  /// Adds a key that is not there yet.
  func add(_ key: TOMLParser.KeyPart, _ content: Content, bytes: Range<Int> = 0..<0) {
    indices[TOMLKey(key.text)] = entries.count
    entries.append(Entry(key: key.text, place: key.place, content: content, bytes: bytes))
  }

  /// The finished table; the depth is bounded, so that this may call itself.
  var finished: TOMLTable {
    TOMLTable(
      entries.map { entry in
        let value: TOMLValue =
          switch entry.content {
          case .value(let value): value
          case .table(let node):
            TOMLValue(content: .table(node.finished), place: node.place, bytes: entry.bytes)
          case .tables(let list):
            TOMLValue(
              content: .list(
                list.nodes.map {
                  TOMLValue(content: .table($0.finished), place: $0.place, bytes: 0..<0)
                }),
              place: entry.place, bytes: 0..<0)
          }
        return TOMLTable.Entry(key: entry.key, place: entry.place, value: value)
      })
  }
}
