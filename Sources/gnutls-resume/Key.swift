import ArgumentParser
import Glibc
import GnuTLSResumption
import SessionTickets

/// Looking after the master keys, of one machine or of many.
struct Key: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key",
    abstract: "Show, rotate, export or import the master keys, under which tickets are sealed.",
    discussion: """
      The newest key seals. Older ones open what they have sealed until that has ended, eight days after they were \
      rotated, and go with the next rotation.
      """,
    subcommands: [Show.self, Rotate.self, Export.self, Import.self])

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "List the keys by id and date. No key is shown.")

    @OptionGroup var keyFile: KeyFileOption

    @Flag(help: "As one line of JSON: an array of objects.")
    var json = false

    func run() throws {
      try reportingFailure(advising: "") { try Self.show(MasterKeyFile(keyFile.path).keys(), json: json) }
    }

    static func show(_ keys: [MasterKeyFile.Description], json: Bool = false) throws {
      let entries = keys.enumerated().map { Entry($1, isNewest: $0 == 0) }
      if json { return try StandardStreams.out(entries.json()) }
      guard !entries.isEmpty else { return StandardStreams.error("there is no key") }
      let rows = entries.map { [$0.id, $0.use, $0.made ?? "unknown", $0.neededUntil ?? ""] }
      try StandardStreams.out(table([["KEY", "USE", "MADE", "NEEDED UNTIL"]] + rows))
    }
  }

  struct Rotate: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rotate", abstract: "Draw a new key, and list those that there are then.",
      discussion: "Programs that run already take it within a minute. Keys that came by import are rotated where they "
        + "come from.")

    @OptionGroup var keyFile: KeyFileOption

    @Flag(help: "Remove all older keys at once: their tickets are lost. For keys that somebody else may have seen.")
    var discardOlder = false

    func run() throws {
      try reportingFailure(advising: "") {
        try Show.show(MasterKeyFile(keyFile.path).rotate(discardingOlder: discardOlder))
      }
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Write the keys to standard output, as a file for other machines.",
      discussion: """
        Whoever has the file can make sessions for all who use these keys. Keep it as you keep private keys. It can be \
        imported, or used as a key file or as a service's credential as it is.
        """)

    @OptionGroup var keyFile: KeyFileOption

    @Flag(help: "Also to a terminal, where it may be seen.")
    var toTerminal = false

    func run() throws {
      try reportingFailure(advising: "") {
        guard toTerminal || isatty(STDOUT_FILENO) == 0 else {
          throw FileFailure("the keys would be shown on the terminal; write them to a file, or use --to-terminal")
        }
        var text = try MasterKeyFile(keyFile.path).exported()
        defer { text.wipe() }
        guard StandardStreams.write(text, to: STDOUT_FILENO) else { throw WriteFailure(number: errno) }
      }
    }
  }

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import", abstract: "Take the keys of an exported file in place of those that are there.",
      discussion: "Keys that would go while they are still needed, as those of the tickets that this machine has, are "
        + "reason to refuse.")

    @Argument(help: ArgumentHelp("An exported file; - is standard input.", valueName: "file"))
    var file: PathArgument

    @OptionGroup var keyFile: KeyFileOption

    @Flag(help: "Take them anyway: tickets under keys that go are lost.")
    var replace = false

    func run() throws {
      try reportingFailure(advising: "") {
        var text = try Self.contents(of: file.path)
        defer { text.wipe() }
        try Show.show(MasterKeyFile(keyFile.path).import(text, replacing: replace))
      }
    }

    /// Of more than a key file may hold only the beginning, which is damaged then.
    private static func contents(of path: RawPath) throws -> [UInt8] {
      let isStandardInput = path.bytes == [UInt8(ascii: "-")]
      let number = isStandardInput ? STDIN_FILENO : unsafe path.withCString { unsafe open($0, O_RDONLY | O_CLOEXEC) }
      guard number >= 0 else { throw FileFailure("\(path) can't be opened", errno: errno) }
      defer { if !isStandardInput { close(number) } }
      var result: [UInt8] = []
      result.reserveCapacity(mostBytes)
      while result.count < mostBytes {
        var part = [UInt8](repeating: 0, count: mostBytes - result.count)
        defer { part.wipe() }
        let count = unsafe part.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
        guard count >= 0 || errno == EINTR else { throw FileFailure("\(path) can't be read", errno: errno) }
        if count == 0 { break }
        result += part.prefix(max(count, 0))
      }
      return result
    }

    private static let mostBytes = 8_192
  }

  fileprivate struct Entry: Encodable {
    let id: String
    /// `seals` or `opens`.
    let use: String
    /// ISO 8601, UTC; nil if nobody knows.
    @OrNull var made: String?
    /// Nil of the newest.
    @OrNull var neededUntil: String?

    init(_ key: MasterKeyFile.Description, isNewest: Bool) {
      id = key.id
      use = isNewest ? "seals" : "opens"
      made = key.made?.iso8601
      neededUntil = key.neededUntil?.iso8601
    }
  }
}
