import Foundation

/// What nginx is told.
extension WebServer {
  static func configuration(_ folder: String, port: UInt16, answersEarly: Bool) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map { "\($0)_temp_path \(folder)/\($0);" }.joined(separator: " ")
    return """
      daemon off;
      master_process off;
      pid \(folder)/pid;
      error_log \(folder)/error.log;
      events { worker_connections 64; }
      http {
        log_format tls '$ssl_session_reused $ssl_protocol $connection';
        access_log \(folder)/access.log tls;
        \(temporary)
        server {
          listen 127.0.0.1:\(port) ssl\(answersEarly ? " fastopen=64" : "");
          ssl_early_data \(answersEarly ? "on" : "off");
          ssl_certificate \(Fixture.RSA.chain);
          ssl_certificate_key \(Fixture.RSA.key);
          ssl_protocols TLSv1.2 TLSv1.3;
          location / { return 200 "answered\\n"; }
          location /git/ { alias \(folder)/git/; }
          location /archive/ { alias \(folder)/archive/; }
        }
      }
      """
  }

  /// A repository with one branch, in the way git fetches from servers that know nothing of it; and an archive of
  /// packages without one, which nothing signs.
  static func writeSite(_ folder: String) throws {
    let repository = "\(folder)/git/sample.git"
    let archive = "\(folder)/archive"
    for path in ["\(repository)/info", archive] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    try write("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\trefs/heads/main\n", to: "\(repository)/info/refs")
    try write("ref: refs/heads/main\n", to: "\(repository)/HEAD")
    try write("", to: "\(archive)/Packages")
    // The digest of an empty file.
    let release = """
      Origin: sample
      Date: Mon, 01 Jan 2024 00:00:00 +0000
      SHA256:
       e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 Packages

      """
    try write(release, to: "\(archive)/Release")
  }

  static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  /// A TCP port of the loopback interface that nobody listens on now.
  static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("no socket", errno: errno) }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) | getsockname(descriptor, $0, &size)
      }
    }
    guard code == 0 else { throw Failure("no free port", errno: errno) }
    return UInt16(bigEndian: address.sin_port)
  }
}
