/// A bare repository with one commit.
public final class GitRepository: Sendable {
  /// The folder that holds the repository.
  public var parent: String { folder.path }
  public let name = "sample.git"
  private let folder: TemporaryFolder

  public init() throws {
    folder = try TemporaryFolder()
    let author = ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map { ($0, "Author") }
    let mail = ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map { ($0, "author@localhost") }
    let dates = ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map { ($0, "2024-01-01T00:00:00Z") }
    let script = """
      set -e; cd "$1"
      git init -q --bare -b main sample.git; cd sample.git
      tree=$(printf '100644 blob %s\\tfile.txt\\n' $(echo answered | git hash-object -w --stdin) | git mktree)
      git update-ref refs/heads/main $(git commit-tree -m 'Start' $tree)
      """
    let result = try ProcessRunner.run(
      ["env", "-i", "PATH=/usr/bin:/bin", "HOME=\(folder.path)"] + (author + mail + dates).map { "\($0.0)=\($0.1)" }
        + ["sh", "-c", script, "sh", folder.path])
    guard result.status == 0 else { throw PeerError("making a repository: \(result.output)") }
  }
}
