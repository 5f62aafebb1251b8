internal import Glibc

extension AddressChoice {
  /// More than that many of one name are passed over.
  private static let most = 16

  /// A host's addresses, in text, in the order in which they would be connected to; each once.
  package func addresses(of host: String, port: UInt16) throws(ConnectionError) -> [String] {
    var result: [String] = []
    for given in insteadOfResolver.isEmpty ? [host] : insteadOfResolver {
      let list: AddressList
      do throws(ConnectionError) {
        list = try AddressList(host: given, port: port, family: number)
      } catch {
        // Of several that were given, one may be of the family that isn't wanted.
        guard !insteadOfResolver.isEmpty, given != insteadOfResolver.last || !result.isEmpty else { throw error }
        continue
      }
      for text in list.texts where !result.contains(text) && result.count < Self.most { result.append(text) }
    }
    return result
  }
}

extension AddressList {
  /// The addresses in text, with their zones.
  fileprivate var texts: [String] {
    var result: [String] = []
    // Each fails, so that the next is asked for.
    _ = try? unsafe firstResult { (_, address, length, _) throws(ConnectionError) -> Int in
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if unsafe getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
        result.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
      throw ConnectionError(.notFound, "")
    }
    return result
  }
}
