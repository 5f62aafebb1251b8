import Foundation
import TestPeers
import Testing

/// Where `run` and `env` look for the libraries, and what they make sure of.
@Suite(.needs(.compiler))
struct LibraryPlaceTests {
  private static let names = (shim: "libgnutls-resume-preload.so", engine: "libgnutls-resumption.so")

  /// A front's file, and what lies beside it.
  private func install(_ libraries: [String: String], with front: FrontRun, in place: String) throws -> String {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    // By another process: a file that this one wrote may still be open in a child of another test's, and isn't run then.
    for (name, path) in libraries.merging(["gnutls-resume": front.tool], uniquingKeysWith: { $1 }) {
      #expect(try ProcessRunner.run(["cp", path, "\(place)/\(name)"]).status == 0)
    }
    return "\(place)/gnutls-resume"
  }

  @Test("Without its libraries, or with others, it runs nothing", arguments: Front.allCases)
  func unusable(front: Front) throws {
    let front = try FrontRun(front)
    let folder = front.folder
    let source = try folder.write("empty.c", "int gnutls_handshake_of_another, nothing;\n")
    let user = try folder.write("user.c", "int gnutls_handshake(void); int f(void) { return gnutls_handshake(); }\n")
    let (other, using) = (folder.file("other.so"), folder.file("using.so"))
    #expect(try ProcessRunner.run(["cc", "-shared", "-fPIC", "-o", other, source]).status == 0)
    #expect(try ProcessRunner.run(["cc", "-shared", "-fPIC", "-o", using, user]).status == 0)
    let text = try folder.write("text", "no library")
    let (shim, engine) = Self.names
    let cases: [(libraries: [String: String], text: String)] = [
      ([:], shim), ([engine: Preload.engine], shim), ([shim: Preload.shim], engine),
      ([shim: other, engine: Preload.engine], "gnutls_handshake"),
      ([shim: using, engine: Preload.engine], "gnutls_handshake"),
      ([shim: Preload.shim, engine: other], "gnutls_resumption_preload_engine"),
      ([shim: text, engine: Preload.engine], shim), ([shim: Preload.shim, engine: text], engine),
    ]
    for (index, (libraries, text)) in cases.enumerated() {
      let tool = try install(libraries, with: front, in: folder.file("copy-\(index)"))
      front.expectOneLine(try front.run([tool, "run", "touch", folder.file("made")]), status: 1, saying: text)
      front.expectOneLine(try front.run([tool, "env"]), status: 1, saying: text)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("made")))
  }

  @Test("Tables of symbols of both kinds are read", arguments: Front.allCases, ["gnu", "sysv", "both"])
  func tables(front: Front, style: String) throws {
    let front = try FrontRun(front)
    let more = (0..<300).map { "void f\($0)(void) {}\n" }.joined()
    let source = try front.folder.write(
      "both.c", more + "void gnutls_handshake(void) {}\nvoid gnutls_resumption_preload_engine(void) {}\n")
    let library = front.folder.file("both.so")
    let build = ["cc", "-shared", "-fPIC", "-Wl,--hash-style=\(style)", "-o", library, source]
    #expect(try ProcessRunner.run(build).status == 0)
    let (shim, engine) = Self.names
    let tool = try install([shim: library, engine: library], with: front, in: front.folder.file("copy"))
    #expect(try front.run([tool, "env"]).status == 0)
    #expect(try ProcessRunner.run(["strip", "-R", ".shstrtab", "\(front.folder.path)/copy/\(shim)"]).status == 0)
    #expect(try front.run([tool, "env"]).status == 0)
  }

  @Test("Whatever lies in the libraries' places, it ends with an answer")
  func hostile() throws {
    let front = try FrontRun(.launcher)
    let (shim, engine) = Self.names
    let tool = try install([shim: Preload.shim, engine: Preload.engine], with: front, in: front.folder.file("copy"))
    let place = "\(front.folder.path)/copy/\(shim)"
    let whole = try Data(contentsOf: URL(fileURLWithPath: Preload.shim))
    var generator = SystemRandomNumberGenerator()
    for round in 0..<200 {
      var bytes = whole
      if round % 4 == 0 {
        bytes = whole.prefix(Int.random(in: 0..<2_000, using: &generator))
      } else {
        // The header, the segments, the tables behind them: each field is somewhere there.
        let end = [64, 700, 4_000][round % 4 - 1]
        for _ in 0..<3 {
          let start = Int.random(in: 0..<end - 8, using: &generator)
          let value = [0, 1, .max, .max - 7, 1 << 63, UInt64(whole.count)].randomElement(using: &generator) ?? 0
          for index in 0..<8 { bytes[start + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index))) }
        }
      }
      // Anew, as no process may still have it open for writing.
      try bytes.write(to: URL(fileURLWithPath: place))
      let result = try front.run([tool, "env"])
      #expect(result.status == 0 || result.status == 1, "round \(round): \(result)")
    }
    for command in [["mkfifo", place], ["mkdir", place], ["ln", "-s", "/dev/zero", place]] {
      #expect(try ProcessRunner.run(["rm", "-rf", place]).status == 0)
      #expect(try ProcessRunner.run(command).status == 0)
      front.expectOneLine(try front.run([tool, "env"]), status: 1, saying: shim)
    }
  }

  @Test(
    "The libraries may lie in the lib beside the tool's folder; not in a folder whose name has a space or a colon",
    arguments: Front.allCases)
  func places(front: Front) throws {
    let front = try FrontRun(front)
    let libraries = [Self.names.shim: Preload.shim, Self.names.engine: Preload.engine]
    let tool = try install([:], with: front, in: front.folder.file("usr/bin"))
    try FileManager.default.removeItem(
      atPath: try install(libraries, with: front, in: front.folder.file("usr/lib")))
    let found = try front.run([tool, "run", "printenv", "LD_PRELOAD"])
    #expect(found.standardOutput.hasSuffix("/usr/lib/\(Self.names.shim)\n"), "\(found)")
    try FileManager.default.moveItem(
      atPath: front.folder.file("usr/lib"), toPath: front.folder.file("usr/gnutls-resume"))
    try FileManager.default.createDirectory(atPath: front.folder.file("usr/lib"), withIntermediateDirectories: true)
    try FileManager.default.moveItem(
      atPath: front.folder.file("usr/gnutls-resume"), toPath: front.folder.file("usr/lib/gnutls-resume"))
    let below = try front.run([tool, "run", "printenv", "LD_PRELOAD"])
    #expect(below.standardOutput.hasSuffix("/usr/lib/gnutls-resume/\(Self.names.shim)\n"), "\(below)")
    for name in ["two words", "a:colon"] {
      let odd = try install(libraries, with: front, in: front.folder.file(name))
      front.expectOneLine(try front.run([odd, "run", "touch", front.folder.file("made")]), status: 1, saying: name)
    }
    #expect(!FileManager.default.fileExists(atPath: front.folder.file("made")))
  }

  @Test(
    "The link in /run is named if the very library is behind it, and else the library itself",
    .needs(.mountNamespaces), arguments: Front.allCases)
  func lastingLink(front: Front) throws {
    let front = try FrontRun(front)
    let libraries = [Self.names.shim: Preload.shim, Self.names.engine: Preload.engine]
    _ = try install(libraries, with: front, in: front.folder.file("place"))
    let script = """
      mount -t tmpfs none /run
      cp -r place copy
      mkdir /run/gnutls-resume
      for folder in missing copy place; do
        ln -sfn "$PWD/$folder" /run/gnutls-resume/lib
        place/gnutls-resume run -- printenv LD_PRELOAD
        (eval "$(place/gnutls-resume env)"; printenv LD_PRELOAD)
      done
      """
    let result = try front.run(["unshare", "-rm", "sh", "-ec", script])
    let own = "\(front.folder.path)/place/\(Self.names.shim)\n"
    let link = "/run/gnutls-resume/lib/\(Self.names.shim)\n"
    #expect(result.standardOutput == String(repeating: own, count: 4) + link + link, "\(result)")
    #expect(result.standardError == "", "\(result)")
  }

  @Test(
    "Without /proc the libraries are found all the same: by the file's path, through a link, by name",
    .needs(.mountNamespaces), arguments: Front.allCases)
  func withoutProc(front: Front) throws {
    let front = try FrontRun(front)
    let libraries = [Self.names.shim: Preload.shim, Self.names.engine: Preload.engine]
    _ = try install(libraries, with: front, in: front.folder.file("place"))
    let script = """
      mount -t tmpfs none /proc
      mkdir links; ln -s ../place/gnutls-resume links/resume
      place/gnutls-resume run -- printenv LD_PRELOAD
      "$PWD/place/gnutls-resume" run -- printenv LD_PRELOAD
      PATH=$PWD/place:$PATH; gnutls-resume run -- printenv LD_PRELOAD
      PATH=links:$PATH; resume run -- printenv LD_PRELOAD
      resume --version >/dev/null
      """
    let result = try front.run(["unshare", "-rm", "sh", "-ec", script])
    let line = "\(front.folder.path)/place/\(Self.names.shim)\n"
    #expect(result.standardOutput == String(repeating: line, count: 4), "\(result)")
  }
}
