import TrainingTelemetry

/// One record of a TensorBoard event file: a TFRecord around an `Event` message.
///
/// Numbers of fields are those of TensorFlow's `event.proto`, `summary.proto` and `tensor.proto`.
struct TensorBoardRecord {
  let bytes: [UInt8]

  /// The first record of every file.
  ///
  /// - Parameter time: seconds since 1970.
  init(versionAt time: Double) {
    self.init { event in
      event.add(1, double: time)
      event.add(3, text: "brain.Event:2")
    }
  }

  /// All that one event of training says, or `nil` where it says nothing.
  ///
  /// - Parameter time: seconds since 1970.
  init?(_ training: TrainingEvent, time: Double) {
    let scalars = TensorBoardScalars.of(training)
    let move = KnobMove(training)
    guard !scalars.values.isEmpty || move != nil else { return nil }
    self.init { event in
      event.add(1, double: time)
      event.add(2, whole: move?.updatesBefore ?? scalars.step)
      event.add(5) { summary in
        for (tag, value) in scalars.values {
          summary.add(1) { entry in
            entry.add(1, text: tag)
            entry.add(2, float: Float(value))
          }
        }
        if let move {
          Self.add(
            "knobs/\(move.name)", "\(move.name) \(move.oldValue) → \(move.newValue)", to: &summary)
        }
      }
    }
  }

  /// A text, which the viewer shows under its tag: a tensor of one string (`DT_STRING`, 7).
  private static func add(_ tag: String, _ text: String, to summary: inout ProtobufMessage) {
    summary.add(1) { entry in
      entry.add(1, text: tag)
      entry.add(8) { tensor in
        tensor.add(1, whole: 7)
        tensor.add(2) { shape in shape.add(2) { $0.add(1, whole: 1) } }
        tensor.add(8, text: text)
      }
      entry.add(9) { metadata in metadata.add(1) { $0.add(1, text: "text") } }
    }
  }

  private init(_ build: (inout ProtobufMessage) -> Void) {
    var message = ProtobufMessage()
    build(&message)
    var length = ProtobufMessage()
    length.add(littleEndian: UInt64(message.bytes.count))
    var record = length
    record.add(littleEndian: CRC32C.masked(length.bytes))
    var tail = ProtobufMessage()
    tail.add(littleEndian: CRC32C.masked(message.bytes))
    bytes = record.bytes + message.bytes + tail.bytes
  }
}

/// The scalars of an event under the names by which other trainers write them.
enum TensorBoardScalars {
  /// The place of an event, in updates made before it or with it, and its scalars.
  static func of(_ event: TrainingEvent) -> (step: Int, values: [(String, Double)]) {
    switch event {
    case .update(let metrics): (metrics.position.total, values(metrics))
    case .rollout(let metrics): (metrics.updatesBefore, values(metrics))
    case .evaluation(let metrics):
      (
        metrics.updatesBefore,
        [("eval/avg_at_k", metrics.average), ("eval/pass_at_k", metrics.pass)]
      )
    case .knobChange, .objectiveChange, .notice, .restarted: (0, [])
    }
  }

  private static func values(_ metrics: UpdateMetrics) -> [(String, Double)] {
    let all: [(String, Double?)] = [
      ("loss", metrics.loss), ("learning_rate", metrics.learningRate),
      ("grad_norm", metrics.gradientNorm), ("kl", metrics.klMean), ("kl_p99", metrics.kl99),
      ("kl_max", metrics.klMaximum), ("entropy", metrics.entropy),
      ("clip_fraction", metrics.attenuatedShare), ("removed_fraction", metrics.removedShare),
      ("ratio_min", metrics.ratioMinimum), ("ratio_max", metrics.ratioMaximum),
      ("gradient_cosine", metrics.gradientCosine),
    ]
    let own = metrics.diagnostics.sorted { $0.key < $1.key }
    return all.compactMap { name, value in value.map { (name, $0) } }
      + own.map { ("diagnostics/\($0.key)", $0.value) }
  }

  private static func values(_ metrics: RolloutMetrics) -> [(String, Double)] {
    let answers = Double(max(1, metrics.answerCount))
    let all: [(String, Double?)] = [
      ("reward", metrics.reward), ("rollout/entropy", metrics.entropy),
      ("rollout/response_length", Double(metrics.tokenCount) / answers),
      ("rollout/truncated_fraction", Double(metrics.truncatedAnswers) / answers),
      (
        "rollout/zero_variance_fraction",
        Double(metrics.zeroVarianceGroups) / Double(max(1, metrics.groupCount))
      ),
      ("time/rollout_seconds", metrics.seconds),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}
