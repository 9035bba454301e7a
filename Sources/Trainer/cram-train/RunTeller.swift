import CramCommand
import Glibc
import RingProtocol
import Training

/// Tells people how a run goes: a line at the start, one every ten seconds, one at the end.
final class RunTeller {
  let meter: ProgressMeter
  private let console: Console
  private let budget: Budget
  private var lastWords = ContinuousClock.now
  private var isFirst = true

  init(console: Console, budget: Budget) {
    (self.console, self.budget) = (console, budget)
    meter = ProgressMeter(label: "training", unit: "tokens")
  }

  func begin(_ request: RunRequest, _ execution: TrainingExecution) {
    let shape = request.settings.model
    let parameters = Amount.grouped(UInt64(shape.parameterCount))
    say(
      "\(shape.layers) × \(shape.hiddenSize), \(parameters) parameters; budget \(budget); updates of up to \(request.settings.ramp.batch) sequences; \(execution.threads) threads"
    )
  }

  func resume(_ checkpoint: Checkpoint, at step: UInt64, on machine: JSONValue) {
    say("going on after step \(step)")
    guard checkpoint.machine != machine else { return }
    say(
      "this machine computes otherwise than the one before (\(checkpoint.machine.serialized())): the last bits of the results will differ"
    )
  }

  func hear(_ line: MetricsLine) {
    let isDue = lastWords.duration(to: .now) >= .seconds(10)
    guard isFirst || isDue || line.heldOut != nil else { return }
    isFirst = false
    lastWords = .now
    var parts = ["step \(line.step)"]
    if let loss = line.loss { parts.append("loss \(Amount.fixed(loss, 3))") }
    if let score = line.heldOut { parts.append("heldout_loss \(Amount.fixed(score.loss, 3))") }
    if let rate = line.tokensPerSecond {
      parts.append("\(Amount.grouped(UInt64(rate))) tokens/s")
      let used = budget.fraction(seconds: line.seconds, tokens: line.tokens, steps: line.step)
      parts.append("\(Amount.fixed(min(1, used) * 100, 0)) % of the budget")
    }
    say(parts.joined(separator: "  "))
  }

  func end(_ report: JSONValue, folder: String) {
    let used = report["budget_used"]?.double ?? 1
    if used < 1 { say("the data ended at \(Amount.fixed(used * 100, 1)) % of the budget") }
    let tokens = UInt64(report["tokens"]?.int ?? 0), seconds = report["seconds"]?.double ?? 0
    let waited = seconds > 0 ? (report["wait_seconds"]?.double ?? 0) / seconds : 0
    say(
      "\(folder): \(Amount.grouped(tokens)) tokens in \(Amount.time(seconds)), \(Amount.grouped(UInt64(report["tokens_per_second"]?.double ?? 0))) tokens/s, \(Amount.fixed(waited * 100, 2)) % of the time waiting for data; checkpoints/latest is the model"
    )
  }

  /// On a terminal the bar is wiped first; it comes back by itself.
  private func say(_ line: String) {
    if isatty(STDERR_FILENO) == 1 { Console.write("\r\u{1B}[K", to: STDERR_FILENO) }
    console.say(line)
  }
}
