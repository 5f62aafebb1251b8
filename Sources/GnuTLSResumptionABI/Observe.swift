// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import CGnuTLSResumption
internal import GnuTLSResumption
internal import SessionTicketsLocking

@c @implementation
public func gnutls_resumption_observe(
  _ store: gnutls_resumption_store_t!, _ function: gnutls_resumption_event_func!, _ data: UnsafeMutableRawPointer!
) -> Int32 {
  let cancellation = Cancellation.deferred()
  defer { cancellation.restore() }
  guard let store = unsafe StoreHandle.borrowed(store), case .success(let opened) = store.made else {
    return GNUTLS_RESUMPTION_E_INVALID_ARGUMENT
  }
  unsafe opened.observer.set(function.map { unsafe EventCallback(function: $0, data: data) })
  return 0
}

/// What a store's handle holds.
struct OpenedStore {
  let engine: Resumption
  let observer: EventObserver
}

/// Whom a store's connections tell of events: nobody, until somebody says so.
final class EventObserver: Sendable {
  private let callback = Lock<EventCallback?>(nil)

  func set(_ callback: EventCallback?) { self.callback.withLock { $0 = callback } }

  func observe(_ event: ResumptionEvent) {
    // Called without the lock: it may change itself.
    callback.withLock { $0 }?.tell(event)
  }
}

/// The caller's function and data. It is called on the thread that uses the attachment, which the compiler can't see.
@safe
struct EventCallback: @unchecked Sendable {
  let function: gnutls_resumption_event_func
  let data: UnsafeMutableRawPointer?

  init(function: @escaping gnutls_resumption_event_func, data: UnsafeMutableRawPointer?) {
    unsafe self.function = function
    unsafe self.data = unsafe data
  }

  func tell(_ event: ResumptionEvent) {
    var told = unsafe gnutls_resumption_event_t()
    unsafe told.size = MemoryLayout<gnutls_resumption_event_t>.stride
    unsafe told.port = event.server.port
    unsafe told.is_datagram = event.server.isDatagram ? 1 : 0
    unsafe told.beginning = event.beginning.nanoseconds
    unsafe told.duration = event.nanoseconds
    let (reason, text) = event.outcome.constants
    unsafe told.reason = reason
    unsafe told.reason_text = text.cString
    var protocolName = OwnedText()
    switch event.step {
    case .claim(let kind):
      unsafe told.step = GNUTLS_RESUMPTION_STEP_CLAIM
      unsafe told.claimed =
        switch kind {
        case .ticket?: GNUTLS_RESUMPTION_CLAIMED_TICKET
        case .session?: GNUTLS_RESUMPTION_CLAIMED_SESSION
        case nil: GNUTLS_RESUMPTION_CLAIMED_NOTHING
        }
    case .handshake(let result):
      unsafe told.step = GNUTLS_RESUMPTION_STEP_HANDSHAKE
      switch result {
      case .established(let isResumed, let name):
        unsafe told.result = GNUTLS_RESUMPTION_RESULT_ESTABLISHED
        unsafe told.resumed = isResumed ? 1 : 0
        protocolName.set(name)
      case .refused: unsafe told.result = GNUTLS_RESUMPTION_RESULT_REFUSED
      case .failed: unsafe told.result = GNUTLS_RESUMPTION_RESULT_FAILED
      }
    case .keep(let received, let stored):
      unsafe told.step = GNUTLS_RESUMPTION_STEP_KEEP
      unsafe told.tickets_received = UInt32(clamping: received)
      unsafe told.tickets_stored = UInt32(clamping: stored)
    }
    var storeError = OwnedText()
    storeError.set(event.outcome.storeError.map { "\($0)" })
    var name = OwnedText()
    name.set(event.server.name)
    unsafe told.protocol = unsafe protocolName.pointer
    unsafe told.store_error = unsafe storeError.pointer
    unsafe told.server_name = unsafe name.pointer ?? noMessage.cString
    unsafe function(&told, data)
    // Lent until here.
    withExtendedLifetime(protocolName) {}
    withExtendedLifetime(storeError) {}
    withExtendedLifetime(name) {}
  }
}
