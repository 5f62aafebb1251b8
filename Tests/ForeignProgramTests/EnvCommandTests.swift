import Foundation
import TestPeers
import Testing

/// `gnutls-resume env`: what a shell takes of it.
@Suite(.needs(.compiler))
struct EnvCommandTests {
  @Test("A shell that took what env says runs programs that resume", .needs(.nginx), arguments: Front.allCases)
  func resumes(front: Front) throws {
    let front = try FrontRun(front)
    let server = try NginxServer()
    let client = [try CompiledClients.path(.linked), "\(server.port)", Fixture.ecdsa.root]
    // A quote in a path is the shell's trouble.
    let store = front.folder.file("it's a \"store\" of $HOME")
    let script = "eval \"$(\"$TOOL\" env --store \"$PLACE\" --key-file \"$PLACE.key\")\"; \"$@\"; \"$@\""
    let result = try front.run(["sh", "-c", script, "sh"] + client, ["TOOL": front.tool, "PLACE": store])
    #expect(result.standardOutput == "full\nresumed\n" && result.standardError == "")
    #expect(FileManager.default.fileExists(atPath: store + "/client"))
  }

  @Test("The library stands behind what is loaded already; taken twice, nothing changes", arguments: Front.allCases)
  func twice(front: Front) throws {
    let front = try FrontRun(front)
    let script = """
      lines=$("$TOOL" env --verbose --store here); set -u
      eval "$lines"; printenv LD_PRELOAD GNUTLS_RESUME_STORE; env | sort >once
      eval "$lines"; env | sort >twice; cmp once twice
      """
    for shell in ["sh", "bash"] {
      let store = "\(front.folder.path)/here\n"
      let plain = try front.shell(script, by: shell)
      #expect(plain.standardOutput == "\(Preload.shim)\n" + store && plain.standardError == "", "\(plain)")
      let other = try front.shell(script, ["LD_PRELOAD": "libgnutls.so.30"], by: shell)
      #expect(other.standardOutput == "libgnutls.so.30:\(Preload.shim)\n" + store, "\(other)")
    }
    // Not quoted, the lines are one.
    let unquoted = "eval $(\"$TOOL\" env --verbose); printenv LD_PRELOAD GNUTLS_RESUME_VERBOSE"
    #expect(try front.shell(unquoted).standardOutput == "\(Preload.shim)\n1\n")
  }

  @Test("A path of any bytes comes through", arguments: Front.allCases, ["dash", "bash"])
  func bytes(front: Front, shell: String) throws {
    let front = try FrontRun(front)
    try front.folder.write("every-byte", FrontRun.everyByte)
    let script = "eval \"$(\"$TOOL\" env --store \"/$(cat every-byte)\")\"; printf %s \"$GNUTLS_RESUME_STORE\" >store"
    let result = try front.shell(script, by: shell)
    #expect(result.status == 0 && result.output == "", "\(result)")
    #expect(front.bytes("store") == [UInt8(ascii: "/")] + FrontRun.everyByte)
  }

  /// How a shell takes the lines, and how it runs a line by itself.
  enum ShellKind: String, CaseIterable {
    case sh, bash, fish, csh

    var peer: Peer {
      switch self {
      case .sh, .bash: .compiler
      case .fish: .fish
      case .csh: .csh
      }
    }

    func take(_ options: String) -> String {
      switch self {
      case .sh, .bash: "eval \"$(\"$TOOL\" env --shell \(rawValue) \(options))\""
      case .fish: "\"$TOOL\" env --shell fish \(options) | source"
      case .csh: "eval \"`$TOOL env --shell csh \(options)`\""
      }
    }

    var command: [String] { self == .csh ? ["csh", "-f"] : [rawValue] }

    /// Which of them the machine has; in continuous integration all must be there.
    static var usable: [ShellKind] { allCases.filter { $0.peer.isUsable } }
  }

  @Test(
    "Taken twice, nothing changes the second time; --off takes back all of it, and nothing else",
    arguments: ShellKind.usable, [nil, "libgnutls.so.30", "libgnutls.so.30:libdl.so.2 "])
  func off(shell: ShellKind, preloaded: String?) throws {
    let front = try FrontRun(.launcher)
    let script = """
      env | sort >before
      \(shell.take("--verbose --store here")); env | sort >once
      \(shell.take("--verbose --store here")); env | sort >twice
      \(shell.take("--off")); env | sort >after

      """
    var variables = ["TOOL": front.tool, "GNUTLS_RESUME_KEY_FILE": "/mine"]
    variables["LD_PRELOAD"] = preloaded
    let result = try front.run(shell.command + [try front.folder.write("script", script)], variables)
    #expect(result.status == 0 && result.output == "", "\(result)")
    let once = front.folder.read("once").split(separator: "\n")
    #expect(once.contains("LD_PRELOAD=\(preloaded.map { "\($0):" } ?? "")\(Preload.shim)"), "\(once)")
    #expect(once.contains("GNUTLS_RESUME_STORE=\(front.folder.path)/here") && once.contains("GNUTLS_RESUME_VERBOSE=1"))
    #expect(front.bytes("once") == front.bytes("twice"))
    #expect(front.bytes("before") == front.bytes("after"))
    #expect(front.folder.read("after").contains("GNUTLS_RESUME_KEY_FILE=/mine\n"))
  }

  @Test("In fish and csh too, a path of any bytes comes through; but csh can't be told of a line's end")
  func bytesElsewhere() throws {
    let front = try FrontRun(.launcher)
    for shell in ShellKind.usable where shell == .fish || shell == .csh {
      // csh and its kin have something of their own for each of these.
      var bytes = Array("a\\!b!\\\\'!'\"$HOME`~{x,y}%^#".utf8) + FrontRun.everyByte
      try front.folder.write("path", bytes)
      let lines = "lines=$(\"$TOOL\" env --shell \(shell.rawValue) --store \"/$(cat path)\")"
      if shell == .csh {
        front.expectOneLine(try front.shell(lines), status: 1, saying: "csh can't be told of")
        bytes.removeAll { $0 == UInt8(ascii: "\n") }
        try front.folder.write("path", bytes)
      }
      let taking = shell == .csh ? "eval \"`cat lines`\"" : "source lines"
      let words = shell.command.joined(separator: " ")
      let script = """
        \(lines) && printf %s "$lines" >lines && \(words) -c '\(taking); env -0 >all' &&
          sed -z -n 's/^GNUTLS_RESUME_STORE=//p' all | tr -d '\\000' >store
        """
      let result = try front.shell(script)
      #expect(result.status == 0 && result.output == "", "\(shell): \(result)")
      #expect(front.bytes("store") == [UInt8(ascii: "/")] + bytes, "\(shell)")
    }
  }

  @Test("What --off leaves of LD_PRELOAD is as it was", arguments: Front.allCases)
  func rest(front: Front) throws {
    let front = try FrontRun(front)
    let (shim, moved) = (Preload.shim, "/moved/libgnutls-resume-preload.so")
    let nothing = "unset LD_PRELOAD;\n"
    for (before, lines) in [
      ("", ""), ("libz.so.1", ""), ("/x/another-libgnutls-resume-preload.so", ""), (shim, nothing), (moved, nothing),
      ("\(shim):\(moved) ", nothing), ("libgnutls-resume-preload.so", nothing),
      ("a:\(shim)", "export LD_PRELOAD='a';\n"), ("\(shim):a", "export LD_PRELOAD='a';\n"),
      ("a::\(shim)", "export LD_PRELOAD='a:';\n"), ("a b:\(shim) c:", "export LD_PRELOAD='a b c:';\n"),
      ("\(moved):it's:\(shim):\(moved)", "export LD_PRELOAD='it'\\''s';\n"),
    ] {
      // Of libraries that aren't there the launcher hears nothing, but what starts the tool does.
      let script = "LD_PRELOAD=$1 \"$TOOL\" env --off 2>/dev/null"
      let result = try front.run(["sh", "-c", script, "sh", before], ["TOOL": front.tool])
      #expect(result.standardOutput == lines && result.status == 0, "\(before): \(result)")
    }
    let foreign = try front.run(
      [front.tool, "env", "--off"], ["GNUTLS_RESUME_ENV": "PATH GNUTLS_RESUME_LOG HOME", "GNUTLS_RESUME_LOG": "x"])
    #expect(foreign.standardOutput == "unset GNUTLS_RESUME_LOG;\nunset GNUTLS_RESUME_ENV;\n")
  }

  @Test("Another installation's library gives way")
  func anotherInstallation() throws {
    let front = try FrontRun(.launcher)
    let script = """
      export LD_PRELOAD=libz.so.1:/another/libgnutls-resume-preload.so:libdl.so.2
      "$TOOL" run printenv LD_PRELOAD; \(ShellKind.sh.take("")); printenv LD_PRELOAD
      """
    let result = try front.shell("{ \(script)\n} 2>/dev/null")
    let after = "libz.so.1:libdl.so.2:\(Preload.shim)\n"
    #expect(result.standardOutput == after + after, "\(result)")
  }

  @Test("It takes back also where the libraries are gone")
  func withoutLibraries() throws {
    let front = try FrontRun(.launcher)
    let alone = front.folder.file("alone")
    #expect(try ProcessRunner.run(["cp", front.tool, alone]).status == 0)
    let result = try front.run([alone, "env", "--off"], ["LD_PRELOAD": Preload.shim])
    #expect(result.standardOutput == "unset LD_PRELOAD;\n", "\(result)")
  }

  @Test("What it isn't asked for rightly it says in a line", arguments: Front.allCases)
  func wrongUsage(front: Front) throws {
    let front = try FrontRun(front)
    for (words, text) in [
      (["env", "--shell", "nu"], "The shell 'nu' isn't known"), (["env", "--shell"], "Missing value for '--shell"),
      (["env", "--off", "--verbose"], "'--verbose' has no meaning beside '--off'"),
      (["run", "--off", "true"], "Unknown option '--off'"),
      (["run", "--shell=sh", "true"], "Unknown option '--shell=sh'"),
    ] {
      front.expectOneLine(try front.run([front.tool] + words), status: 64, saying: text)
    }
  }

  @Test("It takes no arguments, and says if its lines don't arrive", arguments: Front.allCases)
  func failures(front: Front) throws {
    let front = try FrontRun(front)
    for words in [["more"], ["--", "more"], ["-"]] {
      front.expectOneLine(try front.run([front.tool, "env"] + words), status: 64, saying: "Unexpected argument '")
    }
    for script in ["\"$TOOL\" env >/dev/full", "\"$TOOL\" env >&-"] {
      front.expectOneLine(try front.shell(script), status: 1, saying: "can't write to standard output")
    }
  }
}
