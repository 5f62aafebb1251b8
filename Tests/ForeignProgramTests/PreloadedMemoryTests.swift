import Foundation
import TestPeers
import Testing

/// The clients in C with the preloaded libraries under valgrind: no bad access, and nothing definitely lost.
@Suite(.needs(.valgrind, .compiler, .nginx))
struct PreloadedMemoryTests {
  /// Copies of the libraries without the debug information, which valgrind can't read.
  private static let libraries = Result {
    let folder = try TemporaryFolder()
    for library in [Preload.shim, Preload.engine] {
      let copy = folder.file(URL(fileURLWithPath: library).lastPathComponent)
      let result = try ProcessRunner.run(["strip", "--strip-debug", "-o", copy, library])
      guard result.status == 0 else { throw PeerError("strip: \(result.output)") }
    }
    try folder.write("suppressions", suppression)
    return folder
  }

  /// glibc's loader compares strings by words, over the end of what it has allocated.
  private static let suppression = "{\n loader\n Memcheck:Addr8\n fun:strncmp\n fun:is_dst\n}\n"

  @Test(
    "Clean in the first run and in one that resumes",
    arguments: [.verifyFunction, .client("poll, TLS 1.2", "poll", "priority=\(tls12Priorities)")] as [ForeignProgram])
  func bothRuns(program: ForeignProgram) throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port)
    for _ in 0..<2 { try expectClean(program, visitor) }
    #expect(visitor.preload.events.last?.hasPrefix("resumed") == true, "\(visitor.preload.events)")
  }

  @Test("Clean in a run that resumes", arguments: programs)
  func secondRun(program: ForeignProgram) throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(program).status == 0)
    try expectClean(program, visitor)
    #expect(visitor.preload.events.contains { $0.hasPrefix("resumed") }, "\(visitor.preload.events)")
  }

  private static let programs: [ForeignProgram] =
    ForeignProgram.simpleClients.filter { $0.name == "dlopen and dlsym" }
    + [.own, .client("fork after gnutls_init", "fork=init"), .client("8 threads", "threads=8")]

  private func expectClean(_ program: ForeignProgram, _ visitor: Visitor) throws {
    let result = try program.run(0, in: visitor.home, .tls13, launch(visitor.preload))
    #expect(result.status == 0 && !result.standardError.contains("=="), "\(result)")
  }

  @Test("Clean where credentials are freed before the session ends")
  func freedFirst() throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port)
    try expectClean(.client("credentials freed first", "verify=function", "free-first"), visitor)
    #expect(visitor.preload.events == ["full (noTicket)"])
  }

  @Test("Clean when a verify function refuses a resumption")
  func refused() throws {
    let server = try NginxServer()
    let visitor = try Visitor(port: server.port)
    #expect(try visitor.run(.verifyFunction).status == 0)
    let result = try ForeignProgram.refusing.run(0, in: visitor.home, .tls13, launch(visitor.preload))
    // valgrind's own lines, on system calls that it doesn't know, begin with dashes.
    let lines = result.standardError.split(separator: "\n").filter { !$0.hasPrefix("--") }
    #expect(result.status == 1 && lines == ["verifying"], "\(result)")
    #expect(visitor.preload.events.last?.hasPrefix("resumed, but refused") == true)
  }

  /// By the loader alone, as the tool would run the libraries beside it.
  private func launch(_ preload: Preload) throws -> Launch {
    let libraries = try Self.libraries.get()
    return Launch(
      prefix: [
        "valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--show-leak-kinds=definite",
        "--errors-for-leak-kinds=definite", "--suppressions=\(libraries.file("suppressions"))",
      ],
      environment: [
        "LD_PRELOAD": libraries.file("libgnutls-resume-preload.so"),
        "GNUTLS_RESUME_STORE": preload.store, "GNUTLS_RESUME_KEY_FILE": preload.keyFile,
        "GNUTLS_RESUME_LOG": preload.folder.file("log"),
      ])
  }
}
