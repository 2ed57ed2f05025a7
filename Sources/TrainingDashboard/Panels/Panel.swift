import RunKnowledge
public import RunViews
public import TerminalCanvas
import Theming

/// One view of the run, a room of its own: title, keys, what a click and the wheel do in it, its
/// drawing and what it says while it is empty.
///
/// `draw` paints the inside of a rectangle; the frame around it, with title and selection, is
/// drawn by the screen. A panel reads the state and never changes it, and it never reads a clock.
public protocol Panel: Sendable {
  static var descriptor: PanelDescriptor { get }

  /// Keys that hold while the panel is selected; none where the panel does not say so.
  static var keys: [KeyBinding] { get }

  /// What stands in the frame's title beside the name, such as `group 5 of 16`.
  static func caption(_ state: DashboardState, _ context: DrawingContext) -> String

  /// Paints into `area`; whatever falls outside is dropped.
  static func draw(
    _ state: DashboardState, in area: Rectangle, on buffer: inout CellBuffer,
    _ context: DrawingContext)

  /// What a click on a cell of `area`, the inside of the frame, chooses; `nil` for the panel alone.
  static func choice(
    atX x: Int, y: Int, in area: Rectangle, _ state: DashboardState
  ) -> DashboardChoice?

  /// What a step of the wheel does over the panel, -1 away from the person; `nil` for nothing.
  static func wheel(_ direction: Int) -> DashboardAction?
}

extension Panel {
  public static var keys: [KeyBinding] { [] }

  public static func choice(
    atX x: Int, y: Int, in area: Rectangle, _ state: DashboardState
  ) -> DashboardChoice? { nil }

  public static func wheel(_ direction: Int) -> DashboardAction? { nil }

  /// Where the keys of the panel hold.
  static var scope: KeyScope { .panel(PanelIdentity(Self.self)) }
}

/// Which panel: its type.
public struct PanelIdentity: Sendable, Hashable {
  public let panel: any Panel.Type

  public init(_ panel: any Panel.Type) { self.panel = panel }

  /// The panel of the catalog that configuration calls so; `nil` where there is none.
  public init?(named name: String) {
    guard let panel = PanelCatalog.all.first(where: { $0.descriptor.name == name }) else {
      return nil
    }
    self.init(panel)
  }

  public var descriptor: PanelDescriptor { panel.descriptor }
  public var name: String { descriptor.name }

  public static func == (left: PanelIdentity, right: PanelIdentity) -> Bool {
    left.panel == right.panel
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(panel)) }
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
