import Foundation

/// vsftpd on a free port of the loopback interface. It insists on TLS, and on data connections that resume a session.
///
/// Its sessions outlive a connection: a later client can resume them. It needs no privileges.
public final class VsftpdServer: Sendable {
  public let port: UInt16
  private let folder: TemporaryFolder
  private let process: RunningProcess

  /// Starts vsftpd with one file, `file.txt`, for anonymous clients, and waits until it listens.
  public init(_ fixture: Fixture = .ecdsa, text: String = "answered\n") throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder.file("files"), withIntermediateDirectories: false)
    try folder.write("files/file.txt", text)
    (process, port) = try startOnFreePort { port in
      ["vsftpd", try folder.write("vsftpd.conf", Self.configuration(fixture, port: port, folder: folder))]
    }
  }

  /// The completed handshakes so far, of control and data connections.
  public var handshakes: [ObservedHandshake] {
    folder.read("log").split(separator: "\n").compactMap { line in
      guard let start = line.firstRange(of: "\"SSL version: ")?.upperBound else { return nil }
      let version = line[start...].prefix { $0 != "," }
      return ObservedHandshake(resumed: line.contains(", reused,"), version: String(version))
    }
  }

  public func waitForHandshakes(_ count: Int, timeout: Duration = .seconds(5)) -> [ObservedHandshake] {
    wait(for: count, timeout: timeout) { handshakes }
  }

  public var log: String { folder.read("log") }

  public func stop() { process.terminate() }

  private static func configuration(_ fixture: Fixture, port: UInt16, folder: TemporaryFolder) -> String {
    """
    listen=YES
    listen_address=127.0.0.1
    listen_port=\(port)
    background=NO
    run_as_launching_user=YES
    ftp_username=\(NSUserName())
    anonymous_enable=YES
    no_anon_password=YES
    anon_root=\(folder.file("files"))
    secure_chroot_dir=\(folder.file("files"))
    ssl_enable=YES
    allow_anon_ssl=YES
    force_anon_logins_ssl=YES
    force_anon_data_ssl=YES
    require_ssl_reuse=YES
    ssl_ciphers=HIGH
    rsa_cert_file=\(fixture.chain)
    rsa_private_key_file=\(fixture.key)
    debug_ssl=YES
    xferlog_enable=YES
    vsftpd_log_file=\(folder.file("log"))
    seccomp_sandbox=NO

    """
  }
}
