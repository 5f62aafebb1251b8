import TestPeers
import Testing

/// Programs that don't use TLS don't notice the preloaded library.
struct PreloadedOrdinaryProgramTests {
  /// How the library comes in.
  enum Way: CaseIterable, Sendable {
    case loader, loaderAtOnce, tool

    func launch(_ preload: Preload) -> Launch {
      switch self {
      case .loader: Launch(environment: ["LD_PRELOAD": Preload.shim])
      case .loaderAtOnce: Launch(environment: ["LD_PRELOAD": Preload.shim, "LD_BIND_NOW": "1"])
      case .tool: preload.launch
      }
    }
  }

  @Test(
    "Its output and exit status are the same with the library", arguments: OrdinaryProgram.all.filter(\.isInstalled))
  func preloaded(program: OrdinaryProgram) throws {
    let plain = try program.run()
    let preload = try Preload()
    for way in Way.allCases {
      let preloaded = try program.run(way.launch(preload))
      #expect(preloaded.standardOutput == plain.standardOutput)
      #expect(preloaded.standardError == plain.standardError)
      #expect(preloaded.status == plain.status)
    }
    #expect(preload.events == [] && preload.records == [])
  }

  @Test("It loads neither the engine nor GnuTLS", .needs(.compiler))
  func loadsNothing() throws {
    let result = try ProcessRunner.run(
      Launch(environment: ["LD_PRELOAD": Preload.shim]).command(["cat", "/proc/self/maps"], home: "/nonexistent"))
    #expect(result.standardOutput.contains("libgnutls-resume-preload.so"))
    for name in ["libgnutls.so", "libgnutls-resumption.so", "libswift", "libstdc++"] {
      #expect(!result.standardOutput.contains(name))
    }
  }
}
