import Foundation
import ScriptableTLSServer
import TestPeers
import Testing

@Suite("The benchmark and its clients")
struct RunTests {
  @Test("A case runs, and prints and draws its rows")
  func runs() throws {
    let folder = try TemporaryFolder()
    let result = try ProcessRunner.run(
      [
        try BuiltProducts.executable("resumption-bench"), "--case", "7", "--pairs", "3", "--json", "--svg",
        folder.file("chart.svg"),
      ],
      environment: ["TMPDIR": folder.path], timeLimit: .seconds(100))
    #expect(result.status == 0, "\(result.standardError)")
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8)) as? [[String: Any]])
    #expect(rows.count == 5)
    for row in rows {
      #expect(row["case"] as? String == "7")
      #expect(row["goal"] is Double)
      let ratio = try #require(row["ratio"] as? Double, "\(row)")
      let (low, high) = (try #require(row["low"] as? Double), try #require(row["high"] as? Double))
      #expect(0 < low && low <= ratio && ratio <= high)
    }
    #expect(folder.read("chart.svg").hasPrefix("<svg "))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["chart.svg"], "nothing is left")
  }

  @Test("The store on Redis is measured", .needs(.redis))
  func redis() throws {
    let result = try ProcessRunner.run(
      [try BuiltProducts.executable("resumption-bench"), "--redis", "--pairs", "3", "--json"], timeLimit: .seconds(100))
    #expect(result.status == 0, "\(result.standardError)")
    let rows = try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8)) as? [[String: Any]]
    #expect(rows?.count == 4)
    #expect(rows?.allSatisfy { $0["ratio"] is Double } == true, "\(result.standardOutput)")
  }

  @Test(
    "The first byte of an answer is measured, of connections that are made as they are to be",
    .needs(.nginx, .superuser, .networkNamespaces),
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/net/tun"), "missing: /dev/net/tun"))
  func firstBytes() throws {
    let result = try ProcessRunner.run(
      [try BuiltProducts.executable("resumption-bench"), "--early", "--pairs", "1", "--json"], timeLimit: .seconds(100))
    #expect(result.status == 0, "\(result.standardError)")
    let rows = try JSONSerialization.jsonObject(with: Data(result.standardOutput.utf8)) as? [[String: Any]]
    #expect(rows?.count == 3)
    #expect(rows?.allSatisfy { $0["ratio"] is Double } == true, "\(result.standardOutput)")
  }

  @Test("What machines save that share a store is counted, and drawn", .needs(.redis))
  func fleet() throws {
    let folder = try TemporaryFolder()
    let result = try ProcessRunner.run(
      [try BuiltProducts.executable("resumption-bench"), "fleet", folder.file("fleet.svg"), "--processes", "8"],
      environment: ["TMPDIR": folder.path], timeLimit: .seconds(100))
    #expect(result.status == 0, "\(result.standardError)")
    let counts = "a store that all share: 1 of 8\na folder on each machine: 4 of 8\nplain GnuTLS: 8 of 8\n"
    #expect(result.standardOutput == counts)
    #expect(folder.read("fleet.svg").hasPrefix("<svg "))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["fleet.svg"], "nothing is left")
  }

  @Test("A case that there isn't is refused, and the others are named")
  func refusesUnknownCases() throws {
    let result = try ProcessRunner.run([try BuiltProducts.executable("resumption-bench"), "--case", "99"])
    #expect(result.status == 64)
    #expect(result.standardError.contains("1, 2, 3, 3b, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16"))
  }

  @Test("What can't run is skipped, and says why")
  func skipsByName() throws {
    let result = try ProcessRunner.run([try BuiltProducts.executable("resumption-bench"), "--case", "6"])
    #expect(result.status == 0)
    #expect(result.standardOutput.contains("skipped  needs --peers"))
  }

  @Test(
    "Both clients resume all connections but the first, and say so", arguments: [ServerScript.Versions.tls12, .tls13])
  func clientsResume(versions: ServerScript.Versions) throws {
    let folder = try TemporaryFolder()
    var script = ServerScript()
    script.versions = versions
    script.behaviour = .http(body: Array("hello".utf8))
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate, script: script)
    defer { server.stop() }
    let common = [
      "--port", "\(server.port)", "--server-name", "localhost", "--trust", Fixture.ecdsa.root, "--count", "3",
      "--report",
    ]
    let own = [
      "minimal-client": ["--store", folder.file("store"), "--key-file", folder.file("key")],
      "raw-gnutls-client": ["--verify", "--resume"],
    ]
    for (client, arguments) in own {
      let result = try ProcessRunner.run([try BuiltProducts.executable(client)] + common + arguments)
      #expect(result.standardOutput.hasPrefix("connections 3 resumed 2 processor "), "\(client): \(result.output)")
    }
    #expect(server.waitForConnections(6).map(\.isResumed) == [false, true, true, false, true, true])
  }

  @Test("The raw client verifies: a certificate of another authority ends it")
  func rawClientVerifies() throws {
    let server = try TLSServer(certificate: Fixture.ecdsa.serverCertificate)
    defer { server.stop() }
    let result = try ProcessRunner.run([
      try BuiltProducts.executable("raw-gnutls-client"), "--port", "\(server.port)", "--server-name", "localhost",
      "--verify",
      "--trust", Fixture.ecdsa.otherRoot,
    ])
    #expect(result.status == 1)
    #expect(result.standardError.contains("gnutls_handshake"))
  }

  @Test("The raw client loads nothing that a C program doesn't need")
  func rawClientIsBare() throws {
    let contents = try Data(contentsOf: URL(fileURLWithPath: BuiltProducts.executable("raw-gnutls-client")))
    #expect(contents.range(of: Data("libgnutls.so".utf8)) != nil)
    for library in ["libstdc++.so", "libswiftCore.so"] { #expect(contents.range(of: Data(library.utf8)) == nil) }
  }
}
