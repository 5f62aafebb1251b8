import Foundation
public import ScriptableTLSServer

/// The certificates in the package's `Fixtures/certificates`, made by the script there.
public struct Fixture: Sendable {
  public enum KeyType: String, Sendable, CaseIterable {
    case rsa, ecdsa
  }

  public let keyType: KeyType

  public init(_ keyType: KeyType) { self.keyType = keyType }

  public static let rsa = Fixture(.rsa)
  public static let ecdsa = Fixture(.ecdsa)

  /// The root that a client trusts.
  public var root: String { path("root.pem") }
  /// A root that signed nothing else.
  public var otherRoot: String { path("other-root.pem") }
  public var leaf: String { path("leaf.pem") }
  public var intermediate: String { path("intermediate.pem") }
  /// Leaf (`localhost`, 127.0.0.1, ::1) and intermediate.
  public var chain: String { path("chain.pem") }
  /// The same with a leaf that expired in 2024; the key is the same.
  public var expiredLeaf: String { path("expired-leaf.pem") }
  public var expiredChain: String { path("expired-chain.pem") }
  public var key: String { path("leaf.key") }
  public var clientCertificate: String { path("client.pem") }
  public var clientKey: String { path("client.key") }

  /// The chain and key as the scriptable server takes them.
  public var serverCertificate: ServerCertificate {
    get throws { ServerCertificate(chain: try bytes(chain), key: try bytes(key)) }
  }

  /// The chain with the expired leaf.
  public var expiredServerCertificate: ServerCertificate {
    get throws { ServerCertificate(chain: try bytes(expiredChain), key: try bytes(key)) }
  }

  private func path(_ name: String) -> String { "\(Self.folder)/\(keyType.rawValue)-\(name)" }

  private func bytes(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else { throw PeerError("can't read \(path)") }
    return Array(data)
  }

  /// The folder that holds them.
  public static let folder = packageFolder + "/Fixtures/certificates"

  /// The package's root folder: three levels above this file.
  public static let packageFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}
