import Foundation
import TestPeers
import Testing

struct ProcessTests {
  @Test func streamsAndStatusAreKept() throws {
    let result = try ProcessRunner.run(
      ["sh", "-c", "cat; echo $GREETING >&2; exit 3"], environment: ["GREETING": "hi"], input: "from us")
    #expect(result.standardOutput == "from us" && result.standardError == "hi\n" && result.status == 3)
  }

  @Test func manyBytesComeWhole() throws {
    let result = try ProcessRunner.run(["head", "-c", "3000000", "/dev/zero"])
    #expect(result.standardOutput.utf8.count == 3_000_000)
  }

  @Test func theTimeLimitKillsTheCommandAndItsChildren() throws {
    let folder = try TemporaryFolder()
    let result = try ProcessRunner.run(
      ["sh", "-c", "sleep 60 & echo $! > \(folder.file("child")); wait"], timeLimit: .seconds(3))
    #expect(result.timedOut && result.status == nil)
    let child = try #require(pid_t(folder.read("child").filter(\.isNumber)))
    // A killed orphan may remain as a zombie, which has no command line.
    func commandLine() -> Data { FileManager.default.contents(atPath: "/proc/\(child)/cmdline") ?? Data() }
    for _ in 0..<500 where !commandLine().isEmpty { usleep(2_000) }
    #expect(commandLine().isEmpty)
  }

  @Test func aMissingCommandIsAnEnd() throws {
    #expect(try ProcessRunner.run(["there-is-no-such-command"]).status == 127)
  }

  @Test func aServerDiesWithAKilledTestProcess() throws {
    // A shell starts the server as a test would, in another process group and with an input that stays open. Only
    // the shell is killed.
    let server = try BuiltProducts.executable("scriptable-tls-server")
    let folder = try TemporaryFolder()
    let parent = try RunningProcess(
      ["sh", "-c", "exec 3<&0; setsid setpriv --pdeathsig KILL \(server) <&3 >\(folder.file("out")) & wait"])
    var port: UInt16 = 0
    for _ in 0..<10_000 where port == 0 {
      port = folder.read("out").split(separator: ":").last.flatMap { UInt16($0.filter(\.isNumber)) } ?? 0
      usleep(2_000)
    }
    #expect(FreePort.isListening(port))
    parent.terminate()
    for _ in 0..<1_000 where FreePort.isListening(port) { usleep(2_000) }
    #expect(!FreePort.isListening(port))
  }

  @Test func aTemporaryFolderIsRemoved() throws {
    var folder: TemporaryFolder? = try TemporaryFolder()
    let path = try #require(try folder?.write("file", "text"))
    #expect(FileManager.default.fileExists(atPath: path))
    folder = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
