import Foundation
public import TrainingTelemetry

/// The checked-in snapshot of a run that tests of what is known of a run, and golden frames, share.
public enum RunFixture {
  public static let path: String = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    return folder.appendingPathComponent("Fixtures/snapshot.json").path
  }()

  /// Half a megabyte of JSON, which hundreds of tests want: decoded once.
  private static let decoded = Result { try read() }

  public static func load() throws -> TrainingSnapshot { try decoded.get() }

  /// The file as it is now.
  public static func read() throws -> TrainingSnapshot {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try JSONDecoder().decode(TrainingSnapshot.self, from: data)
  }
}
