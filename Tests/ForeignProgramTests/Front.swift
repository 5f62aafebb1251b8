import Foundation
import TestPeers

/// What `run` and `env` are to a user: the tool, which has the launcher within, or the launcher by itself, as it is
/// installed.
enum Front: String, CaseIterable, Sendable {
  case tool, launcher

  func path() throws -> String {
    switch self {
    case .tool: try BuiltProducts.executable("gnutls-resume")
    // Where all is installed, that is what stands there by the tool's name.
    case .launcher: try BuiltProducts.areInstalled ? BuiltProducts.executable("gnutls-resume") : Self.built.get()
    }
  }

  /// Built once, beside the libraries.
  private static let built = Result {
    let path = BuiltProducts.folder + "/gnutls-resume-launcher"
    let build = [Fixture.packageFolder + "/.ci/launcher", path]
    let result = try ProcessRunner.run(build, environment: ["CFLAGS": "-Werror"], timeLimit: .seconds(60))
    guard result.status == 0 else { throw PeerError("building the launcher: \(result.output)") }
    return path
  }
}
