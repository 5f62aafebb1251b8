// swift-format-ignore-file: AlwaysUseLowerCamelCase

internal import CGnuTLS
internal import CGnuTLSResumption

@c @implementation
public func gnutls_resumption_strerror(_ error: Int32) -> UnsafePointer<CChar>! {
  let text: StaticString? =
    switch error {
    case 0: "Success."
    case GNUTLS_RESUMPTION_E_INVALID_ARGUMENT:
      "An argument is missing, or its value can't be meant; the handle's message says which."
    case GNUTLS_RESUMPTION_E_SESSION: "GnuTLS refused to set the session up for resumption; make another."
    case GNUTLS_RESUMPTION_E_NOT_TRUSTED: "The server is not trusted; close the connection."
    case GNUTLS_RESUMPTION_E_REFUSED: "The program's own verification refused the server; close the connection."
    case GNUTLS_RESUMPTION_E_DETACHED: "The attachment has been detached from its session."
    case GNUTLS_RESUMPTION_E_STORE:
      "The store of ticket keys can't be used; new tickets are this process's alone. The server's log says why."
    default: nil
    }
  return unsafe text?.cString ?? gnutls_strerror(error)
}
