import ArgumentParser
import Glibc
import GnuTLSResumption

/// For root: places for users who have no home.
struct User: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user",
    abstract: "Give a user without a home, as _apt, a place for tickets, or take it away (as root).",
    discussion: """
      The place is /var/lib/gnutls-resume/UID. Services that systemd gives a state directory need none, and those of \
      DynamicUser= can't have one, as their numbers are used again.
      """,
    subcommands: [Add.self, Remove.self])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Make a user's folder.")

    @Argument(help: ArgumentHelp("A user who exists, by name or number.", valueName: "user"), transform: text)
    var user: String

    func run() throws {
      try reportingFailure {
        guard let account = Account(user) else { throw UserFailure("there is no user '\(user)'") }
        guard FixedUserFolder.mayBelong(to: account.user) else {
          throw UserFailure("the number \(account.user) isn't one user's for good; give the service a StateDirectory=")
        }
        let isNew = try FixedUserFolders(create: true).add(account)
        try StandardStreams.out("\(isNew ? "made" : "is there"): \(FixedUserFolder.path(of: account.user))")
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove", abstract: "Remove a user's folder, with the tickets and the key in it.")

    @Argument(
      help: ArgumentHelp("A name, or a number, also of a user who is gone.", valueName: "user"), transform: text)
    var user: String

    func run() throws {
      try reportingFailure {
        guard let number = Account(user)?.user ?? uid_t(user) else {
          throw UserFailure("there is no user '\(user)'; one who is gone has a number in /var/lib/gnutls-resume")
        }
        let wasThere = try FixedUserFolders(create: false).remove(number)
        try StandardStreams.out("\(wasThere ? "removed" : "isn't there"): \(FixedUserFolder.path(of: number))")
      }
    }
  }
}

/// A user, as the system knows them.
struct Account {
  let user: uid_t
  let group: gid_t

  /// By name or number.
  init?(_ word: String) {
    guard let entry = unsafe getpwnam(word) ?? uid_t(word).flatMap({ unsafe getpwuid($0) }) else { return nil }
    user = unsafe entry.pointee.pw_uid
    group = unsafe entry.pointee.pw_gid
  }
}

/// What went wrong with a user's folder, and what to do.
struct UserFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String, errno: Int32 = 0) {
    self.description = errno == 0 ? description : "\(description): \(unsafe String(cString: strerror(errno)))"
  }
}
