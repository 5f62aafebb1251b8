import ServerProbe
import Testing

struct SpreadTests {
  @Test("has the least, the most, and what is in the middle")
  func spread() throws {
    #expect(Spread([]) == nil)
    let odd = try #require(Spread([3, 1, 2]))
    #expect(odd.least == 1 && odd.median == 2 && odd.most == 3 && odd.count == 3)
    #expect(Spread([4, 1, 2, 3])?.median == 2.5 && Spread([7])?.median == 7)
  }
}
