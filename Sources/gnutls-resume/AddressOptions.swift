import ArgumentParser
import Glibc
import GnuTLSResumption

/// Which addresses are connected to.
struct AddressOptions: ParsableArguments {
  @Flag(name: [.customShort("4"), .customLong("ipv4")], help: "Connect by IPv4 only.")
  var ipv4 = false

  @Flag(name: [.customShort("6"), .customLong("ipv6")], help: "Connect by IPv6 only.")
  var ipv6 = false

  @Option(
    help: ArgumentHelp(
      "Connect to this address in place of what the resolver says; several stand with commas between them. May be given "
        + "again, for other hosts and ports.",
      valueName: "host:port:address"),
    transform: ResolvedHost.init)
  var resolve: [ResolvedHost] = []

  func validate() throws {
    guard !ipv4 || !ipv6 else { throw ValidationError("-4 and -6 exclude each other.") }
  }

  func choice(for host: String, port: UInt16) -> AddressChoice {
    let server = ServerIdentity(name: host, port: port)
    return AddressChoice(
      family: ipv4 ? .ipv4 : ipv6 ? .ipv6 : .any,
      insteadOfResolver: resolve.filter { $0.server == server }.flatMap(\.addresses))
  }
}

/// `HOST:PORT:ADDRESS[,ADDRESS…]`, with IPv6 addresses in brackets or, as the last part, without.
struct ResolvedHost {
  let server: ServerIdentity
  let addresses: [String]

  /// - Throws: `ValidationError`, with what to do about it.
  init(_ argument: String) throws {
    let argument = try text(argument)
    let hostEnd = argument.first == "[" ? argument.firstIndex(of: "]") ?? argument.startIndex : argument.startIndex
    guard let first = argument[hostEnd...].firstIndex(of: ":"),
      let second = argument[argument.index(after: first)...].firstIndex(of: ":")
    else { throw ValidationError("write host:port:address, as in example.org:443:127.0.0.1.") }
    let host = try HostPort(String(argument[..<second]))
    guard let port = host.port else { throw ValidationError("the port is missing.") }
    server = ServerIdentity(name: host.host, port: port)
    addresses = try argument[argument.index(after: second)...].split(separator: ",", omittingEmptySubsequences: false)
      .map(Self.address)
  }

  private static func address(_ given: Substring) throws -> String {
    var given = given
    if given.first == "[", given.last == "]" { given = given.dropFirst().dropLast() }
    // A zone isn't part of it.
    let number = String(given.prefix { $0 != "%" })
    var six = in6_addr()
    var four = in_addr()
    let isSix = unsafe inet_pton(AF_INET6, number, &six) == 1
    let isFour = unsafe number.count == given.count && inet_pton(AF_INET, number, &four) == 1
    guard isSix || isFour else {
      throw ValidationError("'\(given)' is no address: names aren't looked up here.")
    }
    return String(given)
  }
}
