import Glibc
import RingProtocol

/// Kills the ends of a ring at random and checks that every sequence is received once; a program of its own, because only a process can be killed.
///
///     ring-fuzz run [--kills N] [--seed S] [--mutant NAME]     kills each side at least N times (default 200); status 1 when something was caught
///     ring-fuzz threads [--mutant NAME]                        both ends as threads over one mapping, for ThreadSanitizer
///     ring-fuzz mutants                                        names the mutants
///     ring-fuzz producer|consumer FOLDER SEED [MUTANT]         one life of a side
@main struct Fuzz {
  static func main() {
    var arguments = Array(CommandLine.arguments.dropFirst())
    let verb = arguments.isEmpty ? "run" : arguments.removeFirst()
    do {
      switch verb {
      case "run":
        let supervisor = try Supervisor(Options(arguments))
        try supervisor.run()
      case "threads": try OneMapping(Options(arguments)).run()
      case "mutants": for mutant in Mutant.allCases { print(mutant.rawValue) }
      case "producer", "consumer":
        let life = try Life(
          folder: arguments[0], seed: arguments[1], mutant: arguments.dropFirst(2).first)
        if verb == "producer" {
          var producer = ProducerLife(life)
          try producer.run()
        } else {
          var consumer = ConsumerLife(life)
          try consumer.run()
        }
      default: throw Caught("ring-fuzz: \(verb): no such command")
      }
    } catch let caught as Caught {
      say("caught: \(caught.what)\n")
      exit(3)
    } catch {
      say("ring-fuzz: \(error)\n")
      exit(4)
    }
  }
}

/// Says something on standard error.
func say(_ text: String) {
  let bytes = Array(text.utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

/// Something that must not happen did.
struct Caught: Error {
  let what: String

  init(_ what: String) { self.what = what }
}

/// A wrong way of keeping the protocol, which the oracle has to catch.
enum Mutant: String, CaseIterable {
  /// The producer publishes a slot and then fills it.
  case publishBeforeFill = "publish-before-fill"
  /// The consumer gives a slot back and goes on reading it.
  case releaseBeforeUse = "release-before-use"
  /// A producer's successor goes on at what was released, not at what was published.
  case restartAtReleased = "restart-at-released"
  /// A producer's successor writes what its predecessor published once more.
  case rewritePublished = "rewrite-published"
  /// The producer notes that the consumer wants another position, and stays where it is.
  case ignoreSeek = "ignore-seek"
  /// A consumer with a checkpoint does not ask for its position.
  case forgetCheckpoint = "forget-checkpoint"
}

struct Options {
  var kills = 200
  var seed: UInt64 = 1
  var mutant: Mutant?

  init(_ words: [String]) throws {
    for pair in stride(from: 0, to: words.count, by: 2) {
      let value = pair + 1 < words.count ? words[pair + 1] : ""
      switch words[pair] {
      case "--kills": kills = Int(value) ?? 0
      case "--seed": seed = UInt64(value) ?? 0
      case "--mutant": mutant = Mutant(rawValue: value)
      default: throw Caught("\(words[pair]): no such option")
      }
      if kills <= 0 || words[pair] == "--mutant" && mutant == nil {
        throw Caught("\(words[pair]) \(value)")
      }
    }
  }
}
