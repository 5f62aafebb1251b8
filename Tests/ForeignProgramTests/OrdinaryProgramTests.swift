import TestPeers
import Testing

/// Programs that don't use TLS say the same each time, also when all their symbols are looked up at once. Whatever is
/// loaded into them may be compared with that.
struct OrdinaryProgramTests {
  @Test("Its output and exit status are the same each time", arguments: OrdinaryProgram.all.filter(\.isInstalled))
  func repeated(program: OrdinaryProgram) throws {
    try Self.expectSame(program, Launch(environment: ["LD_BIND_NOW": "1"]))
  }

  @Test("At least 30 of them are installed") func installed() {
    #expect(OrdinaryProgram.all.count(where: \.isInstalled) >= 30)
  }

  /// Runs the program as it is and as launched, and expects no difference.
  static func expectSame(_ program: OrdinaryProgram, _ launch: Launch) throws {
    let plain = try program.run()
    let launched = try program.run(launch)
    #expect(!plain.timedOut && plain.status != nil && plain.status != 127, "\(plain.output)")
    #expect(launched.standardOutput == plain.standardOutput)
    #expect(launched.standardError == plain.standardError)
    #expect(launched.status == plain.status)
  }
}
