import DataPrep
import RingProtocol
import TestSupport

/// A file of documents, cut into blocks of some kilobytes.
func repetitiveCorpus(in folder: String, count: Int = 2000) throws -> CorpusInputs {
  var inputs = CorpusInputs(paths: [try writeLines(repetitiveLines(count, seed: 8), in: folder)])
  inputs.blockBytes = 20_000
  return inputs
}

/// Documents of a few words in lines and paragraphs that repeat a lot, some without ids.
func repetitiveLines(_ count: Int, seed: UInt64) -> [String] {
  var chance = SeededNumbers(seed)
  let words = ["red", "green", "Blue", "blue", "grün", "Grün,", "…", "x", "y"]
  let spaces = [" ", "  ", "\n", "\n", "\n\n", "\n \n", "\t"]
  var texts: [String] = []
  return (0..<count).map { number in
    var text = ""
    for _ in 0..<Int.random(in: 0..<9, using: &chance) {
      text += words.randomElement(using: &chance)! + spaces.randomElement(using: &chance)!
    }
    if Int.random(in: 0..<4, using: &chance) == 0 {
      text = texts.randomElement(using: &chance) ?? ""
    }
    texts.append(text)
    let id = number % 3 == 0 ? "" : "\"id\": \"d\(number)\", "
    return "{\(id)\"text\": \(text.json)}"
  }
}

/// A report without what differs from run to run.
func withoutTimes(_ report: StageReport) -> JSONValue {
  var json = report.json
  for key in ["seconds", "bytes_per_second", "peak_memory_bytes"] { json[key] = nil }
  return json
}
