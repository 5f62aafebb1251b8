internal import Glibc

enum IPAddress {
  /// Whether a host is an IPv4 or IPv6 address in text.
  static func isLiteral(_ host: String) -> Bool {
    var four = in_addr()
    var six = in6_addr()
    // A zone may follow (RFC 4007, section 11): fe80::1%eth0.
    let address = String(host.prefix { $0 != "%" })
    let isFour = unsafe host.withCString { unsafe inet_pton(AF_INET, $0, &four) } == 1
    let isSix = unsafe address.withCString { unsafe inet_pton(AF_INET6, $0, &six) } == 1
    return isFour || isSix
  }
}
