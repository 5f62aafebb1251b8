import TestPeers

/// A server for foreign programs, which ends with the test.
enum ForeignServer: Sendable {
  case web(WebSite)
  case ftp(VsftpdServer)

  init(for program: ForeignProgram, _ negotiation: Negotiation) throws {
    switch program.service {
    case .web:
      self = .web(try WebSite(protocols: negotiation == .tls12ByServer ? ["TLSv1.2"] : ["TLSv1.2", "TLSv1.3"]))
    case .ftp: self = .ftp(try VsftpdServer())
    }
  }

  var port: UInt16 {
    switch self {
    case .web(let site): site.server.port
    case .ftp(let server): server.port
    }
  }

  /// What it saw of all connections, once there are that many.
  func waitForConnections(_ count: Int) -> [ObservedHandshake] {
    switch self {
    case .web(let site): site.server.waitForConnections(count)
    case .ftp(let server): server.waitForHandshakes(count)
    }
  }
}

/// nginx with a file, a git repository and a package archive.
struct WebSite: Sendable {
  let server: NginxServer
  private let archive: PackageArchive
  private let repository: GitRepository?
  private let wrapper: FastCGIWrapper?

  init(protocols: [String]) throws {
    archive = try PackageArchive()
    var options = NginxServer.Options()
    options.protocols = protocols
    options.body = "answered\\n"
    options.extra = "location /archive/ { alias \(archive.path)/; }"
    if Peer.git.isUsable && Peer.fcgiwrap.isUsable {
      let repository = try GitRepository()
      let wrapper = try FastCGIWrapper()
      options.extra += " location /git/ { rewrite ^/git(/.*)$ $1 break; "
      options.extra += wrapper.gitDirectives(repositories: repository.parent) + " }"
      (self.repository, self.wrapper) = (repository, wrapper)
    } else {
      (repository, wrapper) = (nil, nil)
    }
    server = try NginxServer(options)
  }
}
