public import TerminalCanvas

/// A complete assignment of colors to roles.
public struct Theme: Sendable, Hashable {
  public let name: String
  public let summary: String
  private let colors: [ThemeRole: CellColor]

  /// - Precondition: `colors` has every role.
  public init(name: String, summary: String, colors: [ThemeRole: CellColor]) {
    for role in ThemeRole.allCases {
      precondition(colors[role] != nil, "theme \(name) lacks the role \(role.rawValue)")
    }
    self.name = name
    self.summary = summary
    self.colors = colors
  }

  public func color(_ role: ThemeRole) -> CellColor { colors[role] ?? .standard }

  /// A foreground role on a background role.
  public func style(
    _ role: ThemeRole, on background: ThemeRole = .panelBackground,
    _ attributes: CellAttributes = []
  ) -> CellStyle {
    CellStyle(
      foreground: color(role), background: color(background), attributes: attributes)
  }
}
