internal import SessionTickets

/// When a line of the log was written, as ISO 8601 has it: UTC, to milliseconds.
///
/// By hand: the C library's functions for calendars take a lock, and read the time zone's file.
struct TimeOfLine {
  let text: String

  static var now: TimeOfLine { TimeOfLine(WallTime.now()) }

  init(_ time: WallTime) {
    // A clock before 1970 is as good as none.
    let milliseconds = UInt64(max(0, time.nanoseconds)) / 1_000_000
    let seconds = milliseconds / 1_000
    let (year, month, day) = Self.date(ofDay: seconds / 86_400)
    let (hour, minute) = (seconds / 3_600 % 24, seconds / 60 % 60)
    text =
      "\(Self.digits(year, 4))-\(Self.digits(month, 2))-\(Self.digits(day, 2))T\(Self.digits(hour, 2)):"
      + "\(Self.digits(minute, 2)):\(Self.digits(seconds % 60, 2)).\(Self.digits(milliseconds % 1_000, 3))Z"
  }

  /// The Gregorian date of a day, counted from 1970-01-01. Years begin in March here, so that leap days are their last.
  private static func date(ofDay day: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
    let sinceMarch0 = day + 719_468
    let era = sinceMarch0 / 146_097
    let dayOfEra = sinceMarch0 % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  private static func digits(_ value: UInt64, _ count: Int) -> String {
    let text = "\(value)"
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }
}
