import TestPeers
import Testing

/// A program that has nothing to do with TLS, and says the same each time.
struct OrdinaryProgram: Sendable, CustomTestStringConvertible {
  let command: [String]
  var input = ""

  init(_ command: String..., input: String = "") {
    self.command = command
    self.input = input
  }

  var testDescription: String { command.joined(separator: " ") }

  var isInstalled: Bool {
    (try? ProcessRunner.run(["sh", "-c", "command -v \(command[0])"]))?.status == 0
  }

  /// Runs it in a new folder with two files, and without a home.
  func run(_ launch: Launch = .plain) throws -> ProcessResult {
    let folder = try TemporaryFolder()
    try folder.write("a.txt", "pear 3\napple 1\nfig 2\n")
    try folder.write("b.txt", "apple 1\nfig 2\nplum 4\n")
    return try ProcessRunner.run(
      ["env", "-C", folder.path] + launch.command(command, home: "/nonexistent"), input: input, timeLimit: .seconds(30))
  }

  static let all: [OrdinaryProgram] = [
    .init("ls", "-1"), .init("bash", "-c", "for i in 1 2 3; do echo $((i * i)); done | tail -n 1"),
    .init("dash", "-c", "echo one; exit 3"),
    .init("python3", "-c", "import hashlib, json; print(json.dumps({'a': 1}))"),
    .init("sort", "a.txt"), .init("grep", "-c", "p", "a.txt"), .init("sed", "-n", "s/ /:/p", "a.txt"),
    .init("awk", "{ sum += $2 } END { print sum }", "a.txt"), .init("find", ".", "-name", "a*"),
    .init("sh", "-c", "tar --mtime=@0 -cf - a.txt | tar -tvf - | cut -d' ' -f1"),
    .init("sh", "-c", "gzip -nc a.txt | sha256sum; gzip -nc a.txt | gzip -dc"), .init("date", "-u", "-d", "@0"),
    .init("env", "-u", "LD_PRELOAD", "printenv", "HOME"), .init("cat", "a.txt", "missing.txt"),
    .init("head", "-n", "1", "a.txt"), .init("tail", "-n", "1", "a.txt"), .init("wc", "a.txt"),
    .init("cut", "-d", " ", "-f", "2", "a.txt"), .init("tr", "a-z", "A-Z", input: "shout"),
    .init("sha256sum", "a.txt"), .init("dd", "if=a.txt", "bs=4", "count=2", "status=none"),
    .init("ps", "-o", "comm=", "-p", "1"), .init("id", "-u"), .init("stat", "-c", "%s %F", "a.txt"),
    .init("xargs", "-n", "1", "echo", "item", input: "1 2 3"), .init("diff", "a.txt", "b.txt"),
    .init("perl", "-e", "print join(',', reverse 1 .. 5), \"\\n\""), .init("make", "--version"),
    .init("git", "--version"), .init("git", "hash-object", "a.txt"), .init("ssh", "-V"), .init("gpg", "--version"),
    .init("tee", "copy.txt", input: "twice\n"), .init("touch", "new.txt"), .init("sleep", "0"), .init("false"),
    .init("uniq", "-c", "a.txt"), .init("comm", "-12", "b.txt", "b.txt"), .init("od", "-c", "a.txt"),
    .init("curl", "--version"), .init("openssl", "version"), .init("timeout", "5", "nice", "echo", "nested"),
  ]
}
