import CramCommand
import Testing

@Suite struct UnitsTests {
  @Test(arguments: [
    ("64K", 65536), ("4M", 4_194_304), ("2G", 2_147_483_648), ("17", 17), ("1.5K", 1536),
  ])
  func `sizes are powers of 1024`(text: String, bytes: UInt64) {
    #expect(ByteSize(argument: text)?.bytes == bytes)
  }

  @Test(arguments: ["4X", "", "K", "-1", "1e3K", "4 M", "nan", "inf", "٣K"])
  func `no size is refused`(text: String) {
    #expect(ByteSize(argument: text) == nil)
  }

  @Test(arguments: [("90s", 90.0), ("5m", 300), ("24h", 86400), ("0.5s", 0.5)])
  func `times have their unit`(text: String, seconds: Double) {
    #expect(TimeSpan(argument: text)?.seconds == seconds)
  }

  @Test(arguments: ["5", "m", "5d", "-5m", "1e1s"])
  func `a time without unit is refused`(text: String) {
    #expect(TimeSpan(argument: text) == nil)
  }

  @Test(arguments: [("1000", 1000), ("200K", 200_000), ("5B", 5_000_000_000)])
  func `counts are powers of 1000`(text: String, value: UInt64) {
    #expect(Count(argument: text)?.value == value)
  }

  @Test func `amounts read as people write them`() {
    #expect(Amount.short(1_234_567) == "1.23M")
    #expect(Amount.grouped(119_589_889) == "119,589,889")
    #expect(Amount.fixed(0.05, 1) == "0.1")
    #expect(Amount.fixed(-2.345, 2) == "-2.35" || Amount.fixed(-2.345, 2) == "-2.34")
    #expect(Amount.time(3725) == "1 h 02 m")
  }
}
