import CSessionTickets
import Foundation
import Glibc
import SessionTickets
import TestPeers
import Testing

@testable import GnuTLSResumption

@Suite("What a verification depended on")
struct TrustInputsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func status(of path: String) throws -> stat {
    var status = stat()
    try #require(unsafe stat(path, &status) == 0)
    return status
  }

  /// A stamp on a file system that keeps them.
  private func stamp(_ status: stat) -> FileStamp { FileStamp(status, isKept: true) }

  private func path(_ name: String) -> RawPath { RawPath(folder.file(name)) }

  private var fixtures: RawPath { RawPath(Fixture.folder) }

  @Test("a stamp tells by device, inode, size and both times, if they are clearly older than the noting")
  func stamps() throws {
    let old = try status(of: Client.fixture("ecdsa-root.pem"))
    let noted = stamp(old)
    #expect(noted.isSettled && noted.certainlyMatches(stamp(old)))
    let changes: [(inout stat) -> Void] = [
      { $0.st_dev += 1 }, { $0.st_ino += 1 }, { $0.st_size += 1 }, { $0.st_mtim.tv_nsec ^= 1 },
      { $0.st_ctim.tv_nsec ^= 1 }, { $0.st_mtim.tv_sec += 1 }, { $0.st_ctim.tv_sec -= 1 },
    ]
    for change in changes {
      var other = old
      change(&other)
      #expect(!noted.certainlyMatches(stamp(other)))
    }
    var young = old
    young.st_ctim.tv_sec = time(nil) - 1
    #expect(!stamp(young).certainlyMatches(stamp(young)))
    young.st_ctim.tv_sec = time(nil) + 1000
    #expect(!stamp(young).isSettled)
  }

  @Test("a stamp on a file system that keeps none tells nothing: contents are noted, and compared")
  func notKept() throws {
    let name = try folder.write("large.pem", String(repeating: "-", count: TrustFile.mostAlwaysDigested + 1))
    let file = try TrustFile(RawPath(name), purpose: "")
    var old = try status(of: name)
    old.st_ctim.tv_sec -= 3600
    for (isKept, digest) in [(true, nil), (false, file.digest)] {
      #expect(TrustFile(bytes: file.bytes, stamp: FileStamp(old, isKept: isKept)).note == .file(stamp(old), digest))
    }
    let noted = FileStamp(old, isKept: false)
    #expect(!noted.certainlyMatches(stamp(old)) && !stamp(old).certainlyMatches(noted))
    #expect(stamp(old).certainlyMatches(stamp(old)))
    #expect(TrustNote.file(noted, file.digest).holds(for: .file(RawPath(name))))
    #expect(!TrustNote.file(noted, SHA256.digest([])).holds(for: .file(RawPath(name))))
    #expect(!TrustNote.file(noted, nil).holds(for: .file(RawPath(name))))
  }

  @Test(
    "stamps are kept where a file system keeps times of change, and is mounted for writing",
    arguments: [
      (0xef53, true), (0x5846_5342, true), (0x9123_683e, true), (0xf2f5_2010, true), (0x0102_1994, true),
      (0x7371_7368, false), (0xe0f5_e1e2, false), (0x794c_7630, false), (0x6969, false), (0x0102_1997, false),
      (0x4d44, false), (0x6573_5546, false), (0, false),
    ] as [(UInt, Bool)])
  func fileSystems(type: UInt, isKept: Bool) {
    // ST_VALID, ST_RDONLY, ST_NOSUID (statfs(2)).
    for (flags, counts) in [(0x20, true), (0x22, true), (0x21, false), (0, false), (0x02, false)] as [(UInt, Bool)] {
      #expect((csessiontickets_stamps_tell(type, flags) != 0) == (isKept && counts))
    }
  }

  @Test("what inputs are now is the same for all who find the same files, and other for other files")
  func now() throws {
    let path = RawPath(try folder.write("a.pem", "a"))
    let sources: [TrustSource] = [.file(path), .folder(fixtures), .memory(digest: try #require(Digest(0..<32)))]
    let first = try #require(TrustInputs.now(for: sources)?.digest)
    #expect(TrustInputs.now(for: sources)?.digest == first)
    #expect(TrustInputs.now(for: sources.dropLast())?.digest != first)
    #expect(TrustInputs.now(for: [.file(self.path("missing"))]) == nil)
    #expect(TrustInputs.now(for: [.folder(self.path("missing"))]) == nil)
    // As it was loaded, and noted.
    var loaded = TrustInputs()
    loaded.configuration = GnuTLSConfiguration.current
    loaded.append(try TrustFile(path, purpose: "").note)
    #expect(loaded.digest == TrustInputs.now(for: [.file(path)])?.digest)
    // Whether it has settled since is no matter.
    var status = try status(of: path.description)
    let settled = FileStamp(status, isKept: true)
    status.st_ctim.tv_sec += 3600
    let young = FileStamp(status, isKept: true)
    #expect(settled != young)
    try folder.write("a.pem", "b")
    #expect(TrustInputs.now(for: sources)?.digest != first)
    // By contents where stamps don't tell.
    var unkept = loaded
    unkept = TrustInputs()
    unkept.configuration = loaded.configuration
    unkept.append(.file(FileStamp(status, isKept: false), SHA256.digest(Array("b".utf8))))
    var other = TrustInputs()
    other.configuration = loaded.configuration
    other.append(.file(FileStamp(try self.status(of: path.description), isKept: false), SHA256.digest(Array("b".utf8))))
    #expect(unkept.digest != nil && unkept.digest == other.digest)
    other.configuration = ConfigurationNote([1])
    #expect(unkept.digest != other.digest)
    other.configuration = nil
    #expect(other.digest == nil)
  }

  @Test("times that some file systems keep, beyond all 64-bit nanoseconds, don't trap", arguments: [Int.min, .max])
  func farTimes(seconds: Int) throws {
    var far = try status(of: Client.fixture("ecdsa-root.pem"))
    far.st_mtim.tv_sec = seconds
    let modified = stamp(far)
    #expect(modified.isSettled && modified.certainlyMatches(stamp(far)))
    far.st_ctim.tv_sec = seconds
    #expect(stamp(far).isSettled == (seconds == .min))
  }

  @Test("each kind of note holds for its source, and for nothing else")
  func notes() throws {
    try folder.write("a", "a")
    let file = path("a")
    let digest = try #require(SHA256.digest(Array("a".utf8)))
    let stamp = try #require(FileStamp(path: file))
    let listing = try #require(try TrustFolder(RawPath(folder.path)).digest)
    let sources: [TrustSource] = [.file(file), .folder(fixtures), .memory(digest: digest)]
    let entries = try #require(try TrustFolder(fixtures).digest)
    let notes: [TrustNote] = [.file(stamp, digest), .folder(entries, isSettled: true), .memory(digest)]
    for (row, note) in notes.enumerated() {
      for (column, source) in sources.enumerated() { #expect(note.holds(for: source) == (row == column)) }
    }
    #expect(!TrustNote.folder(entries, isSettled: false).holds(for: .folder(fixtures)))
    #expect(!TrustNote.folder(listing, isSettled: true).holds(for: .folder(fixtures)))
    #expect(!TrustNote.file(stamp, listing).holds(for: .file(file)))
    #expect(!TrustNote.file(stamp, digest).holds(for: .file(path("missing"))))
  }

  @Test("a file of which only the contents tell is noted anew, with a stamp that tells by itself")
  func confirmed() throws {
    let path = RawPath(Client.fixture("ecdsa-root.pem"))
    let file = try TrustFile(path, purpose: "")
    try #require(file.stamp.isSettled)
    var status = try status(of: path.description)
    status.st_ctim.tv_nsec ^= 1
    let other = TrustNote.file(stamp(status), SHA256.digest(file.bytes))
    #expect(other.confirmed(for: .file(path)) == file.note)
    var inputs = TrustInputs()
    inputs.configuration = GnuTLSConfiguration.current
    inputs.append(other)
    var anew = TrustInputs()
    anew.configuration = GnuTLSConfiguration.current
    anew.append(file.note)
    #expect(inputs.confirmed(for: [.file(path)]) == anew && anew.confirmed(for: [.file(path)]) == anew)
    var verdict = try #require(Verdict.sample)
    verdict.inputs = inputs
    let confirmed = try #require(verdict.confirmed(under: .file(path), now: verdict.time + 1))
    #expect(confirmed.inputs == anew && confirmed.time == verdict.time)
  }

  @Test("a large file is noted without its digest, once its stamp is settled: then only that tells")
  func large() throws {
    let text = String(repeating: "-", count: TrustFile.mostAlwaysDigested + 1)
    let path = RawPath(try folder.write("large.pem", text))
    let young = try TrustFile(path, purpose: "")
    #expect(young.note == .file(young.stamp, young.digest))
    let later = try #require(young.note.confirmed(for: .file(path)))
    #expect(later == young.note)
    // A file changed long ago can only be had by its times.
    var status = try status(of: path.description)
    status.st_ctim.tv_sec -= 3600
    let old = TrustFile(bytes: young.bytes, stamp: stamp(status))
    #expect(old.note == .file(old.stamp, nil))
    #expect(!old.note.holds(for: .file(path)))
    let small = TrustFile(bytes: Array(young.bytes.dropFirst()), stamp: old.stamp)
    #expect(small.note == .file(old.stamp, small.digest))
  }

  @Test("more or fewer sources than were noted: not unchanged")
  func counts() throws {
    var inputs = TrustInputs()
    let digest = try #require(Digest(0..<32))
    inputs.append(.memory(digest))
    let memory = TrustSource.memory(digest: digest)
    #expect(inputs.hold(for: [memory]))
    #expect(!inputs.hold(for: []))
    #expect(!inputs.hold(for: [memory, memory]))
  }

  @Test("what is no regular file is refused, and holds nobody up", arguments: ["fifo", "folder", "/dev/zero"])
  func notAFile(kind: String) throws {
    let path = kind.hasPrefix("/") ? kind : folder.file(kind)
    if kind == "fifo" { try #require(unsafe mkfifo(path, 0o600) == 0) }
    if kind == "folder" { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
    let error = #expect(throws: VerificationFailure.self) {
      try TrustFile(RawPath(path), purpose: "the trust file")
    }
    #expect(error?.message == "can't read the trust file \(path): not a regular file")
  }

  @Test("a folder's digest tells names and entries apart, and follows symbolic links")
  func folders() throws {
    func digest() throws -> Digest { try #require(try TrustFolder(RawPath(folder.path)).digest) }
    let empty = try digest()
    try folder.write("a", "a")
    let one = try digest()
    #expect(one != empty)
    try FileManager.default.createSymbolicLink(atPath: folder.file("b"), withDestinationPath: "a")
    let two = try digest()
    #expect(two != one)
    try folder.write("a", "bb")
    #expect(try digest() != two)
    try FileManager.default.removeItem(atPath: folder.file("b"))
    try FileManager.default.removeItem(atPath: folder.file("a"))
    #expect(try digest() == empty)
  }

  @Test("a folder's digest tells under which name each file stands")
  func folderNames() throws {
    func link(_ name: String, _ fixture: String) throws {
      try? FileManager.default.removeItem(atPath: folder.file(name))
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: Client.fixture(fixture))
    }
    try link("a", "rsa-root.pem")
    try link("b", "ecdsa-root.pem")
    let before = try TrustFolder(RawPath(folder.path))
    try FileManager.default.moveItem(atPath: folder.file("b"), toPath: folder.file("c"))
    #expect(try TrustFolder(RawPath(folder.path)).digest != before.digest)
  }

  @Test("a folder is settled if all its files are, and were loaded as they were listed")
  func settledFolder() throws {
    func note(_ listing: TrustFolder) throws -> TrustNote? {
      let credentials = try CertificateCredentials()
      return try withExtendedLifetime(credentials) {
        var loader = unsafe TrustLoader(credentials: credentials.pointer, names: nil)
        try loader.add(listing)
        return loader.inputs.notes.first
      }
    }
    let link = folder.file("link.pem")
    func point(to fixture: String) throws {
      try? FileManager.default.removeItem(atPath: link)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: Client.fixture(fixture))
    }
    try point(to: "ecdsa-root.pem")
    let listing = try TrustFolder(RawPath(folder.path))
    let digest = try #require(listing.digest)
    #expect(try note(listing) == .folder(digest, isSettled: true))
    // Listed with one file behind the link, loaded with another, and put back: the digest would never tell.
    try point(to: "rsa-root.pem")
    #expect(try note(listing) == .folder(digest, isSettled: false))
    try folder.write("young.pem", try String(contentsOfFile: Client.fixture("rsa-root.pem"), encoding: .utf8))
    let young = try TrustFolder(RawPath(folder.path))
    #expect(try note(young) == .folder(try #require(young.digest), isSettled: false))
  }

  @Test("a stamp that isn't settled stays so when it is sealed")
  func sealedStamps() throws {
    for path in [Client.fixture("ecdsa-root.pem"), try folder.write("young", "young")] {
      let stamp = try #require(FileStamp(path: RawPath(path)))
      var bytes: [UInt8] = []
      stamp.append(to: &bytes)
      var reader = ByteReader(bytes[...])
      let read = try #require(FileStamp(&reader))
      #expect(read == stamp && read.isSettled == stamp.isSettled && reader.isAtEnd)
    }
  }

  @Test("inputs without a configuration, or with another than this process has, are never unchanged")
  func configuration() throws {
    let digest = try #require(Digest(0..<32))
    var inputs = TrustInputs()
    inputs.append(.memory(digest))
    let sources: [TrustSource] = [.memory(digest: digest)]
    #expect(inputs.hold(for: sources) && inputs.confirmed(for: sources) == nil && !inputs.areKept)
    inputs.configuration = GnuTLSConfiguration.current
    #expect(inputs.confirmed(for: sources) == inputs && inputs.areKept)
    inputs.configuration = ConfigurationNote([1] + (inputs.configuration?.bytes ?? []))
    #expect(inputs.confirmed(for: sources) == nil)
  }

  @Test("once calls have changed what GnuTLS accepts, no verdict is written, nor believed, in this process")
  func changedByProgram() async {
    await #expect(processExitsWith: .success) {
      let client = try Client()
      try client.visitAnew()
      guard try !client.visitAnew().loadedTrust, GnuTLSConfiguration.current != nil else { exit(1) }
      GnuTLSConfiguration.changedByProgram()
      guard GnuTLSConfiguration.current == nil, !GnuTLSConfiguration.isAsLoaded else { exit(2) }
      for _ in 0..<3 {
        let (outcome, loadedTrust) = try client.visitAnew()
        guard outcome.isResumed, loadedTrust else { exit(3) }
      }
      guard TrustInputs.now(for: []) == nil else { exit(4) }
    }
  }

  @Test("a verdict is read back, and every cut is refused")
  func encoding() throws {
    let sample = try #require(Verdict.sample)
    #expect(Verdict(whole: sample.bytes[...]) == sample)
    #expect(Verdict(whole: (sample.bytes + [0])[...]) == nil)
    for length in sample.bytes.indices { #expect(Verdict(whole: sample.bytes.prefix(length)) == nil) }
    var bare = sample
    bare.inputs = nil
    #expect(Verdict(whole: bare.bytes[...]) == bare)
  }

  @Test("times out of all bounds don't trap", arguments: [Int64.min, .max, 0])
  func extremes(time: Int64) throws {
    var verdict = try #require(Verdict.sample)
    verdict.time = time
    for now in [Int64.min, 0, .max] {
      var policy = VerificationPolicy.anchors(pem: [])
      #expect(!verdict.stands(under: policy, now: now))
      policy.verdictLifetime = .max
      #expect(!verdict.stands(under: policy, now: now))
    }
  }
}
