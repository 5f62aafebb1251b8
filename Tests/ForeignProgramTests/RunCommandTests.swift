import Foundation
import TestPeers
import Testing

/// `gnutls-resume run`: how programs are started.
@Suite(.needs(.compiler))
struct RunCommandTests {
  @Test("It becomes the program: output, input and exit status are the program's", arguments: Front.allCases)
  func becomes(front: Front) throws {
    let front = try FrontRun(front)
    let result = try ProcessRunner.run(
      Launch(prefix: front.preload.prefix).command(["sh", "-c", "cat; echo no >&2; exit 7"], home: front.folder.path),
      input: "yes")
    #expect(result.standardOutput == "yes" && result.standardError == "no\n" && result.status == 7)
    // Options that look like the tool's are the program's.
    let options = try front.run([front.tool, "run", "echo", "--store", "--help", "--", "-x"])
    #expect(options.standardOutput == "--store --help -- -x\n")
  }

  @Test("A program that isn't there: 127, and one that can't be executed: 126", arguments: Front.allCases)
  func notFound(front: Front) throws {
    let front = try FrontRun(front)
    let prefix = front.preload.prefix
    for name in ["no-such-program", "./no-such-program", "no such\nprogram"] {
      front.expectOneLine(try front.run(prefix + [name]), status: 127, saying: "there is no such program")
    }
    let file = try front.folder.write("text", "")
    for path in [file, front.folder.path] {
      front.expectOneLine(try front.run(prefix + [path]), status: 126, saying: "Permission denied")
    }
    // One in PATH that mayn't be run doesn't hide one that may, nor does it count as none.
    let places = ["PATH": "\(front.folder.path):/usr/bin:/bin"]
    try front.folder.write("true", "")
    #expect(try front.run(prefix + ["true"], places).status == 0)
    front.expectOneLine(try front.run(prefix + ["text"], places), status: 126, saying: "Permission denied")
  }

  @Test("A file without a first line that names its interpreter is a shell's", arguments: Front.allCases)
  func script(front: Front) throws {
    let front = try FrontRun(front)
    // Written by another process: what is forked meanwhile by another test would have it open, and nobody could run it.
    let written = try ProcessRunner.run([
      "sh", "-c", #"echo 'echo "$#: $2"' >"$0"; chmod 700 "$0""#, front.folder.file("script"),
    ])
    #expect(written.status == 0)
    for name in ["./script", "script"] {
      let result = try front.run(front.preload.prefix + [name, "a", "b c"], ["PATH": ":/usr/bin:/bin"])
      #expect(result.standardOutput == "2: b c\n", "\(result)")
    }
  }

  @Test("Without a program it says how it is used", arguments: Front.allCases)
  func noProgram(front: Front) throws {
    let front = try FrontRun(front)
    for words in [[], ["--"], ["--", ""], [""]] {
      front.expectOneLine(try front.run([front.tool, "run"] + words), status: 64, saying: "no command to run")
    }
    front.expectOneLine(try front.run(front.preload.prefix), status: 64, saying: "no command to run")
  }

  @Test("Its own options stand before the program's name: no program is called --help")
  func ownOptions() throws {
    let front = try FrontRun(.tool)
    for option in ["--help", "-h"] {
      let result = try front.run([front.tool, "run", option])
      #expect(result.status == 0 && result.standardOutput.contains("USAGE: gnutls-resume run"), "\(result)")
    }
    #expect(
      try front.run([front.tool, "run", "--version"]).standardOutput
        == front.run([front.tool, "--version"]).standardOutput)
    front.expectOneLine(
      try front.run([front.tool, "run", "--verbos", "--", "true"]), status: 64, saying: "option '--verbos'")
    #expect(
      try front.run(front.preload.prefix + ["sh", "-c", "echo $1", "sh", "--help"]).standardOutput == "--help\n")
  }

  @Test("A log that can't be written is told before anything runs", arguments: Front.allCases)
  func unwritableLog(front: Front) throws {
    let front = try FrontRun(front)
    let folder = front.folder.path
    for command in [["run", "--log", folder, "--", "touch", "made"], ["env", "--log", folder]] {
      front.expectOneLine(
        try front.run([front.tool] + command), status: 1, saying: "the log \(folder) can't be written")
    }
    #expect(!FileManager.default.fileExists(atPath: front.folder.file("made")))
  }

  @Test("One that only the environment names is told too, and keeps nothing from running", arguments: Front.allCases)
  func unwritableInheritedLog(front: Front) throws {
    let front = try FrontRun(front)
    let folder = front.folder.path
    let result = try front.run([front.tool, "run", "echo", "ran"], ["GNUTLS_RESUME_LOG": folder])
    #expect(result.standardOutput == "ran\n" && result.status == 0)
    #expect(
      result.standardError == "error: GNUTLS_RESUME_LOG names \(folder), which can't be written: Is a directory; "
        + "nothing is logged\n")
    let chosen = try front.run(
      [front.tool, "run", "--log", "log", "--log-json", "sh", "-c", "echo ran $GNUTLS_RESUME_LOG_JSON"],
      ["GNUTLS_RESUME_LOG": folder])
    #expect(chosen.output == "ran 1\n")
  }

  @Test("Bytes that are no text reach the program unchanged, and so do all others", arguments: Front.allCases)
  func bytes(front: Front) throws {
    let front = try FrontRun(front)
    try front.folder.write("every-byte", FrontRun.everyByte)
    let script = """
      word=$(cat every-byte); export NAMED="$word"
      "$TOOL" run --store "/a/$word" -- sh -c 'printf %s "$1" >argument; printf %s "$NAMED" >variable
        printf %s "$GNUTLS_RESUME_STORE" >store' sh "$word"
      """
    let result = try front.shell(script, by: "dash")
    #expect(result.status == 0 && result.output == "", "\(result)")
    #expect(front.bytes("argument") == FrontRun.everyByte)
    #expect(front.bytes("variable") == FrontRun.everyByte)
    #expect(front.bytes("store") == Array("/a/".utf8) + FrontRun.everyByte)
  }

  @Test("16,000 arguments are handed on as quickly as one", arguments: Front.allCases)
  func manyArguments(front: Front) throws {
    let front = try FrontRun(front)
    let start = ContinuousClock.now
    let result = try front.run(
      front.preload.prefix + ["sh", "-c", "echo $#", "sh"] + (1...16_000).map(String.init), timeLimit: .seconds(60))
    #expect(result.standardOutput == "16000\n")
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test("Another LD_PRELOAD stays, before the library, which isn't named twice", arguments: Front.allCases)
  func keepsPreload(front: Front) throws {
    let front = try FrontRun(front)
    let print = front.preload.prefix + ["printenv", "LD_PRELOAD"]
    let shim = Preload.shim
    for (before, after) in [
      ("", shim), ("libgnutls.so.30", "libgnutls.so.30:\(shim)"), (shim, shim),
      ("\(shim) libgnutls.so.30", "\(shim) libgnutls.so.30"), ("libgnutls.so.30 \(shim)", "libgnutls.so.30 \(shim)"),
      ("libgnutls.so.30:\(shim):", "libgnutls.so.30:\(shim):"),
    ] {
      let result = try front.run(print, ["LD_PRELOAD": before])
      #expect(result.standardOutput == after + "\n" && result.standardError == "", "\(before)")
    }
    #expect(try front.run(print).standardOutput == shim + "\n")
  }

  @Test("Relative places are below the current folder, and may have spaces in their names", arguments: Front.allCases)
  func relative(front: Front) throws {
    let front = try FrontRun(front)
    let variables = ["GNUTLS_RESUME_STORE", "GNUTLS_RESUME_KEY_FILE", "GNUTLS_RESUME_LOG"]
    let options = ["--store=my store", "--key-file", "my key", "--log", "my log"]
    let place = front.folder.path
    let result = try front.run(
      [front.tool, "run"] + options + ["printenv"] + variables, ["GNUTLS_RESUME_STORE": "/another"])
    #expect(result.standardOutput == "\(place)/my store\n\(place)/my key\n\(place)/my log\n")
  }

  @Test("A program's children resume", .needs(.nginx), arguments: Front.allCases)
  func children(front: Front) throws {
    let front = try FrontRun(front)
    let server = try NginxServer()
    let client = [try CompiledClients.path(.linked), "\(server.port)", Fixture.ecdsa.root]
    let twice = ["sh", "-c", "\"$@\"; \"$@\"", "sh"]
    #expect(try front.run(front.preload.prefix + twice + client).standardOutput == "full\nresumed\n")
  }

  @Test("--verbose tells on standard error, in one line", .needs(.nginx))
  func verbose() throws {
    let front = try FrontRun(.tool)
    let server = try NginxServer()
    let client = [try CompiledClients.path(.linked), "\(server.port)", Fixture.ecdsa.root]
    for (said, logged) in [("full\n", "full (noTicket)"), ("resumed\n", "resumed (ticket of")] {
      // Where standard error is a socket, as a test's, nothing is written there.
      let command = [front.tool, "run"] + front.preload.places + ["--verbose"] + client
      let result = try front.run(["sh", "-c", "\"$@\" 2>messages; cat messages >&2", "sh"] + command)
      #expect(result.standardOutput == said)
      #expect(result.standardError.split(separator: "\n").count == 1)
      #expect(result.standardError.hasPrefix("gnutls-resume: gnutls-client["))
      #expect(result.standardError.contains("localhost:\(server.port): \(logged)"), "\(result)")
    }
  }
}
