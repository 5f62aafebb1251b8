import ArgumentParser
import CGnuTLSResume
import Glibc
import RedisSessionTickets
import SessionTickets
import StoreLocation

struct Enable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable",
    abstract: "Have all programs of your shells, of a service, or of the machine's shells resume.",
    discussion: """
      What is written is printed. Nothing that somebody else has written is lost, and disable takes away exactly what \
      was written.
      """)

  @OptionGroup var whom: Whom

  @OptionGroup var options: PreloadOptions

  func validate() throws {
    let store = options.store
    if whom.machine, store.store != nil || store.keyFile != nil || store.sharedKeyFile != nil || options.log != nil {
      throw ValidationError("Users can't share a store, a key or a log: --machine takes none of them.")
    }
    var choice = store.choice
    choice.isInherited = true
    if store.store != nil || store.share != nil || store.sharedKeyFile != nil { _ = try choice.sharing(beside: nil) }
  }

  func run() throws {
    try reportingFailure {
      let installation = try Installation()
      // Libraries that aren't there are told now, and not whenever something starts.
      guard let library = installation.library() else { throw ExitCode.failure }
      let lines = ShellLines(launcher: installation.launcher, options: try words())
      switch try whom.place() {
      case .shells(let files):
        guard let shell = whom.shell ?? Shell(rawValue: files.home.shell) else {
          throw FileFailure("how '\(files.home.shell)' starts isn't known: --shell names a shell that you use")
        }
        let body = try lines.body(for: shell, undoing: whom.undoing)
        try carryOut(files.files(of: shell).map { try $0.enabling(body) }, advice: "To take effect: start a new shell.")
      case .machine(let file):
        let body = try lines.body(for: .posix, undoing: whom.undoing)
        try carryOut([try file.enabling(body)], advice: "To take effect: log in anew.")
        noteForeignWriter(of: [installation.launcher, library])
      case .unit(let unit):
        if let rival = unit.rival {
          throw FileFailure("\(rival) sets LD_PRELOAD already: put \(library) there, behind what it names")
        }
        let body = try ServiceUnit.body([("LD_PRELOAD", library)] + variables(), undoing: whom.undoing)
        try carryOut([try unit.dropIn.enabling(body)], advice: unit.advice)
        if unit.home == nil { noteForeignWriter(of: [library]) }
        if !unit.exists { StandardStreams.error("note: there is no \(unit.name.text) yet".printable) }
      }
    }
  }

  private func noteForeignWriter(of files: [RawPath]) {
    guard let writer = files.lazy.compactMap({ ForeignWriter(on: $0) }).first else { return }
    StandardStreams.error(
      "note: others than root may write \(writer.path), and so have every user's programs load what they like: install it elsewhere"
        .printable)
  }

  private func carryOut(_ changes: [EnabledFile.Change?], advice: String) throws {
    try whom.carryOut(changes.compactMap { $0 }, verb: "write", nothing: "it is enabled already", advice: advice)
  }

  /// The options, as `env` takes them.
  private func words() throws -> [[UInt8]] {
    try given().flatMap { option, value in
      let name = Array(option.utf8)
      return value.map { [name + [UInt8(ascii: "=")] + $0.bytes] } ?? [name]
    }
  }

  /// What hands them on to programs.
  private func variables() throws -> [(String, RawPath)] {
    var result: [(String, RawPath)] = []
    let given = try given()
    var place: Int32 = 0
    while let option = unsafe gnutls_resume_option_at(place)?.pointee {
      place += 1
      let name = unsafe String(cString: option.name)
      guard let value = given.first(where: { $0.0 == name }), let variable = unsafe option.variable else { continue }
      unsafe result.append((String(cString: variable), value.1 ?? "1"))
    }
    return result
  }

  private func given() throws -> [(String, RawPath?)] {
    var result: [(String, RawPath?)] = []
    if let path = options.store.store?.path {
      let isURL = RedisURL.isMeant(by: path.bytes)
      result.append(("--store", isURL ? path : try path.absolute()))
    }
    if let path = options.store.keyFile { result.append(("--key-file", try path.path.absolute())) }
    if let names = options.store.share { result.append(("--share", RawPath(names))) }
    if let path = options.store.sharedKeyFile { result.append(("--shared-key-file", try path.path.absolute())) }
    if options.verbose { result.append(("--verbose", nil)) }
    if let path = options.log { result.append(("--log", try path.path.absolute())) }
    if options.logJson { result.append(("--log-json", nil)) }
    if options.respectNoTickets { result.append(("--respect-no-tickets", nil)) }
    return result
  }
}

extension RawPath {
  /// Whoever reads it later is in another folder.
  fileprivate func absolute() throws -> RawPath {
    if bytes.first == UInt8(ascii: "/") { return self }
    guard let folder = unsafe getcwd(nil, 0) else { throw FileFailure("can't tell where this is:", self, errno) }
    defer { unsafe free(folder) }
    return unsafe RawPath(bytes: RawPath(cString: folder).bytes + [UInt8(ascii: "/")] + bytes)
  }
}

extension Whom {
  /// Says what is to be changed, and changes it unless it is a dry run.
  func carryOut(_ changes: [EnabledFile.Change], verb: String, nothing: String, advice: String) throws {
    guard !changes.isEmpty else { return try StandardStreams.out(nothing) }
    for change in changes {
      try StandardStreams.out("\(dryRun ? "would \(verb)" : verb) \(change.text)")
      if !dryRun { try change() }
    }
    if !dryRun { try StandardStreams.out(advice) }
  }
}
