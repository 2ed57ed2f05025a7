public import TrainingDashboard

/// Tests name panels as configuration does.
extension PanelIdentity: ExpressibleByStringLiteral {
  public init(stringLiteral name: String) { self.init(name) }

  init(_ name: String) {
    guard let panel = PanelIdentity(named: name) else { fatalError("no panel is called \(name)") }
    self = panel
  }
}
