public import ScriptableTLSServer

/// The two versions of TLS that tests are made in.
public enum TLSVersion: CaseIterable, Sendable {
  case tls13, tls12

  /// A server that speaks only this one.
  public var script: ServerScript {
    var script = ServerScript()
    script.versions = self == .tls13 ? .tls13 : .tls12
    return script
  }
}
