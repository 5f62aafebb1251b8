// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

// Else every symbol of the engine, and of a runtime that is linked statically, could meet those of a C program.
let ownNames = LinkerSetting.unsafeFlags([
  "-Xlinker", "-soname=libgnutls-resumption.so",
  // Neither sessions that hold its hook nor Swift's runtime survive an unloading.
  "-Xlinker", "-z", "-Xlinker", "nodelete",
  "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/GnuTLSResumptionABI/exports.map",
])

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Tools"]))
let subprocess = Target.Dependency.product(
  name: "Subprocess", package: "swift-subprocess", condition: .when(traits: ["Tools"]))

var package = Package(
  name: "swift-gnutls-resumption",
  products: [
    // A consumer's own module of this name would collide with ours, so that it may use ours.
    .library(name: "CGnuTLS", targets: ["CGnuTLS"]),
    .library(name: "GnuTLSResumption", targets: ["GnuTLSResumption"]),
    .library(name: "SessionTickets", targets: ["SessionTickets"]),
    .library(name: "SessionTicketsTesting", targets: ["SessionTicketsTesting"]),
    .library(name: "CProcessArguments", targets: ["CProcessArguments"]),
    .executable(name: "gnutls-resume", targets: ["gnutls-resume"]),
    // What is installed of these two is built by .ci/embedded, from the same sources.
    .library(name: "gnutls-resumption", type: .dynamic, targets: ["GnuTLSResumptionABI", "GnuTLSPreload"]),
    .library(name: "gnutls-resume-preload", type: .dynamic, targets: ["gnutls-resume-preload"]),
  ],
  // Who depends on the libraries alone switches it off, and resolves nothing else.
  traits: [
    .trait(name: "Tools", description: "What the command line tool and the benchmark need of other packages."),
    .default(enabledTraits: ["Tools"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CGnuTLS", pkgConfig: "gnutls", providers: [.apt(["libgnutls28-dev"])]),
    .systemLibrary(name: "CScriptableTLSServer", pkgConfig: "gnutls"),
    .target(name: "CSessionTickets"),
    // Runs when the engine is loaded.
    .target(name: "CResumptionStart", dependencies: ["CGnuTLS", "CSessionTickets"]),
    // What a statically linked Swift runtime does better without when it starts.
    .target(name: "CProcessArguments", publicHeadersPath: "."),
    .target(name: "SessionTicketsLocking", dependencies: ["CSessionTickets"], swiftSettings: strict),
    .target(name: "SessionTickets", dependencies: ["CSessionTickets", "SessionTicketsLocking"], swiftSettings: strict),
    .target(
      name: "SessionTicketsTesting", dependencies: ["SessionTicketsLocking", "SessionTickets"], swiftSettings: strict),
    .target(
      name: "GnuTLSResumption",
      dependencies: ["CGnuTLS", "CResumptionStart", "CSessionTickets", "SessionTicketsLocking", "SessionTickets"],
      swiftSettings: strict),
    .target(name: "CGnuTLSResumption", dependencies: ["CGnuTLS"], exclude: ["gnutls-resumption.pc.in"]),
    .target(
      name: "GnuTLSResumptionABI",
      dependencies: ["CGnuTLS", "CGnuTLSResumption", "CSessionTickets", "GnuTLSResumption", "SessionTickets"],
      exclude: ["exports.map"], swiftSettings: strict, linkerSettings: [ownNames]),
    // What is preloaded into programs, and the engine's side of it.
    .systemLibrary(name: "CPreload", pkgConfig: "gnutls"),
    .target(
      name: "gnutls-resume-preload",
      // Other C libraries have no checked functions, and loops over names aren't to become calls.
      cSettings: [
        .unsafeFlags([
          "-fvisibility=hidden", "-fno-builtin", "-Wall", "-Wextra", "-Werror", "-U_FORTIFY_SOURCE",
        ])
      ],
      linkerSettings: [.unsafeFlags(["-nostartfiles"])]),
    .target(
      name: "GnuTLSPreload",
      dependencies: [
        "CGnuTLS", "CSessionTickets", "CPreload", "GnuTLSResumption", "SessionTicketsLocking", "SessionTickets",
      ],
      swiftSettings: strict),
    .target(
      name: "ScriptableTLSServer", dependencies: ["CGnuTLS", "CScriptableTLSServer", "SessionTicketsLocking"],
      swiftSettings: strict),
    .executableTarget(
      name: "scriptable-tls-server", dependencies: ["ScriptableTLSServer"], swiftSettings: strict),
    // What of the tool is C. The launcher in it is built by .ci/install as a program too.
    .target(name: "CGnuTLSResume", exclude: ["static"]),
    .executableTarget(
      name: "gnutls-resume",
      dependencies: [
        "CGnuTLSResume", "CProcessArguments", "GnuTLSResumption", "SessionTickets", "ScriptableTLSServer",
        argumentParser,
        subprocess,
      ],
      exclude: ["manual"], swiftSettings: strict),
    .target(name: "CSessionTicketsTrials", path: "Tests/CSessionTicketsTrials"),
    .executableTarget(
      name: "store-stress", dependencies: ["CSessionTicketsTrials", "SessionTickets"], swiftSettings: strict),
    .target(name: "CBenchmark"),
    // Without Swift's start files, which would pull in its runtime: see the end of main.c.
    .executableTarget(
      name: "raw-gnutls-client", dependencies: ["CGnuTLS"],
      linkerSettings: [.unsafeFlags(["-nostartfiles"])]),
    .executableTarget(
      name: "minimal-client", dependencies: ["CProcessArguments", "GnuTLSResumption", "SessionTickets"],
      swiftSettings: strict),
    .target(name: "BenchmarkReport", swiftSettings: strict),
    .executableTarget(
      name: "resumption-bench",
      dependencies: [
        "BenchmarkReport", "CBenchmark", "SessionTicketsLocking", "SessionTickets", "SessionTicketsTesting",
        argumentParser,
      ],
      swiftSettings: strict),
    .target(
      name: "TestPeers",
      dependencies: ["CGnuTLS", "CScriptableTLSServer", "SessionTicketsLocking", "ScriptableTLSServer"],
      path: "Tests/TestPeers", swiftSettings: strict),
    .testTarget(
      name: "TestPeersTests", dependencies: ["TestPeers", "ScriptableTLSServer", "scriptable-tls-server"],
      swiftSettings: strict),
    .testTarget(
      name: "SessionTicketsTests",
      dependencies: [
        "CSessionTicketsTrials", "SessionTicketsLocking", "SessionTickets", "SessionTicketsTesting", "store-stress",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "GnuTLSResumptionTests",
      dependencies: [
        "GnuTLSResumption", "SessionTicketsLocking", "SessionTickets", "CGnuTLS", "ScriptableTLSServer", "TestPeers",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "BenchmarkTests",
      dependencies: [
        "BenchmarkReport", "ScriptableTLSServer", "TestPeers", "minimal-client", "raw-gnutls-client",
        "resumption-bench",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CABITests",
      dependencies: ["ScriptableTLSServer", "SessionTickets", "TestPeers"],
      exclude: ["Programs"], swiftSettings: strict),
    .testTarget(
      name: "ForeignProgramTests", dependencies: ["ScriptableTLSServer", "TestPeers", "gnutls-resume"],
      swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "CGnuTLSResume", "TestPeers", "ScriptableTLSServer", "gnutls-resume",
        argumentParser,
      ],
      swiftSettings: strict),
  ]
)

// Fuzz targets need the compiler's fuzzer: only when asked for.
if Context.environment["GNUTLS_RESUMPTION_FUZZ"] != nil {
  package.targets.append(.target(name: "FuzzDriver", swiftSettings: strict))
  let subjects = [
    "FuzzRecordHeader": "SessionTickets", "FuzzRecordFileName": "SessionTickets",
    "FuzzTicketContents": "GnuTLSResumption", "FuzzNewSessionTicket": "GnuTLSResumption",
    "FuzzCertificates": "GnuTLSResumption", "FuzzServerName": "GnuTLSResumption",
  ]
  for (name, subject) in subjects {
    package.targets.append(
      .executableTarget(name: name, dependencies: ["FuzzDriver", .init(stringLiteral: subject)], swiftSettings: strict))
  }
}
