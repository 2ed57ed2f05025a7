public import Foundation

/// Folders that tests keep between their runs: each user and each checkout has its own, so that
/// two of them never meet.
public enum CheckoutFolder {
  /// The folder of this name, which may not exist yet.
  public static func url(named name: String) -> URL {
    // From this file up to the package.
    let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    // FNV-1a: Swift's own hash differs from process to process.
    let mark = checkout.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-tests-\(getuid())-\(String(mark, radix: 16))")
      .appendingPathComponent(name)
  }
}
