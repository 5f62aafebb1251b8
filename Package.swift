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

/// A product of SwiftNIO's.
func nio(_ name: String) -> Target.Dependency {
  .product(name: name, package: "swift-nio", condition: .when(traits: ["NIO"]))
}

/// What telemetry is made with.
let telemetry: [Target.Dependency] = [
  .product(name: "CoreMetrics", package: "swift-metrics", condition: .when(traits: ["Telemetry"])),
  .product(name: "Tracing", package: "swift-distributed-tracing", condition: .when(traits: ["Telemetry"])),
]

var package = Package(
  name: "swift-gnutls-resumption",
  products: [
    // A consumer's own module of this name would collide with ours, so that it may use ours.
    .library(name: "CGnuTLS", targets: ["CGnuTLS"]),
    .library(name: "GnuTLSResumption", targets: ["GnuTLSResumption"]),
    .library(name: "SessionTickets", targets: ["SessionTickets"]),
    .library(name: "RedisSessionTickets", targets: ["RedisSessionTickets"]),
    .library(name: "StoreLocation", targets: ["StoreLocation"]),
    .library(name: "SessionTicketsTesting", targets: ["SessionTicketsTesting"]),
    .library(name: "NIOGnuTLS", targets: ["NIOGnuTLS"]),
    .library(name: "GnuTLSResumptionTelemetry", targets: ["GnuTLSResumptionTelemetry"]),
    .library(name: "CProcessArguments", targets: ["CProcessArguments"]),
    .executable(name: "gnutls-resume", targets: ["gnutls-resume"]),
    // What is installed of these two is built by .ci/embedded, from the same sources.
    .library(name: "gnutls-resumption", type: .dynamic, targets: ["GnuTLSResumptionABI", "GnuTLSPreload"]),
    .library(name: "gnutls-resume-preload", type: .dynamic, targets: ["gnutls-resume-preload"]),
  ],
  // Who depends on the libraries alone switches it off, and resolves nothing else.
  traits: [
    .trait(name: "Tools", description: "What the command line tool and the benchmark need of other packages."),
    .trait(name: "NIO", description: "NIOGnuTLS, a handler for SwiftNIO's channels."),
    .trait(
      name: "Telemetry", description: "GnuTLSResumptionTelemetry, for swift-metrics and swift-distributed-tracing."),
    .default(enabledTraits: ["Tools"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
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
      name: "RedisSessionTickets", dependencies: ["CSessionTickets", "SessionTicketsLocking", "SessionTickets"],
      swiftSettings: strict),
    // Where tickets are kept, as people name it: above the engine and all stores.
    .target(
      name: "StoreLocation",
      dependencies: ["GnuTLSResumption", "RedisSessionTickets", "SessionTicketsLocking", "SessionTickets"],
      swiftSettings: strict),
    // What a server does about resumption, for the tool.
    .target(name: "ServerProbe", dependencies: ["GnuTLSResumption"], swiftSettings: strict),
    .target(
      name: "SessionTicketsTesting", dependencies: ["SessionTicketsLocking", "SessionTickets"], swiftSettings: strict),
    .target(
      name: "GnuTLSResumption",
      dependencies: ["CGnuTLS", "CResumptionStart", "CSessionTickets", "SessionTicketsLocking", "SessionTickets"],
      swiftSettings: strict),
    .target(
      name: "NIOGnuTLS",
      dependencies: [
        "CGnuTLS", "GnuTLSResumption", nio("NIOConcurrencyHelpers"), nio("NIOCore"), nio("NIOPosix"), nio("NIOTLS"),
      ],
      swiftSettings: strict),
    .target(
      name: "GnuTLSResumptionTelemetry", dependencies: ["GnuTLSResumption", "SessionTickets"] + telemetry,
      swiftSettings: strict),
    .target(name: "CGnuTLSResumption", dependencies: ["CGnuTLS"], exclude: ["gnutls-resumption.pc.in"]),
    .target(
      name: "GnuTLSResumptionABI",
      dependencies: [
        "CGnuTLS", "CGnuTLSResumption", "CSessionTickets", "GnuTLSResumption", "SessionTickets",
        "SessionTicketsLocking", "StoreLocation",
      ],
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
        "StoreLocation",
      ],
      swiftSettings: strict),
    .target(
      name: "ScriptableTLSServer", dependencies: ["CGnuTLS", "CScriptableTLSServer", "SessionTicketsLocking"],
      swiftSettings: strict),
    .executableTarget(
      name: "scriptable-tls-server", dependencies: ["GnuTLSResumption", "ScriptableTLSServer", "SessionTickets"],
      swiftSettings: strict),
    // What of the tool is C. The launcher in it is built by .ci/install as a program too.
    .target(name: "CGnuTLSResume", exclude: ["static"]),
    .executableTarget(
      name: "gnutls-resume",
      dependencies: [
        "CGnuTLSResume", "CProcessArguments", "GnuTLSResumption", "RedisSessionTickets", "ServerProbe",
        "SessionTickets", "ScriptableTLSServer", "StoreLocation",
        argumentParser,
      ],
      exclude: ["manual"], swiftSettings: strict),
    .target(name: "CSessionTicketsTrials", path: "Tests/CSessionTicketsTrials"),
    .executableTarget(
      name: "store-stress", dependencies: ["CSessionTicketsTrials", "RedisSessionTickets", "SessionTickets"],
      swiftSettings: strict),
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
        "BenchmarkReport", "CBenchmark", "RedisSessionTickets", "SessionTicketsLocking", "SessionTickets",
        "SessionTicketsTesting", argumentParser,
      ],
      swiftSettings: strict),
    .target(
      name: "TestPeers",
      dependencies: [
        "CGnuTLS", "CScriptableTLSServer", "CSessionTicketsTrials", "SessionTicketsLocking", "ScriptableTLSServer",
      ],
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
      name: "RedisSessionTicketsTests",
      dependencies: [
        "CSessionTicketsTrials", "RedisSessionTickets", "SessionTicketsLocking", "SessionTickets",
        "SessionTicketsTesting", "TestPeers", "store-stress",
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
      name: "StoreLocationTests",
      dependencies: [
        "GnuTLSResumption", "RedisSessionTickets", "ScriptableTLSServer", "SessionTickets", "SessionTicketsLocking",
        "SessionTicketsTesting", "StoreLocation", "TestPeers", "gnutls-resume",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ServerProbeTests",
      dependencies: ["GnuTLSResumption", "ScriptableTLSServer", "ServerProbe", "TestPeers"], swiftSettings: strict),
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
    "FuzzRedisAnswer": "RedisSessionTickets", "FuzzRedisURL": "RedisSessionTickets",
    "FuzzReceivedClientHello": "GnuTLSResumption", "FuzzStoredSession": "GnuTLSResumption",
  ]
  for (name, subject) in subjects {
    package.targets.append(
      .executableTarget(name: name, dependencies: ["FuzzDriver", .init(stringLiteral: subject)], swiftSettings: strict))
  }
}

/// The engine and what it is tried with: in every build that is asked for alone.
let engine = [
  "CGnuTLS", "CScriptableTLSServer", "CSessionTickets", "CResumptionStart", "CSessionTicketsTrials",
  "SessionTicketsLocking", "SessionTickets", "SessionTicketsTesting", "GnuTLSResumption", "ScriptableTLSServer",
  "TestPeers",
]

// Instrumented builds are of what runs within the tests' own process: only when asked for, and then nothing else.
if Context.environment["GNUTLS_RESUMPTION_IN_PROCESS"] != nil {
  package.products = []
  package.dependencies = []
  package.traits = []
  let needed =
    engine + [
      "RedisSessionTickets", "scriptable-tls-server", "store-stress", "TestPeersTests", "SessionTicketsTests",
      "RedisSessionTicketsTests", "GnuTLSResumptionTests",
    ]
  package.targets = package.targets.filter { needed.contains($0.name) }
}

// What is behind traits needs more packages to be tried with, and long to build: only when asked for, and then nothing else.
if Context.environment["GNUTLS_RESUMPTION_NIO"] != nil {
  package.traits = [
    .trait(name: "NIO"), .trait(name: "Telemetry"), .trait(name: "Tools"),
    .default(enabledTraits: ["NIO", "Telemetry"]),
  ]
  package.products = [
    .library(name: "NIOGnuTLS", targets: ["NIOGnuTLS"]),
    .library(name: "GnuTLSResumptionTelemetry", targets: ["GnuTLSResumptionTelemetry"]),
  ]
  package.dependencies = [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
  ]
  let ssl = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
  let embedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
  let needed = engine + ["GnuTLSResumptionTelemetry", "NIOGnuTLS"]
  package.targets = package.targets.filter { needed.contains($0.name) }
  let http2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
  let client: [Target.Dependency] = [
    "GnuTLSResumption", "NIOGnuTLS", nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
  ]
  package.targets += [
    .executableTarget(name: "nio-http1-client", dependencies: client, swiftSettings: strict),
    .executableTarget(name: "nio-http2-client", dependencies: client + [http2], swiftSettings: strict),
    .executableTarget(
      name: "nio-bench",
      dependencies: client + [ssl, nio("NIOConcurrencyHelpers"), "SessionTickets", "SessionTicketsTesting"],
      swiftSettings: strict),
    .testTarget(
      name: "NIOGnuTLSTests",
      dependencies: [
        "GnuTLSResumption", "NIOGnuTLS", "ScriptableTLSServer", "SessionTickets", "SessionTicketsTesting", "TestPeers",
        "nio-http1-client", "nio-http2-client",
        nio("NIOConcurrencyHelpers"), nio("NIOCore"), nio("NIOPosix"), nio("NIOTLS"), embedded, ssl,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "GnuTLSResumptionTelemetryTests",
      dependencies: [
        "GnuTLSResumption", "GnuTLSResumptionTelemetry", "ScriptableTLSServer", "SessionTickets", "TestPeers",
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: strict),
  ]
}
