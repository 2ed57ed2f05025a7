/// Every panel of the program. A new one is one file and one line here.
public enum PanelCatalog {
  /// In the order of their digits and of the tab key. The header, which cannot be selected, is
  /// not among them.
  public static let all: [any Panel.Type] = [
    LearningPanel.self,
    TokensPanel.self,
    LimiterPanel.self,
    InspectorPanel.self,
    LedgerPanel.self,
    KnobsPanel.self,
    JournalPanel.self,
    ObjectivesPanel.self,
    PinnedPanel.self,
    RacePanel.self,
  ]

  static let identities: [PanelIdentity] = all.map { PanelIdentity($0) }

  public static let selectable: [PanelDescriptor] = all.map { $0.descriptor }

  /// The panels' own keys in a section of the help.
  static func keys(_ group: KeyGroup) -> [KeyBinding] {
    all.flatMap { $0.keys }.filter { $0.group == group }
  }

  /// The page's guide to the panels, in Markdown: what the help says of them.
  public static var markdownGuide: String {
    ([HeaderPanel.descriptor] + selectable).map { descriptor in
      "**\(descriptor.title)**. \(descriptor.summary)\n\n"
        + descriptor.explanation.map { "- \($0)" }.joined(separator: "\n")
    }.joined(separator: "\n\n")
  }
}
