/// Every objective of the program. A new one is one file and one line here.
public enum ObjectiveCatalog {
  public static let all: [any PolicyObjective.Type] = [
    MASPOObjective.self,
    GRPOObjective.self,
    DrGRPOObjective.self,
    ClipHigherObjective.self,
    DACObjective.self,
    EntropyAdvantageObjective.self,
    BAPOObjective.self,
    SAPOObjective.self,
    CISPOObjective.self,
    GSPOObjective.self,
    GMPOObjective.self,
    KLCovObjective.self,
    ClipCovObjective.self,
    MASPOHardClipObjective.self,
    NoClipObjective.self,
  ]

  public static var names: [String] { all.map { $0.info.name } }

  /// The objective named `name` at its defaults.
  ///
  /// - Throws: `ObjectiveError.unknownObjective`, which lists what exists.
  public static func objective(named name: String) throws(ObjectiveError) -> any PolicyObjective {
    guard let type = all.first(where: { $0.info.name == name }) else {
      throw .unknownObjective(name, known: names)
    }
    return type.init()
  }
}
