/// Keys as text: `?`, `lll`, `O<down><enter>`. Characters stand for themselves, the names of
/// ``Key/nameForms`` in angle brackets for the other keys; `<lt>` is `<`.
public struct KeySequence: Sendable, Hashable {
  public let keys: [Key]

  /// A name in angle brackets that is no key.
  public struct UnknownKey: Error, Hashable, CustomStringConvertible {
    public let name: String

    public var description: String {
      "'<\(name)>' is no key; between < and > stands \(Key.nameForms), or lt for <"
    }
  }

  /// - Throws: `UnknownKey`; a bracket that is not closed is named as far as it goes.
  public init(parsing text: String) throws(UnknownKey) {
    var keys: [Key] = []
    var rest = text[...]
    while let first = rest.popFirst() {
      guard first == "<" else {
        keys.append(.character(first))
        continue
      }
      let name = String(rest.prefix { $0 != ">" })
      let key = name == "lt" ? Key.character("<") : Key(named: name)
      guard rest.count > name.count, let key else { throw UnknownKey(name: name) }
      rest = rest.dropFirst(name.count + 1)
      keys.append(key)
    }
    self.keys = keys
  }
}
