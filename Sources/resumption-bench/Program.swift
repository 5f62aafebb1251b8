/// A finished program that uses GnuTLS and knows nothing of this package.
struct Program: Sendable {
  let name: String
  /// On standard input, which stays open.
  var input: String?
  /// Whether an option keeps it from TLS 1.3.
  var canDoWithoutTLS13 = true
  var pairs = 41
  /// The most that a second run may take of what it takes without, under TLS 1.3 and 1.2.
  var goals: (tls13: Double, tls12: Double) = (1, 1)
  /// Done in a new home before the first run there.
  var prepare: @Sendable (Home) throws -> Void = { _ in }
  /// Done before each run, outside of what is measured.
  var tidy: @Sendable (Home) throws -> Void = { _ in }
  /// Its command line; with the option that keeps it from TLS 1.3, or without.
  let words: @Sendable (_ home: Home, _ withoutTLS13: Bool) throws -> [String]

  /// Where it runs.
  struct Home {
    let workbench: Workbench
    let path: String
    let port: UInt16

    init(_ workbench: Workbench, port: UInt16) throws {
      self.workbench = workbench
      // Many are made and deleted: see newFolderInMemory.
      let parent = try workbench.once("homes") { try workbench.newFolderInMemory("homes", megabytes: 256) }
      path = try workbench.newFolder("home", in: parent)
      self.port = port
    }

    var url: String { "https://\(Fixture.name):\(port)" }
  }

  func command(in home: Home, withoutTLS13: Bool) throws -> Command {
    Command(
      words: try words(home, withoutTLS13), environment: home.workbench.environment(home: home.path), input: input)
  }
}
