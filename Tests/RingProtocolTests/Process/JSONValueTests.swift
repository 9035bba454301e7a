import RingProtocol
import Testing

@Suite struct JSONValueTests {
  @Test(arguments: [
    #"{"a": [1, -2, 3.5, 1e3, true, false, null], "b": {"": ""}, "é": "\u00e9\ud83d\ude00\n"}"#,
    "[]", "{}", "\"\"", "0", "-0.5", "9223372036854775807", "1e-7",
  ])
  func `what is written is read again`(text: String) throws {
    let value = try JSONValue.parse(text)
    #expect(try JSONValue.parse(value.serialized()) == value)
    #expect(try JSONValue.parse(value.serialized(pretty: true)) == value)
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\" 1}", "01", "1.", "+1", "nul", "\"\\x\"", "\"\u{1}\"", "\"\\ud800\"",
    "[1] 2", "{\"a\": }", String(repeating: "[", count: 100_000),
  ])
  func `no JSON is refused with its place`(text: String) {
    #expect(throws: JSONError.self) { try JSONValue.parse(text) }
  }

  @Test func `keys keep their order and the last of equal ones counts`() throws {
    let value = try JSONValue.parse(#"{"b": 1, "a": 2, "b": 3}"#)
    #expect(value["b"] == 3)
    #expect(value.members?.map(\.key) == ["b", "a", "b"])
  }
}
