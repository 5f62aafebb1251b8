import Foundation
import TestPeers
import Testing

/// `gnutls-resume run` and `gnutls-resume env`: how programs are started.
struct RunCommandTests {
  private let preload: Preload
  private let folder: TemporaryFolder

  init() throws {
    preload = try Preload()
    folder = preload.folder
  }

  /// Runs a command line in the folder, in a bare environment.
  private func run(_ command: [String], _ environment: [String: String] = [:]) throws -> ProcessResult {
    try ProcessRunner.run(
      ["env", "-C", folder.path] + Launch(environment: environment).command(command, home: folder.path))
  }

  private func expectOneLine(_ result: ProcessResult, status: Int32?, saying text: String) {
    #expect(result.standardOutput == "" && result.status == status, "\(result)")
    #expect(result.standardError.hasPrefix("error: ") && result.standardError.contains(text), "\(result)")
    #expect(result.standardError.split(separator: "\n").count == 1, "\(result)")
  }

  @Test("It becomes the program: output, input and exit status are the program's")
  func becomes() throws {
    let result = try ProcessRunner.run(
      Launch(prefix: preload.prefix).command(["sh", "-c", "cat; echo no >&2; exit 7"], home: folder.path), input: "yes")
    #expect(result.standardOutput == "yes" && result.standardError == "no\n" && result.status == 7)
    // Options that look like the tool's are the program's.
    let options = try run([preload.tool, "run", "echo", "--store", "--help", "--", "-x"])
    #expect(options.standardOutput == "--store --help -- -x\n")
  }

  @Test("A program that isn't there: 127, and one that can't be executed: 126")
  func notFound() throws {
    expectOneLine(try run(preload.prefix + ["no-such-program"]), status: 127, saying: "no-such-program")
    expectOneLine(try run(preload.prefix + ["./no-such-program"]), status: 127, saying: "no-such-program")
    let file = try folder.write("text", "")
    expectOneLine(try run(preload.prefix + [file]), status: 126, saying: "Permission denied")
    expectOneLine(try run(preload.prefix + [folder.path]), status: 126, saying: "Permission denied")
  }

  @Test("Without a program it says how it is used")
  func noProgram() throws {
    for words in [[], ["--"], ["--", ""], [""]] {
      expectOneLine(try run([preload.tool, "run"] + words), status: 64, saying: "no command to run")
    }
    expectOneLine(try run(preload.prefix), status: 64, saying: "no command to run")
  }

  @Test("Its own options stand before the program's name: no program is called --help")
  func ownOptions() throws {
    for option in ["--help", "-h"] {
      let result = try run([preload.tool, "run", option])
      #expect(result.status == 0 && result.standardOutput.contains("USAGE: gnutls-resume run"), "\(result)")
    }
    #expect(
      try run([preload.tool, "run", "--version"]).standardOutput == run([preload.tool, "--version"]).standardOutput)
    expectOneLine(try run([preload.tool, "run", "--verbos", "--", "true"]), status: 64, saying: "option '--verbos'")
    #expect(try run(preload.prefix + ["sh", "-c", "echo $1", "sh", "--help"]).standardOutput == "--help\n")
  }

  @Test("A log that can't be written is told before anything runs")
  func unwritableLog() throws {
    for command in [["run", "--log", folder.path, "--", "true"], ["env", "--log", folder.path]] {
      expectOneLine(try run([preload.tool] + command), status: 1, saying: "the log \(folder.path) can't be written")
    }
  }

  /// The tool, and what lies beside it.
  private func install(_ libraries: [String: String], in place: String) throws -> String {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    // By another process: a file that this one wrote may still be open in a child of another test's, and isn't run then.
    for (name, path) in libraries.merging(["gnutls-resume": preload.tool], uniquingKeysWith: { $1 }) {
      #expect(try ProcessRunner.run(["cp", path, "\(place)/\(name)"]).status == 0)
    }
    return "\(place)/gnutls-resume"
  }

  private static let names = (shim: "libgnutls-resume-preload.so", engine: "libgnutls-resumption.so")

  @Test("Without its libraries, or with others, it runs nothing", .needs(.compiler))
  func unusableLibraries() throws {
    let source = try folder.write("empty.c", "int nothing;\n")
    let other = folder.file("other.so")
    #expect(try ProcessRunner.run(["cc", "-shared", "-fPIC", "-o", other, source]).status == 0)
    let text = try folder.write("text", "no library")
    let (shim, engine) = Self.names
    let cases: [(libraries: [String: String], text: String)] = [
      ([:], shim), ([engine: Preload.engine], shim), ([shim: Preload.shim], engine),
      ([shim: other, engine: Preload.engine], "gnutls_handshake"),
      ([shim: Preload.shim, engine: other], "gnutls_resumption_preload_engine"),
      ([shim: text, engine: Preload.engine], shim), ([shim: Preload.shim, engine: text], engine),
    ]
    for (index, (libraries, text)) in cases.enumerated() {
      let tool = try install(libraries, in: folder.file("copy-\(index)"))
      expectOneLine(try run([tool, "run", "touch", folder.file("made")]), status: 1, saying: text)
      expectOneLine(try run([tool, "env"]), status: 1, saying: text)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("made")))
  }

  @Test("The libraries may lie in the lib beside the tool's folder; not in a folder whose name has a space")
  func places() throws {
    let libraries = [Self.names.shim: Preload.shim, Self.names.engine: Preload.engine]
    let tool = try install([:], in: folder.file("usr/bin"))
    try FileManager.default.removeItem(atPath: try install(libraries, in: folder.file("usr/lib")))
    let found = try run([tool, "run", "printenv", "LD_PRELOAD"])
    #expect(found.standardOutput.hasSuffix("/usr/lib/\(Self.names.shim)\n"), "\(found)")
    let spaced = try install(libraries, in: folder.file("two words"))
    expectOneLine(try run([spaced, "run", "touch", folder.file("made")]), status: 1, saying: "two words")
    #expect(!FileManager.default.fileExists(atPath: folder.file("made")))
  }

  @Test("Another LD_PRELOAD stays, behind the library")
  func keepsPreload() throws {
    let plain = try run(preload.prefix + ["printenv", "LD_PRELOAD"])
    #expect(plain.standardOutput == Preload.shim + "\n" && plain.standardError == "")
    let other = try run(preload.prefix + ["printenv", "LD_PRELOAD"], ["LD_PRELOAD": "libgnutls.so.30"])
    #expect(other.standardOutput == Preload.shim + ":libgnutls.so.30\n" && other.standardError == "")
  }

  @Test("Relative places are below the current folder, and may have spaces in their names")
  func relative() throws {
    let variables = ["GNUTLS_RESUME_STORE", "GNUTLS_RESUME_KEY_FILE", "GNUTLS_RESUME_LOG"]
    let options = ["--store", "my store", "--key-file", "my key", "--log", "my log"]
    let result = try run([preload.tool, "run"] + options + ["printenv"] + variables)
    let place = folder.path
    #expect(result.standardOutput == "\(place)/my store\n\(place)/my key\n\(place)/my log\n")
  }

  @Test("A program's children resume, and so do those of a shell that took what env says", .needs(.nginx, .compiler))
  func children() throws {
    let server = try NginxServer()
    let client = [try CompiledClients.path(.linked), "\(server.port)", Fixture.ecdsa.root]
    let twice = ["sh", "-c", "\"$@\"; \"$@\"", "sh"]
    #expect(try run(preload.prefix + twice + client).standardOutput == "full\nresumed\n")
    // A quote in a path is the shell's trouble.
    let store = folder.file("it's a \"store\" of $HOME")
    let script = "eval \"$(\"$TOOL\" env --store \"$PLACE\" --key-file \"$PLACE.key\")\"; \"$@\"; \"$@\""
    let variables = ["TOOL": preload.tool, "PLACE": store]
    let result = try run(["sh", "-c", script, "sh"] + client, variables)
    #expect(result.standardOutput == "full\nresumed\n" && result.standardError == "")
    #expect(FileManager.default.fileExists(atPath: store + "/client"))
    let kept = try run(
      ["sh", "-c", "eval \"$(\"$TOOL\" env)\"; printenv LD_PRELOAD"],
      variables.merging(["LD_PRELOAD": "libgnutls.so.30"]) { $1 })
    #expect(kept.standardOutput == Preload.shim + ":libgnutls.so.30\n")
  }

  @Test("--verbose tells on standard error, in one line", .needs(.nginx, .compiler))
  func verbose() throws {
    let server = try NginxServer()
    let client = [try CompiledClients.path(.linked), "\(server.port)", Fixture.ecdsa.root]
    for (said, logged) in [("full\n", "full (noTicket)"), ("resumed\n", "resumed (ticket of")] {
      // Where standard error is a socket, as a test's, nothing is written there.
      let command = [preload.tool, "run"] + preload.places + ["--verbose"] + client
      let result = try run(["sh", "-c", "\"$@\" 2>messages; cat messages >&2", "sh"] + command)
      #expect(result.standardOutput == said)
      #expect(result.standardError.split(separator: "\n").count == 1)
      #expect(result.standardError.hasPrefix("gnutls-resume: gnutls-client["))
      #expect(result.standardError.contains("localhost:\(server.port): \(logged)"), "\(result)")
    }
  }
}
