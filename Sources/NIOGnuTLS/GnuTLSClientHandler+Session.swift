#if NIO
public import GnuTLSResumption
public import NIOCore

/// What is known of the session, once its handshake is over. Only on the channel's event loop.
extension GnuTLSClientHandler {
  /// What has become of the resumption so far: tickets may come as long as the connection lasts, and are stored a moment
  /// later, which `Channel.gnuTLSOutcome()` waits for. It is still there when the connection isn't.
  public var outcome: Outcome? { keeper?.outcome }

  /// For example `TLS1.3`.
  public var protocolName: String? { established?.protocolName }

  /// For example `TLS_AES_256_GCM_SHA384`.
  public var cipherSuite: String? { established?.cipherSuite }

  /// The protocol that ALPN chose.
  public var applicationProtocol: String? { established?.applicationProtocol }

  /// The certificates that the peer has presented, leaf first, in DER; after a resumption, those of the full handshake.
  public var peerCertificates: [[UInt8]]? { established?.peerCertificates }

  private var established: TransportlessClient? { keeper == nil ? nil : transport?.client }
}

extension Channel {
  /// The ``GnuTLSClientHandler/outcome`` of the handler in the channel's pipeline, from any thread, once the tickets that
  /// have come are stored: nil before the handshake is over.
  public func gnuTLSOutcome() -> EventLoopFuture<Outcome?> {
    let loop = eventLoop
    return pipeline.handler(type: GnuTLSClientHandler.self).map { $0.keeper }.flatMap { keeper in
      let promise = loop.makePromise(of: Outcome?.self)
      if let keeper { keeper.submit { _ in promise.succeed(keeper.outcome) } } else { promise.succeed(nil) }
      return promise.futureResult
    }
  }
}

#endif
