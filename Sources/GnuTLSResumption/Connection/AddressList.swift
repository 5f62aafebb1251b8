internal import Glibc

/// The addresses of a host, as the resolver orders them; owned.
@safe
struct AddressList: ~Copyable {
  private let first: UnsafeMutablePointer<addrinfo>?

  /// Resolves a name, or reads an address. The resolver's own time limits hold.
  /// - Parameter family: The system's number of a family of addresses.
  init(host given: String, port: UInt16, family: Int32 = AF_UNSPEC) throws(ConnectionError) {
    let name = ServerName(given)
    guard !name.isCut else { throw ConnectionError(.notFound, "there is a NUL in the host's name") }
    let host = name.forResolution
    var hints = unsafe addrinfo()
    unsafe hints.ai_family = family
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe host.withCString { host in
      unsafe String(port).withCString { unsafe getaddrinfo(host, $0, &hints, &list) }
    }
    guard code == 0 else {
      throw ConnectionError(.notFound, "can't find \(host): \(unsafe String(cString: gai_strerror(code)))")
    }
    unsafe first = unsafe list
  }

  deinit { unsafe freeaddrinfo(first) }

  /// Tries each address until one gives a result; throws the last failure.
  func firstResult<Result: ~Copyable>(
    _ attempt: (Int32, UnsafePointer<sockaddr>?, socklen_t, _ isLast: Bool) throws(ConnectionError) -> Result
  ) throws(ConnectionError) -> Result {
    var failure = ConnectionError(.notFound, "the host has no address")
    var next = unsafe first
    while let address = unsafe next {
      do throws(ConnectionError) {
        return unsafe try attempt(
          address.pointee.ai_family, address.pointee.ai_addr, address.pointee.ai_addrlen, address.pointee.ai_next == nil
        )
      } catch {
        failure = error
      }
      unsafe next = unsafe address.pointee.ai_next
    }
    throw failure
  }
}
