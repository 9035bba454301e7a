/// Dates and times as Python's `isoformat` writes them (ISO 8601).
extension RowWriter {
  private static let dayNanoseconds: Int64 = 86_400_000_000_000

  /// Days since 1970.
  mutating func append(date days: Int64) throws(ParquetFault) {
    try append("\"" as StaticString)
    try appendDate(days)
    try append("\"" as StaticString)
  }

  /// The time of a day, in units.
  mutating func append(time: Int64, unit: ParquetElement.Unit) throws(ParquetFault) {
    try append("\"" as StaticString)
    try appendTime(time, unit)
    try append("\"" as StaticString)
  }

  /// Units since 1970.
  mutating func append(
    timestamp: Int64, unit: ParquetElement.Unit, isUTC: Bool
  ) throws(ParquetFault) {
    let perDay = unit.perSecond * 86_400
    let (days, rest) = Self.divided(timestamp, perDay)
    try append("\"" as StaticString)
    try appendDate(days)
    try append("T" as StaticString)
    try appendTime(rest, unit)
    try append(isUTC ? "+00:00\"" : "\"" as StaticString)
  }

  /// Nanoseconds of a day in eight bytes, then the number of the day (Julian) in four.
  mutating func append(timestamp96 bytes: UnsafeRawPointer) throws(ParquetFault) {
    let nanoseconds = Int64(littleEndian: bytes.loadUnaligned(as: Int64.self))
    let day = Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int32.self))
    let (more, rest) = Self.divided(nanoseconds, Self.dayNanoseconds)
    try append("\"" as StaticString)
    try appendDate(Int64(day) - 2_440_588 + more)
    try append("T" as StaticString)
    try appendTime(rest, .nanoseconds)
    try append("\"" as StaticString)
  }

  private mutating func appendDate(_ days: Int64) throws(ParquetFault) {
    // Years begin with March, so that the day that is not always there comes last; eras have 400 of them.
    let (era, dayOfEra) = Self.divided(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    if year < 0 { try append("-" as StaticString) }
    try append(UInt64(year.magnitude), digits: 4)
    try append("-" as StaticString)
    try append(UInt64(month < 10 ? month + 3 : month - 9), digits: 2)
    try append("-" as StaticString)
    try append(UInt64(dayOfYear - (153 * month + 2) / 5 + 1), digits: 2)
  }

  private mutating func appendTime(_ time: Int64, _ unit: ParquetElement.Unit) throws(ParquetFault)
  {
    let (seconds, fraction) = Self.divided(time, unit.perSecond)
    if seconds < 0 { try append("-" as StaticString) }
    let all = seconds.magnitude
    try append(all / 3600, digits: 2)
    try append(":" as StaticString)
    try append(all / 60 % 60, digits: 2)
    try append(":" as StaticString)
    try append(all % 60, digits: 2)
    guard fraction > 0 else { return }
    try append("." as StaticString)
    let nanoseconds = UInt64(fraction * (1_000_000_000 / unit.perSecond))
    let isFine = nanoseconds % 1000 != 0
    try append(isFine ? nanoseconds : nanoseconds / 1000, digits: isFine ? 9 : 6)
  }

  /// Quotient rounded down, and a rest that is never negative.
  private static func divided(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: by)
    return rest < 0 ? (quotient - 1, rest + by) : (quotient, rest)
  }
}
