import ArgumentParser
import SessionTickets

/// For whom `enable` and `disable` do what they do.
struct Whom: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "For your shells; with --unit, for a unit of your own.",
      discussion:
        "It is a few lines in the start files of your login shell. bash: ~/.bashrc and the login shell's file; zsh: "
        + "~/.zshenv; fish: a file in conf.d; csh: ~/.cshrc or ~/.tcshrc; others: ~/.profile."))
  var user = false

  @Option(
    help: ArgumentHelp(
      "For a systemd service, by a drop-in.", discussion: "A template, as foo@.service, stands for all its instances.",
      valueName: "name"))
  var unit: String?

  @Flag(help: "For the login shells of all users of the machine, by /etc/profile.d/gnutls-resume.sh.")
  var machine = false

  @Option(help: "With --user: for this shell, and not for the one that you log in with.")
  var shell: Shell?

  @Flag(help: "Say what would be written, and write nothing.")
  var dryRun = false

  func validate() throws {
    guard user || machine || unit != nil, !(machine && (user || unit != nil)) else {
      throw ValidationError("For whom? --user, --unit <name> and --machine say so.")
    }
    if shell != nil, unit != nil || machine { throw ValidationError("--shell is for --user alone.") }
  }

  enum Place {
    case shells(StartFiles)
    case unit(ServiceUnit)
    case machine(EnabledFile)
  }

  func place() throws -> Place {
    if let unit { return .unit(ServiceUnit(name: try UnitName(unit), home: user ? try UserHome() : nil)) }
    if user { return .shells(StartFiles(home: try UserHome())) }
    return .machine(
      EnabledFile(path: "/etc/profile.d/gnutls-resume.sh", base: "/etc", isOwn: true, mode: 0o644))
  }

  /// How this command is undone.
  var undoing: String {
    var words = ["gnutls-resume", "disable"]
    if user { words.append("--user") }
    if let name = unit.flatMap({ try? UnitName($0) })?.text {
      words += ["--unit", name.contains("\\") ? "'\(name)'" : name]
    }
    if machine { words.append("--machine") }
    return words.joined(separator: " ")
  }
}
