#if NIO
public import GnuTLSResumption
public import NIOCore
public import NIOPosix

/// TLS that resumes, for the universal bootstrap (`NIOClientTCPBootstrap`).
public struct GnuTLSClientTLSProvider<Bootstrap: NIOClientTCPBootstrapProtocol>: NIOClientTLSProvider {
  private let configuration: TLSConfiguration
  private let serverName: String?
  private let port: UInt16?
  private let pool: NIOThreadPool

  /// - Parameters: As those of ``GnuTLSClientHandler/init(configuration:serverName:port:pool:closeTimeout:)``.
  public init(
    configuration: TLSConfiguration, serverName: String?, port: UInt16? = nil, pool: NIOThreadPool = .singleton
  ) {
    self.configuration = configuration
    self.serverName = serverName
    self.port = port
    self.pool = pool
  }

  /// Called by `NIOClientTCPBootstrap`.
  public func enableTLS(_ bootstrap: Bootstrap) -> Bootstrap {
    bootstrap.protocolHandlers { [configuration, serverName, port, pool] in
      [GnuTLSClientHandler(configuration: configuration, serverName: serverName, port: port, pool: pool)]
    }
  }
}

extension GnuTLSClientTLSProvider: Sendable where Bootstrap: Sendable {}

#endif
