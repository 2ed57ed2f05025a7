public import TerminalCanvas

/// One view of the run: a short file with a descriptor, a view model and its drawing.
///
/// `draw` paints the inside of a rectangle; the frame around it, with title and selection, is
/// drawn by the screen. A panel reads the state and never changes it, and it never reads a clock.
public protocol Panel: Sendable {
  static var descriptor: PanelDescriptor { get }

  /// What stands in the frame's title beside the name, such as `group 5 of 16`.
  static func caption(_ state: DashboardState, _ context: DrawingContext) -> String

  /// Paints into `area`; whatever falls outside is dropped.
  static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext)
}

/// What is known of a panel without drawing it.
public struct PanelDescriptor: Sendable, Hashable {
  /// Identifier for configuration, such as `limiter`.
  public let name: String
  public let title: String
  /// One sentence for menus.
  public let summary: String
  /// The quantities on the panel with their formulas, for the help overlay.
  public let explanation: [String]

  public init(name: String, title: String, summary: String, explanation: [String]) {
    self.name = name
    self.title = title
    self.summary = summary
    self.explanation = explanation
  }
}

/// How to draw: colors, characters, and whether this panel is the selected one.
public struct DrawingContext: Sendable {
  public var theme: Theme
  public var glyphs: GlyphSet
  public var isSelected: Bool
  /// Whether what is drawn is past: frames say so.
  var isPast = false

  public init(theme: Theme, glyphs: GlyphSet, isSelected: Bool = false) {
    self.theme = theme
    self.glyphs = glyphs
    self.isSelected = isSelected
  }
}
