import Foundation

/// fcgiwrap on a socket in a folder of its own: runs CGI programs for a web server.
public final class FastCGIWrapper: Sendable {
  /// The socket, as nginx's `fastcgi_pass` names it.
  public let address: String
  private let folder: TemporaryFolder
  private let process: RunningProcess

  /// Starts fcgiwrap and waits for its socket.
  public init() throws {
    folder = try TemporaryFolder()
    let socket = folder.file("socket")
    address = "unix:" + socket
    process = try RunningProcess(["fcgiwrap", "-s", address])
    let deadline = ContinuousClock.now + .seconds(10)
    while !FileManager.default.fileExists(atPath: socket) {
      if process.end != nil || ContinuousClock.now > deadline {
        throw PeerError("fcgiwrap doesn't listen: \(process.standardError)")
      }
      usleep(1_000)
    }
  }

  /// Directives of an nginx location that serves the repositories in a folder by git's smart protocol.
  public func gitDirectives(repositories: String) -> String {
    let parameters = [
      "SCRIPT_FILENAME /usr/lib/git-core/git-http-backend", "GIT_PROJECT_ROOT \(repositories)",
      "GIT_HTTP_EXPORT_ALL 1", "PATH_INFO $uri", "QUERY_STRING $query_string", "REQUEST_METHOD $request_method",
      "CONTENT_TYPE $content_type", "CONTENT_LENGTH $content_length",
      "HTTP_CONTENT_ENCODING $http_content_encoding", "HTTP_GIT_PROTOCOL $http_git_protocol",
    ]
    return "fastcgi_pass \(address); " + parameters.map { "fastcgi_param \($0);" }.joined(separator: " ")
  }
}
