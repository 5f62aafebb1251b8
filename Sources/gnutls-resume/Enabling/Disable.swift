import ArgumentParser
import SessionTickets

struct Disable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable",
    abstract: "Take away what enable has written.",
    discussion: """
      Exactly that: what somebody has edited since is left as it is, and told. Shells and services that run already go \
      on as they are. The tickets stay: gnutls-resume purge.
      """)

  @OptionGroup var whom: Whom

  func run() throws {
    try reportingFailure {
      let nothing = "it isn't enabled"
      switch try whom.place() {
      case .shells(let files):
        try disable(
          whom.shell.map(files.files) ?? files.all, nothing,
          "To take effect in a shell: end it, or eval \"$(gnutls-resume env --off)\"")
      case .machine(let file): try disable([file], nothing, "To take effect: log in anew.")
      case .unit(let unit): try disable([unit.dropIn], nothing, unit.advice)
      }
    }
  }

  /// One that can't be changed doesn't keep the others.
  private func disable(_ files: [EnabledFile], _ nothing: String, _ advice: String) throws {
    var changes: [EnabledFile.Change] = []
    var failures: [any Error] = []
    for file in files {
      do {
        if let change = try file.disabling() { changes.append(change) }
      } catch {
        failures.append(error)
      }
    }
    if !changes.isEmpty || failures.isEmpty {
      try whom.carryOut(changes, verb: "restore", nothing: nothing, advice: advice)
    }
    for failure in failures { reportError("\(failure)") }
    if !failures.isEmpty { throw ExitCode.failure }
  }
}
