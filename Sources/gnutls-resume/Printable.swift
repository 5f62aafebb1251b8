extension UnicodeScalar {
  /// Whether a terminal may obey it, or show what stands beside it in another order: control characters of both sets,
  /// marks of direction, ends of lines.
  fileprivate var isInvisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}

extension String {
  /// The text with what can't be seen spelt out, and with what is no text replaced.
  var printable: String {
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isInvisible {
        result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        result.unicodeScalars.append(scalar.isEscapedByte ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }

  /// JSON in which what can't be seen is escaped.
  var withEscapesOfJSON: String {
    var result = ""
    for scalar in unicodeScalars {
      guard scalar.isInvisible else {
        result.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      }
    }
    return result
  }
}
