import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

/// Trust files are read when the program says so, and parsed when something needs them: nobody can tell, but by the time.
@Suite(.needs(.compiler))
struct PreloadedTrustFileTests {
  private static let ways = ["cert", "function", "peers", "peers2", "peers3", "chain", "issuer", "clock"]
  private static let systemBundle = "/etc/ssl/certs/ca-certificates.crt"

  private static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  private static func visit(_ port: UInt16, _ way: String, _ priority: String = "NORMAL") -> [String] {
    ["visit", "\(port)", "localhost", way, priority]
  }

  // MARK: The same answers

  @Test("Each chain is judged as by GnuTLS alone, status by status, in all ways of asking", arguments: ChainSample.all)
  func corpus(sample: ChainSample) throws {
    // The clock is GnuTLS's own here.
    guard sample.shift == 0 else { return }
    let server = try TLSServer.forClients(showing: sample.certificate)
    let runs = try TrustingRuns()
    let others = try Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.otherRoot)
    let file = try runs.write("trust.pem", others + sample.anchors)
    for way in Self.ways {
      var arguments = Self.visit(server.port, way, sample.priority ?? "NORMAL")
      arguments[2] = sample.name
      let (differences, _) = try runs.compare(arguments + ["ca=\(file)"])
      #expect(differences == [], "\(way)")
    }
  }

  @Test(
    "Each root of the system's bundle is trusted as by GnuTLS alone",
    .enabled(if: FileManager.default.fileExists(atPath: systemBundle), "there is no bundle of the system's"))
  func everyRoot() throws {
    let runs = try TrustingRuns()
    let file = try runs.write("trust.pem", Self.bytes(Self.systemBundle))
    let plain = try runs.plain(["roots", file])
    _ = try runs.preloaded(["roots", file])
    let waiting = try runs.preloaded(["roots", file])
    #expect(waiting.output == plain.output && plain.output.count > 50)
    #expect(waiting.parsed < plain.parsed / 10)
  }

  @Test(
    "Who has or changes the list finds all of it there, in the same order",
    arguments: [
      ["ca=LARGE"], ["ca=SMALL", "ca=LARGE"], ["ca=LARGE", "ca=SMALL"], ["ca=LARGE", "mem=SMALL"],
      ["ca=LARGE", "system"],
    ])
  func lists(sources: [String]) throws {
    let runs = try TrustingRuns()
    let several = try Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root) + Self.bytes(Fixture.rsa.otherRoot)
    let large = try runs.write("large.pem", several + several)
    let arguments = sources.map {
      $0.replacing("LARGE", with: large).replacing("SMALL", with: Fixture.ecdsa.otherRoot)
    }
    #expect(try runs.compare(["lists"] + arguments).differences == [])
  }

  // MARK: What is parsed

  @Test(
    "Of a file with other authorities only the one is parsed that the peer names", arguments: ways, TLSVersion.allCases)
  func namedOnly(way: String, version: TLSVersion) throws {
    let server = try TLSServer.forClients { $0.versions = version.script.versions }
    let runs = try TrustingRuns()
    let file = try runs.write(
      "trust.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root) + Self.bytes(Fixture.rsa.otherRoot))
    let arguments = Self.visit(server.port, way, version.priorities)
    for source in ["ca=\(file)", "list=\(file)"] {
      let (differences, parsed) = try runs.compare(arguments + [source])
      #expect(differences == [])
      // The first one but the last asks for the list itself.
      #expect(way == "chain" ? parsed >= 3 : parsed == 1, "\(source)")
    }
  }

  @Test("With another file, all authorities that the peer names are parsed, and no others")
  func severalFiles() throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let first = try runs.write("first.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root))
    let second = try runs.write("second.pem", Self.bytes(Fixture.ecdsa.root) + Self.bytes(Fixture.rsa.otherRoot))
    let arguments = Self.visit(server.port, "peers2") + ["ca=\(first)", "ca=\(second)"]
    #expect(try runs.compare(arguments).differences == [])
    let (differences, parsed) = try runs.compare(arguments)
    #expect(differences == [] && parsed == 2)
  }

  @Test("A revoked peer is refused: with revocation lists, all is parsed", arguments: ["peers2", "cert", "function"])
  func revoked(way: String) throws {
    let root = try CertificateAuthority()
    let (good, revoked) = (try root.issue(), try root.issue())
    let runs = try TrustingRuns()
    let file = try runs.write("trust.pem", root.certificate)
    let list = try runs.write("list.pem", try root.revocationList(revoking: [revoked]))
    for leaf in [good, revoked] {
      let server = try TLSServer.forClients(showing: leaf.serverCertificate)
      for sources in [["ca=\(file)", "crl=\(list)"], ["crl=\(list)", "ca=\(file)"]] {
        let (differences, parsed) = try runs.compare(Self.visit(server.port, way) + sources)
        #expect(differences == [] && parsed == 2)
      }
    }
  }

  @Test("Credentials of a server's session are parsed when they are given to it")
  func servers() throws {
    let runs = try TrustingRuns()
    let file = try runs.write("trust.pem", Self.bytes(Fixture.ecdsa.root) + Self.bytes(Fixture.rsa.root))
    let server = try TLSServer.forClients()
    for sources in [["ca=\(file)", "server"], ["server", "ca=\(file)"]] {
      let (differences, parsed) = try runs.compare(Self.visit(server.port, "none") + sources)
      #expect(differences == [] && parsed == 2)
    }
  }

  // MARK: Files

  @Test("What becomes of a file after it was read doesn't matter")
  func removedFile() throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let pem = try Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root)
    var parsed: [Int] = []
    for _ in 0..<2 {
      let file = try runs.write("trust.pem", pem)
      let result = try runs.preloaded(Self.visit(server.port, "peers2") + ["gone=\(file)"])
      #expect(result.output == ["2", "0", "0 0"])
      parsed.append(result.parsed)
    }
    // The same contents, in another file.
    #expect(parsed == [2, 1])
  }

  @Test("A file that is missing, a folder, empty or broken is answered at the same call, as by GnuTLS alone")
  func badFiles() throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let good = try runs.write("good.pem", Self.bytes(Fixture.ecdsa.root))
    let broken = try runs.write("broken.pem", Array(Self.bytes(Fixture.ecdsa.root).dropLast(200)))
    let half = try runs.write(
      "half.pem",
      Self.bytes(Fixture.ecdsa.root) + Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8))
    let files = [
      runs.folder.file("missing"), runs.folder.path, try runs.folder.write("empty.pem", ""), broken, half,
      try runs.write("none.pem", []),
    ]
    for file in files {
      for sources in [["ca=\(file)", "ca=\(good)"], ["ca=\(good)", "ca=\(file)"], ["ca=\(good)", "crl=\(file)"]] {
        #expect(try runs.compare(Self.visit(server.port, "peers2") + sources).differences == [], "\(sources)")
      }
    }
  }

  @Test("A root that is taken out of the file is trusted no more; one that is put in, is")
  func changedFile() throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    for trusted in [Fixture.ecdsa.root, Fixture.ecdsa.otherRoot, Fixture.ecdsa.root] {
      let file = try runs.write("trust.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(trusted))
      for way in ["cert", "peers2"] {
        let (differences, _) = try runs.compare(Self.visit(server.port, way) + ["ca=\(file)"])
        #expect(differences == [], "\(trusted), \(way)")
      }
    }
  }

  // MARK: Folders

  @Test("A list that asks for issuers before anything is in it")
  func asksForIssuers() throws {
    #expect(try TrustingRuns().compare(["issuers"]).differences == [])
  }

  @Test("A folder in which one file has an older label is parsed as by GnuTLS alone, which joins no files")
  func oldLabel() throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    try FileManager.default.createDirectory(atPath: runs.folder.file("folder"), withIntermediateDirectories: true)
    _ = try runs.write("folder/a.pem", Self.bytes(Fixture.rsa.root))
    let root = String(decoding: try Self.bytes(Fixture.ecdsa.root), as: UTF8.self)
    _ = try runs.write("folder/b.pem", Array(root.replacing(" CERTIFICATE-", with: " X509 CERTIFICATE-").utf8))
    let folder = "folder=\(runs.folder.file("folder"))"
    for arguments in [Self.visit(server.port, "peers2") + [folder], ["lists", "ca=\(Fixture.rsa.otherRoot)", folder]] {
      #expect(try runs.compare(arguments).differences == [])
    }
  }

  @Test("What is answered for a folder depends on what another source holds of it")
  func heldElsewhere() throws {
    let runs = try TrustingRuns()
    let two = try runs.write("two.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root))
    var bytes = Array(Home.largeBundle(of: Data(try Self.bytes(Fixture.rsa.root))))
    bytes += [UInt8](repeating: UInt8(ascii: "\n"), count: try Self.bytes(two).count - bytes.count)
    let one = try runs.folder.write("one.pem", bytes)
    for (name, source) in [("a", two), ("b", one), ("a", two), ("b", one)] {
      let folder = runs.folder.file(name)
      if !FileManager.default.fileExists(atPath: folder) {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link.pem", withDestinationPath: source)
      }
      #expect(try runs.compare(["lists", "ca=\(source)", "folder=\(folder)"]).differences == [])
    }
  }

  @Test("What a file of trust holds of a folder, or the folder twice, is counted as by GnuTLS alone, and parsed once")
  func heldOnce() throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let folder = runs.folder.file("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let (first, second) = (try Self.bytes(Fixture.rsa.root), try Self.bytes(Fixture.ecdsa.root))
    let third = try Self.bytes(Fixture.rsa.otherRoot)
    let file = try runs.write("trust.pem", first + second + third)
    let other = try Self.bytes(Fixture.ecdsa.otherRoot)
    for (name, bytes) in [("a.pem", first), ("b.pem", second + third), ("c.pem", other)] {
      try runs.folder.write("folder/\(name)", bytes)
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/link-\(name)", withDestinationPath: name)
    }
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/all.pem", withDestinationPath: file)
    let arguments = Self.visit(server.port, "peers2") + ["ca=\(file)", "folder=\(folder)"]
    let plain = try runs.plain(arguments)
    #expect(plain.parsed == 3 + 2 * (1 + 2 + 1) + 3)
    for parsed in [3 + 1, 1] {
      let result = try runs.preloaded(arguments)
      #expect(result.output == plain.output && result.parsed == parsed)
    }
    // Others than certificates, an end that is missing, another order, one of which the file has only the beginning.
    for bytes in [
      try Self.bytes(Fixture.rsa.root.replacing(".pem", with: ".key")) + first, first.dropLast() + [], third + second,
      first + second + third + first,
    ] {
      try runs.folder.write("folder/d.pem", bytes)
      #expect(try runs.compare(["lists", "ca=\(file)", "folder=\(folder)"]).differences == [])
      #expect(try runs.compare(["lists", "ca=\(folder)/d.pem", "folder=\(folder)"]).differences == [])
    }
  }

  @Test(
    "A folder is read at the call, in its order, and parsed as its files would be",
    arguments: ["cert", "peers2", "issuer"])
  func folders(way: String) throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let folder = runs.folder.file("folder")
    try FileManager.default.createDirectory(atPath: folder + "/inner", withIntermediateDirectories: true)
    let large = try runs.write("folder/a.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root))
    try runs.folder.write("folder/b.pem", try Self.bytes(Fixture.rsa.otherRoot))
    try runs.folder.write("folder/empty", "")
    for (name, target) in [("c.0", "b.pem"), ("d.0", "a.pem"), ("e.0", "missing"), ("f", "inner")] {
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
    }
    for sources in [["folder=\(folder)"], ["ca=\(large)", "folder=\(folder)"], ["folder=\(folder)", "ca=\(large)"]] {
      let (differences, parsed) = try runs.compare(Self.visit(server.port, way) + sources)
      #expect(differences == [] && (parsed == sources.count || parsed == 1), "\(sources): \(parsed)")
      guard sources[0].hasPrefix("ca") else { continue }
      #expect(try runs.compare(["lists"] + sources).differences == [])
    }
    // One that can't be parsed is passed over, each time anew.
    try runs.folder.write("folder/g.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    let (differences, parsed) = try runs.compare(Self.visit(server.port, way) + ["folder=\(folder)"])
    #expect(differences == [] && parsed >= 3)
  }

  @Test(
    "A connection goes through a folder as often as GnuTLS alone does, full or resumed: once",
    arguments: ["cert", "peers2", "function"])
  func folderOnce(way: String) throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let folder = runs.folder.file("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Files that have just been made could change unseen.
    for (name, target) in [("a.pem", Fixture.ecdsa.root), ("b.pem", Fixture.rsa.root), ("c.0", Fixture.ecdsa.root)] {
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
    }
    let arguments = Self.visit(server.port, way) + ["folder=\(folder)"]
    let plain = try runs.plain(arguments)
    #expect(plain.opened == 1)
    for _ in 0..<3 {
      let result = try runs.preloaded(arguments)
      #expect(result.output == plain.output && result.opened == 1)
    }
    #expect(server.waitForConnections(4).map(\.isResumed) == [false, false, true, true])
  }

  @Test("A folder whose files change while the program runs: what it has loaded is what it trusts")
  func changedFolder() throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let folder = runs.folder.file("folder")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let link = "\(folder)/a.pem"
    for (trusted, isTrusted) in [
      (Fixture.ecdsa.root, true), (Fixture.ecdsa.root, true), (Fixture.ecdsa.otherRoot, false),
      (Fixture.ecdsa.root, true),
    ] {
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: trusted)
      let result = try runs.preloaded(Self.visit(server.port, "peers2") + ["folder=\(folder)", "remove=\(link)"])
      #expect(result.output.last == (isTrusted ? "0 0" : "0 0x42"), "\(result)")
    }
    #expect(server.waitForConnections(4).map(\.isResumed) == [false, true, false, true])
  }

  // MARK: Processes and threads

  @Test(
    "64 threads whose first handshakes come at once, by the same credentials", arguments: ["cert", "peers2", "issuer"])
  func threads(way: String) throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let file = try runs.write("trust.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root))
    let arguments = Self.visit(server.port, "\(way):2:64") + ["ca=\(file)"]
    let plain = try runs.plain(arguments).output.sorted()
    for _ in 0..<3 { #expect(try runs.preloaded(arguments).output.sorted() == plain) }
  }

  @Test("A forked child verifies by what its parent has read", arguments: ["cert", "peers2", "issuer", "function"])
  func child(way: String) throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let file = try runs.write("trust.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root))
    #expect(try runs.compare(Self.visit(server.port, "\(way):1:child") + ["ca=\(file)"]).differences == [])
  }

  @Test("A signal's handler that jumps out of loading leaves nothing behind")
  func jump() throws {
    let runs = try TrustingRuns()
    let file = try runs.write("trust.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root))
    let arguments = ["lists", "ca=\(file)", "jump=\(Fixture.rsa.otherRoot)"]
    #expect(try runs.compare(arguments).differences == [])
    #expect(try runs.plain(arguments).output.contains("jumped"))
  }

  @Test("Nothing is left of credentials that are freed", arguments: ["cert", "peers2", "issuer"])
  func growth(way: String) throws {
    let server = try TLSServer.forClients()
    let runs = try TrustingRuns()
    let file = try runs.write("trust.pem", Self.bytes(Fixture.rsa.root) + Self.bytes(Fixture.ecdsa.root))
    let arguments = Self.visit(server.port, "\(way):1000:new") + ["ca=\(file)"]
    _ = try runs.preloaded(Self.visit(server.port, way) + ["ca=\(file)"])
    let grown = try #require(Int(try runs.preloaded(arguments).error.split(separator: "\n").last ?? ""))
    // In kilobytes: the files alone would be 20 MB.
    #expect(grown < 2_000)
  }
}
