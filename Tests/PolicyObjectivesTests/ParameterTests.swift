import Foundation
import PolicyObjectives
import Testing

@Suite struct ParameterTests {
  @Test func namesAreUniqueAndKnown() {
    #expect(
      ObjectiveCatalog.names == [
        "maspo", "grpo", "dr_grpo", "clip_higher", "dac", "entropy_adv", "bapo", "sapo", "cispo",
        "gspo", "gmpo", "kl_cov", "clip_cov", "maspo_hard", "no_clip",
      ])
    let titles = ObjectiveCatalog.all.map { $0.info.title }
    #expect(Set(titles).count == titles.count)
    #expect(throws: ObjectiveError.unknownObjective("ppo", known: ObjectiveCatalog.names)) {
      try ObjectiveCatalog.objective(named: "ppo")
    }
  }

  @Test(arguments: ObjectiveCatalog.names)
  func theEntryExplainsItself(name: String) throws {
    let type = Swift.type(of: try ObjectiveCatalog.objective(named: name))
    let info = type.info
    for text in [info.title, info.summary, info.explanation, info.formula, info.source] {
      #expect(!text.isEmpty && !text.contains("\n"))
    }
    #expect(info.summary.hasSuffix("."))
    let names = type.specifications.map(\.name)
    #expect(Set(names).count == names.count)
    for specification in type.specifications {
      #expect(!specification.summary.isEmpty && !specification.symbol.isEmpty)
      #expect(specification.steps == specification.steps.sorted())
      #expect(Set(specification.steps).count == specification.steps.count)
    }
  }

  /// Every objective has its entry, headed by title and name, under the source it states.
  @Test func thePaperPageCoversTheCatalog() throws {
    let root = #filePath.components(separatedBy: "/Tests/")[0]
    let page = try String(
      contentsOfFile: root + "/Sources/PolicyObjectives/PolicyObjectives.docc/PaperEntries.md",
      encoding: .utf8)
    let entries = page.components(separatedBy: "\n## ").dropFirst()
    #expect(entries.count == ObjectiveCatalog.all.count)
    for (entry, type) in zip(entries, ObjectiveCatalog.all) {
      #expect(entry.hasPrefix("\(type.info.title) (`\(type.info.name)`)\n"))
      let papers = type.info.source.matches(of: /arXiv \d{4}\.\d{5}/).map { String($0.output) }
      for paper in papers { #expect(entry.contains(paper), "\(type.info.name): \(paper)") }
    }
  }

  /// The catalog's defaults; `nil` is "no limit".
  static let defaults: [String: [String: Double?]] = [
    "maspo": [
      "sigma_base": 1, "alpha": 0.3, "sigma_high": 10, "adv_low": 0.1, "adv_high": 10,
      "beta_pos": 0.03, "beta_neg": 0.03,
    ],
    "grpo": ["eps_low": 0.2, "eps_high": 0.2, "dual_clip": 3],
    "dr_grpo": ["eps_low": 0.2, "eps_high": 0.2, "dual_clip": nil],
    "clip_higher": ["eps_low": 0.2, "eps_high": 0.28, "dual_clip": 10],
    "dac": ["eps_low": 0.16, "eps_high": 0.2, "dual_clip": 10],
    "entropy_adv": [
      "eps_low": 0.2, "eps_high": 0.2, "dual_clip": 3, "ent_alpha": 0.4, "ent_kappa": 2,
    ],
    "bapo": [
      "target": 1, "low_start": 0.6, "low_max": 0.8, "low_step": 0.05, "high_start": 1.2,
      "high_max": 2, "high_step": 0.05, "eps": 1e-8, "dual_clip": 3,
    ],
    "sapo": ["tau_pos": 1, "tau_neg": 1.05],
    "cispo": ["eps_low": 10, "eps_high": 0.2],
    "gspo": ["eps_low": 3e-4, "eps_high": 4e-4],
    "gmpo": ["eps_low": 0.4, "eps_high": 0.4],
    "kl_cov": ["kl_cov_ratio": 2e-4, "ppo_kl_coef": 0.1],
    "clip_cov": [
      "eps_low": 0.2, "eps_high": 0.2, "clip_cov_ratio": 2e-4, "clip_cov_lb": 1, "clip_cov_ub": 5,
    ],
    "maspo_hard": [
      "sigma_base": 1, "alpha": 0.3, "sigma_high": 10, "adv_low": 0.1, "adv_high": 10,
      "beta_pos": 0.03, "beta_neg": 0.03,
    ],
    "no_clip": [:],
  ]

  @Test(arguments: ObjectiveCatalog.names)
  func defaultsArePublishedAndValid(name: String) throws {
    let objective = try ObjectiveCatalog.objective(named: name)
    let expected = try #require(Self.defaults[name])
    let specifications = type(of: objective).specifications
    #expect(Set(specifications.map(\.name)) == Set(expected.keys))
    for specification in specifications {
      let value = try objective.value(of: specification.name)
      #expect(value == expected[specification.name], "\(specification.name)")
      try specification.validate(value)
      for step in specification.steps { try specification.validate(step) }
    }
  }

  @Test func aggregationsAndAdvantagesAreThoseOfTheMethods() throws {
    for name in ObjectiveCatalog.names {
      let objective = try ObjectiveCatalog.objective(named: name)
      let expected: LossAggregation =
        switch name {
        case "dr_grpo": .sequenceMeanTokenSumNorm
        case "sapo", "gspo", "gmpo": .sequenceMeanTokenMean
        default: .tokenMean
        }
      #expect(objective.aggregation == expected, "\(name)")
      #expect(
        objective.groupAdvantage == GroupAdvantage(dividesByDeviation: name != "dr_grpo"))
    }
  }

  @Test(arguments: ObjectiveCatalog.names)
  func valuesOutOfRangeAreRefusedAndNamed(name: String) throws {
    var objective = try ObjectiveCatalog.objective(named: name)
    for specification in type(of: objective).specifications {
      let before = try objective.value(of: specification.name)
      var wrong: [Double?] = [
        .nan, .infinity, -.infinity, specification.minimum - 1, specification.maximum * 2 + 1,
      ]
      if specification.excludesMinimum { wrong.append(specification.minimum) }
      if !specification.allowsNone { wrong.append(nil) }
      for value in wrong {
        let error = #expect(throws: ObjectiveError.self) {
          try objective.set(specification.name, to: value)
        }
        let text = try #require(error).description
        #expect(text.contains(specification.name) && text.contains(specification.allowedRange))
        let words = value.map { number in Int(exactly: number).map { "\($0)" } ?? "\(number)" }
        #expect(text.contains(" = \(words ?? "none") is"))
        #expect(try objective.value(of: specification.name) == before)
      }
      if specification.allowsNone {
        try objective.set(specification.name, to: nil)
        #expect(try objective.value(of: specification.name) == nil)
      }
      // Another valid value arrives, and arrives nowhere else.
      let other = specification.steps.first { $0 != before } ?? specification.maximum
      let others = try type(of: objective).specifications
        .filter { $0.name != specification.name }.map { try objective.value(of: $0.name) }
      try objective.set(specification.name, to: other)
      #expect(try objective.value(of: specification.name) == other)
      let after = try type(of: objective).specifications
        .filter { $0.name != specification.name }.map { try objective.value(of: $0.name) }
      #expect(after == others)
    }
    #expect(throws: ObjectiveError.self) { try objective.set("sigma", to: 1) }
    #expect(throws: ObjectiveError.self) { try objective.value(of: "sigma") }
  }

  @Test func widthsOfZeroAreRefused() throws {
    for (name, parameter) in [
      ("maspo", "sigma_base"), ("maspo", "sigma_high"), ("sapo", "tau_pos"),
      ("sapo", "tau_neg"), ("entropy_adv", "ent_kappa"), ("bapo", "low_step"),
      ("bapo", "high_step"),
    ] {
      var objective = try ObjectiveCatalog.objective(named: name)
      for value in [0.0, -1] {
        #expect(throws: ObjectiveError.self, "\(name).\(parameter)") {
          try objective.set(parameter, to: value)
        }
      }
    }
    let specification = MASPOObjective.specifications[0]
    #expect(specification.allowedRange == "0 < sigma_base ≤ 1000")
  }

  @Test(arguments: ObjectiveCatalog.names)
  func everyParameterMatters(name: String) throws {
    // BAPO's lower bound ends at its start or its maximum, whatever the step, and its epsilon is
    // there for division by zero alone; MASPO's risk limits never bind at its small betas.
    let inert = ["bapo.low_step", "bapo.eps", "maspo.adv_low", "maspo.adv_high"]
    let objective = try ObjectiveCatalog.objective(named: name)
    let batches = (0..<80).map { ObjectiveSamples.batch(seed: $0, sequences: 8, width: 12) }
    let gradients = batches.map { objective.evaluate($0).gradient }
    for specification in type(of: objective).specifications
    where !inert.contains("\(name).\(specification.name)") {
      let values = specification.steps + (specification.allowsNone ? [1.05] : [])
      let changes = try values.contains { value in
        var changed = objective
        try changed.set(specification.name, to: value)
        return zip(batches, gradients).contains { changed.evaluate($0).gradient != $1 }
      }
      #expect(changes, "\(specification.name)")
    }
  }
}
