// swift-tools-version: 6.2

import PackageDescription

/// Shared by every Swift target: the strictest settings the toolchain offers.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

/// A Swift library target; dependencies point to targets declared above it, never below.
func library(
  _ name: String, _ dependencies: [Target.Dependency] = []
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude,
    resources: resources, swiftSettings: strict)
}

let package = Package(
  name: "maspo",
  products: [.executable(name: "maspo", targets: ["maspo"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    library("BoundedNumbers"),
    library("RepeatableRandom"),
    library("LocalFiles"),
    library("StrictTOML"),
    library("TerminalCanvas", ["BoundedNumbers"]),
    .target(
      name: "CursesShim",
      linkerSettings: [.linkedLibrary("ncursesw"), .linkedLibrary("tinfo")]),
    .target(
      name: "NumericKernels",
      // The numeric loops are useless at -O0: tests would take ten times as long.
      cSettings: [.unsafeFlags(["-O3"], .when(configuration: .debug))]),
    library("PolicyObjectives", ["NumericKernels"]),
    library("EvaluationCases", ["LocalFiles", "PolicyObjectives"]),
    library("TinyTransformer", ["RepeatableRandom", "NumericKernels"]),
    .target(
      name: "ReasoningTasks", dependencies: ["LocalFiles", "RepeatableRandom"],
      exclude: ["Examples"], swiftSettings: strict),
    library("TrainingTelemetry", ["BoundedNumbers", "PolicyObjectives"]),
    library(
      "PolicyTraining",
      [
        "BoundedNumbers", "RepeatableRandom", "LocalFiles", "NumericKernels", "PolicyObjectives",
        "TinyTransformer",
        "ReasoningTasks", "TrainingTelemetry",
      ]),
    library(
      "RunRecording",
      [
        "BoundedNumbers", "RepeatableRandom", "LocalFiles", "PolicyObjectives", "TinyTransformer",
        "ReasoningTasks", "TrainingTelemetry", "PolicyTraining",
      ]),
    library(
      "RunExport",
      ["BoundedNumbers", "LocalFiles", "PolicyTraining", "TrainingTelemetry", "RunRecording"]),
    // Runs that other trainers make, as a probe's stream or their own files tell of them.
    .target(
      name: "AttachedRuns", dependencies: ["LocalFiles", "PolicyObjectives", "TrainingTelemetry"],
      resources: [.embedInCode("Probe/maspo_probe.py")], swiftSettings: strict),
    library(
      "RunKnowledge",
      ["BoundedNumbers", "PolicyObjectives", "TrainingTelemetry", "TerminalCanvas"]),
    library("Theming", ["LocalFiles", "StrictTOML", "TerminalCanvas"]),
    library(
      "RunViews",
      [
        "BoundedNumbers", "PolicyObjectives", "TrainingTelemetry", "TerminalCanvas", "RunKnowledge",
        "Theming",
      ]),
    library(
      "TrainingDashboard",
      [
        "BoundedNumbers", "PolicyObjectives", "TrainingTelemetry", "TerminalCanvas", "RunKnowledge",
        "Theming", "RunViews",
      ]),
    library(
      "RunComparison",
      [
        "BoundedNumbers", "RepeatableRandom", "LocalFiles", "PolicyObjectives", "ReasoningTasks",
        "TinyTransformer", "TrainingTelemetry", "PolicyTraining", "TerminalCanvas", "RunKnowledge",
      ]),
    library(
      "SettingsFiles",
      [
        "LocalFiles", "StrictTOML", "PolicyObjectives", "ReasoningTasks", "TinyTransformer",
        "PolicyTraining", "TerminalCanvas", "RunKnowledge", "Theming", "RunViews",
        "TrainingDashboard",
      ]),
    library("CursesTerminal", ["BoundedNumbers", "TerminalCanvas", "CursesShim"]),
    .executableTarget(
      name: "maspo",
      dependencies: [
        "BoundedNumbers", "RepeatableRandom", "PolicyObjectives", "EvaluationCases",
        "ReasoningTasks",
        "TinyTransformer", "LocalFiles",
        "TrainingTelemetry", "PolicyTraining", "RunRecording", "TerminalCanvas",
        "RunKnowledge", "Theming", "RunViews", "TrainingDashboard",
        "CursesTerminal", "RunComparison", "SettingsFiles", "AttachedRuns", "RunExport",
        argumentParser,
      ],
      swiftSettings: strict),

    .target(
      name: "TestSupport",
      dependencies: ["RepeatableRandom", "TerminalCanvas", "TrainingTelemetry"],
      path: "Tests/TestSupport", exclude: ["Fixtures"], swiftSettings: strict),
    // Drives the program itself, in a terminal and without one.
    .testTarget(
      name: "maspoTests", dependencies: ["maspo", "SettingsFiles", "TestSupport"],
      swiftSettings: strict),
    // Feeds the readers of files with damaged ones; started by .ci/fuzz and no product.
    .executableTarget(
      name: "Fuzzing",
      dependencies: [
        "RepeatableRandom", "LocalFiles", "StrictTOML", "TerminalCanvas", "CursesTerminal",
        "EvaluationCases", "Theming", "SettingsFiles", "RunRecording", "RunKnowledge",
        "ReasoningTasks", "TrainingDashboard", "AttachedRuns",
      ],
      path: "Tests/Fuzzing", swiftSettings: strict),
    tests("BoundedNumbersTests", ["BoundedNumbers"]),
    tests("RepeatableRandomTests", ["RepeatableRandom"]),
    tests("LocalFilesTests", ["LocalFiles"]),
    tests("StrictTOMLTests", ["StrictTOML"]),
    tests(
      "RunRecordingTests",
      [
        "RunRecording", "LocalFiles", "PolicyTraining", "ReasoningTasks", "RepeatableRandom",
        "TinyTransformer",
        "TrainingTelemetry", "RunKnowledge", "Theming", "RunViews", "TrainingDashboard",
        "TerminalCanvas",
      ]),
    tests("RunExportTests", ["RunExport", "LocalFiles", "RunComparison", "TrainingTelemetry"]),
    tests(
      "AttachedRunsTests", ["AttachedRuns", "LocalFiles", "PolicyObjectives", "TrainingTelemetry"],
      exclude: ["Fixtures"]),
    tests(
      "PolicyTrainingTests",
      [
        "PolicyTraining", "PolicyObjectives", "ReasoningTasks", "TinyTransformer",
        "TrainingTelemetry",
      ]),
    tests(
      "RunComparisonTests",
      [
        "RunComparison", "PolicyTraining", "PolicyObjectives", "ReasoningTasks",
        "TerminalCanvas",
        "TrainingTelemetry", "RunKnowledge",
      ]),
    tests(
      "SettingsFilesTests",
      [
        "SettingsFiles", "StrictTOML", "PolicyTraining", "PolicyObjectives", "ReasoningTasks",
        "TinyTransformer",
        "TrainingTelemetry", "RunKnowledge", "Theming", "RunViews", "TrainingDashboard",
        "TerminalCanvas",
      ]),
    tests(
      "RunKnowledgeTests",
      ["RunKnowledge", "TrainingTelemetry", "PolicyObjectives", "TerminalCanvas"],
      exclude: ["Snapshots"]),
    tests("ThemingTests", ["Theming", "StrictTOML", "TerminalCanvas"], exclude: ["Fixtures"]),
    tests("ReasoningTasksTests", ["ReasoningTasks", "RepeatableRandom"]),
    tests(
      "PolicyObjectivesTests", ["PolicyObjectives", "EvaluationCases", "RepeatableRandom"],
      resources: [.copy("Fixtures")]),
    tests(
      "TrainingDashboardTests",
      [
        "TrainingDashboard", "TrainingTelemetry", "PolicyObjectives", "TerminalCanvas",
        "RepeatableRandom", "CursesTerminal", "RunKnowledge", "Theming", "RunViews",
        "AttachedRuns",
      ],
      exclude: [
        "Snapshots", "Attached/Snapshots", "Fixtures", "Panels/Snapshots", "Golden/Snapshots",
        "Beside/Snapshots",
        "Gallery/Snapshots",
      ]),
    tests("NumericKernelsTests", ["NumericKernels", "RepeatableRandom"]),
    tests(
      "TinyTransformerTests", ["TinyTransformer", "NumericKernels", "RepeatableRandom"],
      resources: [.copy("Fixtures")]),
    // Snapshots are read and recorded in the source tree.
    tests("TerminalCanvasTests", ["TerminalCanvas"], exclude: ["Snapshots", "Charts/Snapshots"]),
    tests("CursesTerminalTests", ["CursesTerminal", "CursesShim", "TerminalCanvas"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
