@_exported import ArgumentParser
import Glibc
import RingProtocol

/// A command line that a glance shows to be wrong; the process ends with status 2.
public struct UsageError: Error, CustomStringConvertible {
  public let description: String

  /// `message` says what, found, expected.
  public init(_ message: String) {
    description = message
  }
}

extension CommandConfiguration {
  /// The configuration of the executable `cram-NAME`; `discussion` ends with examples.
  public static func verb(
    _ name: String, abstract: String, discussion: String, subcommands: [ParsableCommand.Type] = []
  ) -> CommandConfiguration {
    CommandConfiguration(
      commandName: "cram-\(name)", abstract: abstract, discussion: discussion,
      version: cramVersion, subcommands: subcommands)
  }
}

/// Parses the arguments, runs the command, and ends the process as the contract says.
///
/// Status 0; 1 with one line on standard error when the work failed; 2 for wrong usage; 130 and 143 when SIGINT or SIGTERM stopped it.
public func runCommand<Command: ParsableCommand>(_ type: Command.Type) -> Never {
  CancellationFlag.catchSignals()
  do {
    var command = try Command.parseAsRoot()
    try command.run()
    exit(0)
  } catch {
    end(Command.self, error)
  }
}

private func end<Command: ParsableCommand>(_ type: Command.Type, _ error: any Error) -> Never {
  if let status = error as? ExitCode { exit(status.rawValue) }
  if let interrupted = error as? Interrupted { exit(128 + interrupted.signal) }
  let signal = CancellationFlag.process.signal
  if signal != 0 { exit(128 + signal) }
  let name = Command.configuration.commandName ?? "cram"
  if let usage = error as? UsageError {
    Console.complain("\(name): \(usage); see --help")
    exit(2)
  }
  let message = Command.fullMessage(for: error)
  switch Command.exitCode(for: error) {
  case .success:
    Console.write(message + "\n", to: STDOUT_FILENO)
    exit(0)
  case .validationFailure:
    Console.complain(message)
    exit(2)
  default:
    Console.complain("\(name): \(error)")
    exit(1)
  }
}
