import EvaluationCases
import Foundation
import Testing

/// The request and response themselves; the numbers are the golden tests' concern.
@Suite struct EvaluateServiceTests {
  private func respond(_ text: String) throws -> [[String: Any]] {
    try GoldenFile.results(of: EvaluateService.respond(to: Data(text.utf8)))
  }

  private func request(_ cases: String...) -> String {
    #"{"schema":"maspo-evaluate/1","cases":["# + cases.joined(separator: ",") + "]}"
  }

  private func token(
    id: String = "a", objective: String = "grpo", params: String = "{}",
    inputs: String = #"{"old_logp":[-1],"logp":[-1],"advantage":[1]}"#
  ) -> String {
    """
    {"id":"\(id)","kind":"token","objective":"\(objective)","params":\(params),"inputs":\(inputs)}
    """
  }

  @Test(arguments: [
    "", "{", "[1,2]", "nonsense", #"{"schema":"maspo-evaluate/1"}"#, #"{"cases":[]}"#,
    #"{"schema":"maspo-evaluate/1","cases":{}}"#, #"{"schema":"maspo-evaluate/1","cases":[}"#,
    #"{"schema":"maspo-evaluate/2","cases":[]}"#,
    #"{"schema":"maspo-evaluate/1","cases":[]} trailing"#,
  ])
  func aMalformedRequestIsRefusedWhole(text: String) {
    let error = #expect(throws: EvaluateRequestError.self) {
      try EvaluateService.respond(to: Data(text.utf8))
    }
    #expect((error?.description.count ?? 0) > 20)
  }

  @Test func anEmptyRequestHasNoResults() throws {
    #expect(try respond(request()).isEmpty)
  }

  /// Each bad case gets an error that names the matter; the good one after it is answered.
  @Test(arguments: [
    (#"{"id":"a","kind":"tokens"}"#, "tokens"), (#"{"id":"a"}"#, "kind"),
    (#"{"id":"a","kind":"token"}"#, "objective"),
    (#"{"id":"a","kind":"token","objective":"ppo"}"#, "ppo"),
    (#"{"id":"a","kind":"token","objective":7}"#, "objective"),
    (#"{"id":"a","kind":"token","objective":"grpo","params":[]}"#, "params"),
    (#"{"id":"a","kind":"token","objective":"grpo","inputs":{}}"#, "old_logp"),
    (#"{"id":"a","kind":"token","objective":"gspo","inputs":{}}"#, "batch"),
    (#"{"id":"a","kind":"batch","objective":"grpo","params":{"agg":"mean"}}"#, "token-mean"),
    (#"{"id":"a","kind":"batch","objective":"gmpo","params":{"agg":"token-mean"}}"#, "none"),
    (#"{"id":"a","kind":"derived","objective":"grpo","inputs":{}}"#, "maspo"),
    (#"{"id":"a","kind":"bounds","objective":"sapo","inputs":{"old_logp":[-1]}}"#, "sapo"),
    (#"{"id":"a","kind":"kl","objective":"kl","params":{"kind":"k9"}}"#, "k1"),
    (#"{"id":"a","kind":"kl","objective":"grpo","params":{"kind":"k1"}}"#, "'kl'"),
    (#"{"id":"a","kind":"aggregate","params":{"agg":"token-mean","size":1}}"#, "size"),
    (#"{"id":"a","kind":"aggregate","params":{"agg":"token-mean","dp_size":0}}"#, "dp_size"),
    (
      #"{"id":"a","kind":"advantage","inputs":{"reward":[1,2],"group":[0]}}"#, "group"
    ),
  ])
  func aBadCaseDoesNotStopTheRun(text: String, word: String) throws {
    let results = try respond(request(text, token(id: "good")))
    #expect(results.count == 2)
    #expect(results[0]["id"] as? String == "a" && results[0]["outputs"] == nil)
    let message = try #require(results[0]["error"] as? String)
    #expect(message.contains(word), "\(message)")
    #expect(results[1]["id"] as? String == "good" && results[1]["outputs"] != nil)
  }

  @Test(arguments: [
    (#"{"eps":0.2}"#, "eps_low"), (#"{"agg":"token-mean"}"#, "agg"),
    (#"{"eps_low":"0.2"}"#, "eps_low"), (#"{"eps_low":null}"#, "eps_low"),
    (#"{"eps_low":true}"#, "eps_low"), (#"{"eps_low":-0.1}"#, "-0.1"),
    (#"{"dual_clip":1}"#, "1 < dual_clip"), (#"{"eps_low":"nan"}"#, "nan"),
    (#"{"eps_low":1e999}"#, "eps_low"),
  ])
  func badParametersAreRefusedByName(params: String, word: String) throws {
    let results = try respond(request(token(params: params)))
    let message = try #require(results[0]["error"] as? String)
    #expect(message.contains(word), "\(message)")
  }

  @Test(arguments: [
    #"{"old_logp":[-1,-1],"logp":[-1],"advantage":[1]}"#,
    #"{"old_logp":[-1],"logp":[null],"advantage":[1]}"#,
    #"{"old_logp":[-1],"logp":["x"],"advantage":[1]}"#,
    #"{"old_logp":[-1],"logp":-1,"advantage":[1]}"#,
    #"{"old_logp":[[-1]],"logp":[[-1]],"advantage":[[1]]}"#,
  ])
  func badInputsAreRefused(inputs: String) throws {
    let results = try respond(request(token(inputs: inputs)))
    #expect(results[0]["error"] != nil)
  }

  @Test(arguments: [
    "[[-1],[-1,-2]]", "[-1,-1]", "[[-1,-1]]", "[[-1],[-1],[-1]]",
  ])
  func raggedOrUnequalMatricesAreRefused(logp: String) throws {
    let results = try respond(
      request(
        """
        {"id":"a","kind":"batch","objective":"grpo","inputs":{"old_logp":[[-1],[-1]],
        "logp":\(logp),"advantage":[[1],[1]],"mask":[[1],[1]]}}
        """))
    #expect(results[0]["error"] != nil)
  }

  @Test func aMaskIsZeroOrOne() throws {
    let results = try respond(
      request(
        """
        {"id":"a","kind":"batch","objective":"grpo","inputs":{"old_logp":[[-1]],
        "logp":[[-1]],"advantage":[[1]],"mask":[[0.5]]}}
        """))
    #expect((results[0]["error"] as? String)?.contains("mask") == true)
  }

  @Test func nonFiniteNumbersTravelAsStrings() throws {
    let results = try respond(
      request(
        token(
          objective: "no_clip",
          inputs: #"{"old_logp":[-1,"-inf"],"logp":["nan",-1],"advantage":[1,"inf"]}"#)))
    let outputs = try #require(results[0]["outputs"] as? [String: [Any]])
    #expect(outputs["loss"]?[0] as? String == "nan")
    #expect(outputs["loss"]?[1] as? String == "-inf")
  }

  /// Ids come back as they are, whatever they hold; numbers read back as the same doubles.
  @Test func textAndNumbersSurviveTheRoundTrip() throws {
    let id = "quote \" backslash \\ newline \n tab \t bell \u{7} ü 漢 🙂"
    let value = -0.1 - 0.2
    let body = Request(
      schema: EvaluateService.schema,
      cases: [
        Request.Case(
          id: id, kind: "token", objective: "no_clip",
          inputs: ["old_logp": [-1], "logp": [-1], "advantage": [value]])
      ])
    let response = try EvaluateService.respond(to: JSONEncoder().encode(body))
    // JSONSerialization reads some numbers one unit off; the decoder does not.
    let results = try JSONDecoder().decode(Response.self, from: response).results
    #expect(results[0].id == id)
    #expect(results[0].outputs["loss"] == [-value] && results[0].outputs["grad"] == [-value])
  }

  private struct Request: Encodable {
    struct Case: Encodable {
      var id, kind, objective: String
      var inputs: [String: [Double]]
    }
    var schema: String
    var cases: [Case]
  }

  private struct Response: Decodable {
    struct Result: Decodable {
      var id: String
      var outputs: [String: [Double]]
    }
    var results: [Result]
  }

  @Test func parametersLeftOutKeepTheirDefaults() throws {
    let inputs = #"{"old_logp":[-1],"logp":[-0.75],"advantage":[1]}"#
    let results = try respond(
      request(
        token(inputs: inputs), token(params: #"{"eps_high":0.2}"#, inputs: inputs),
        token(params: #"{"eps_high":0.5}"#, inputs: inputs)))
    let gates = results.map { ($0["outputs"] as? [String: [Double]])?["gate"] }
    #expect(gates == [[0], [0], [1]])
  }
}
