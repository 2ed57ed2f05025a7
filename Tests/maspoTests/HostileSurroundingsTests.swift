import Foundation
import Testing

/// Outputs that fail, files that are none, and texts that a terminal would obey, through the
/// program itself.
@Suite(.serialized, .fewAtATime) final class HostileSurroundingsTests {
  private let folder: URL
  private static let options =
    "--preset reuse --warm-steps 800 --iterations 1 --eval-prompts 4 --eval-samples 4"

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("maspo-hostile-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  /// Runs a line of bash in this test's folder, in which `$maspo` is the program.
  private func shell(_ line: String) throws -> FinishedProcess {
    try FinishedProcess(
      URL(fileURLWithPath: "/bin/bash"), ["-c", "cd '\(folder.path)'; \(line)"],
      environment: [
        "XDG_CACHE_HOME": TmuxSession.cacheFolder.path, "XDG_STATE_HOME": folder.path,
        "XDG_CONFIG_HOME": folder.path, "maspo": try TmuxSession.program().path,
        "options": Self.options,
      ])
  }

  @Test func aRunFolderWithLinksAndFIFOsIsRefusedAndTouchesNothing() throws {
    #expect(try shell("$maspo train $options --quiet --run-dir run").status == 0)
    for command in ["show run", "show run --json", "runs .", "replay run", "export run hf"] {
      let run = try shell("$maspo \(command) > /dev/full")
      #expect(run.status == 1, "\(command): \(run.status)")
      #expect(run.errors.contains("cannot write to standard output"), "\(command): \(run.errors)")
    }
    try "precious".write(toFile: path("other"), atomically: false, encoding: .utf8)
    for name in ["lock", "metrics.jsonl", "journal.jsonl", "rollouts.jsonl"] {
      let run = try shell(
        """
        cp -r run hurt; ln -sf ../other hurt/\(name)
        $maspo resume hurt --headless --quiet --iterations 2; code=$?; rm -r hurt; exit $code
        """)
      #expect(run.status == 1, "\(name)")
      #expect(
        run.errors.contains("hurt/\(name) is a symbolic link, not a plain file"), "\(run.errors)")
      #expect(try text("other") == "precious")
    }
    for name in ["run.json", "checkpoint.safetensors", "base.safetensors"] {
      let run = try shell(
        """
        cp -r run hurt; rm hurt/\(name); mkfifo hurt/\(name)
        timeout 20 $maspo replay hurt; code=$?; rm -r hurt; exit $code
        """)
      #expect(run.status == 1, "\(name): \(run.status)")
      #expect(run.errors.contains("hurt/\(name) is a FIFO, not a plain file"), "\(run.errors)")
    }
    let partial = try shell(
      """
      ln -s ../other run/checkpoint.safetensors.partial
      $maspo resume run --headless --quiet --iterations 2
      """)
    #expect(partial.status == 0, "\(partial.errors)")
    #expect(try text("other") == "precious")
  }

  @Test(arguments: ["list objectives", "config", "train --print-config", "--help"])
  func lostOutputIsAFailure(command: String) throws {
    let run = try shell("$maspo \(command) > /dev/full")
    #expect(run.status == 1, "\(run.status) \(run.errors)")
    #expect(run.errors.contains("cannot write to standard output: No space left on device"))
  }

  @Test func streamsAreReadAsFilesAre() throws {
    for source in ["<(echo seed = 77)", "/dev/stdin < f"] {
      let run = try shell("echo seed = 77 > f; $maspo train --print-config --config \(source)")
      #expect(run.status == 0 && run.output.contains("seed = 77"), "\(run.errors)")
    }
    let endless = try shell("timeout 60 $maspo train --print-config --config /dev/zero")
    #expect(endless.status == 1 && endless.errors.contains("/dev/zero: cannot be read: it holds"))
  }

  @Test func foreignTextIsMadeHarmless() throws {
    for command in ["$'no\\u009b31m\\u202e\\e[2J'", "show $'no\\u009b31m\\u202e\\e[2J'"] {
      let run = try shell("LC_ALL=C.UTF-8; $maspo \(command)")
      #expect(run.status != 0)
      let scalars = run.errors.unicodeScalars
      #expect(
        !scalars.contains {
          $0.value == 0x1B || (0x7F...0x9F).contains($0.value) || $0 == "\u{202E}"
        },
        "\(run.errors)")
      #expect(run.errors.contains("no\\u009b31m\\u202e\\u001b[2J"), "\(run.errors)")
    }
  }

  /// Without threads Dispatch would wait for ever, deaf to every signal but KILL.
  @Test func aLimitOfProcessesIsRefused() throws {
    // The limit does not bind root.
    let run = try shell(
      """
      chmod 755 .
      line='ulimit -u 5; exec timeout -s KILL 100 $maspo train --preset reuse --warm-steps 30 --quiet'
      if [ $(id -u) = 0 ]; then su nobody -m -s /bin/bash -c "$line"; else bash -c "$line"; fi
      """)
    #expect(run.status == 1, "\(run.status)")
    #expect(run.errors.contains("allow more processes (ulimit -u)"), "\(run.errors)")
  }
}
