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
