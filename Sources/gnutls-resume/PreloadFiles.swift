import Glibc

/// The two libraries that make finished programs resume.
struct PreloadFiles {
  /// What `LD_PRELOAD` names.
  let shim: String

  private static let shimName = "libgnutls-resume-preload.so"
  private static let engineName = "libgnutls-resumption.so"
  private static let engineEntry = "gnutls_resumption_preload_engine"

  /// Finds them beside the tool, or in the `lib` beside its folder, and makes sure that they can be loaded.
  init() throws(PreloadError) {
    let bin = try Self.folderOfTool()
    let places = [bin, "\(bin)/../lib"]
    guard let place = places.first(where: { unsafe access("\($0)/\(Self.shimName)", R_OK) == 0 }) else {
      throw PreloadError("\(Self.shimName) is neither in \(places[0]) nor in \(places[1]): install it there")
    }
    // Resolved, as programs may be in another folder; the loader's list is split at spaces and colons.
    guard let folder = unsafe realpath(place, nil) else { throw PreloadError("\(place) can't be resolved") }
    defer { unsafe free(folder) }
    let path = unsafe String(cString: folder)
    guard !path.contains(where: { $0 == " " || $0 == ":" }) else {
      throw PreloadError("\(path) has a space or a colon in it, where LD_PRELOAD can't name a file: move the tool")
    }
    shim = "\(path)/\(Self.shimName)"
    try Self.check(shim, for: "gnutls_handshake")
    try Self.check("\(path)/\(Self.engineName)", for: Self.engineEntry)
  }

  private static func check(_ file: String, for symbol: String) throws(PreloadError) {
    guard let library = unsafe dlopen(file, RTLD_LAZY | RTLD_LOCAL) else {
      let reason = unsafe dlerror().map { unsafe String(cString: $0) } ?? "unknown reason"
      throw PreloadError("a library can't be loaded: \(reason)")
    }
    // It stays loaded: this process is about to become another program.
    guard unsafe dlsym(library, symbol) != nil else {
      throw PreloadError("\(file) has no \(symbol): it is of another version than this tool")
    }
  }

  private static func folderOfTool() throws(PreloadError) -> String {
    guard let path = unsafe realpath("/proc/self/exe", nil) else {
      throw PreloadError("/proc/self/exe can't be read, so that the libraries can't be found")
    }
    defer { unsafe free(path) }
    return unsafe String(cString: path).split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
  }
}

/// Why programs can't be made to resume.
struct PreloadError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
