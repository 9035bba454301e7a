import Glibc

/// A chart as SVG: no script, no font of its own, colours from the page, so that it follows its light or dark scheme.
public struct Chart: Sendable {
  /// A point in the numbers of the axes.
  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
      (self.x, self.y) = (x, y)
    }
  }

  /// What a colour stands for.
  public struct Legend: Sendable, Equatable {
    public var name: String
    /// A place in the page's palette, or `rest`.
    public var color: Int
    /// Grey, for all that is not told apart.
    public static let rest = 8
    /// A broken line across the chart.
    public static let level = 9

    public init(_ name: String, color: Int) {
      (self.name, self.color) = (name, color)
    }
  }

  /// Something that is drawn between the axes.
  public enum Mark: Sendable {
    /// A line through points; `color` is a place in the page's palette.
    case line([Point], color: Int)
    /// Dots.
    case dots([Point], color: Int)
    /// Bars that stand on the lower axis: from, to, height, and what a pointer on it is told.
    case bars([(from: Double, to: Double, height: Double, note: String)], color: Int)
    /// Parts of a whole along the lower axis: for each row a width and the heights of the parts, lowest first.
    case bands([(from: Double, to: Double, shares: [Double])], parts: [Legend])
    /// Bars of several parts, lowest first; each part says what a pointer on it is told.
    case stacks([(from: Double, to: Double, parts: [(height: Double, note: String)])])
    /// A broken line at one height; `Legend.level` says what it means.
    case level(Double)
  }

  public var x: Axis
  public var y: Axis
  public var marks: [Mark]
  /// What the chart shows, for those who cannot see it.
  public var description: String

  public init(x: Axis, y: Axis, marks: [Mark], description: String) {
    (self.x, self.y, self.marks, self.description) = (x, y, marks, description)
  }

  // In units of the drawing; on a phone one is a little less than a pixel.
  private static let width = 400.0
  private static let height = 240.0
  private static let left = 54.0
  private static let right = 10.0
  private static let top = 10.0
  private static let bottom = 38.0

  /// The drawing.
  public var svg: String {
    let parts = [
      "<svg viewBox=\"0 0 400 240\" role=\"img\" aria-label=\"\(Page.escaped(description))\">",
      grid, marks.map(draw).joined(), frame, "</svg>",
    ]
    return parts.joined(separator: "\n")
  }

  private func left(_ x: Double) -> Double {
    Self.left + self.x.place(of: x) * (Self.width - Self.left - Self.right)
  }

  private func down(_ y: Double) -> Double {
    Self.height - Self.bottom - self.y.place(of: y) * (Self.height - Self.top - Self.bottom)
  }

  private var grid: String {
    let (base, end) = (Self.height - Self.bottom, Self.width - Self.right)
    let rows = y.ticks.map { tick -> String in
      let at = Self.fixed(down(tick), 1)
      return
        "<path class=\"grid\" d=\"M\(Self.left) \(at)H\(end)\"/><text x=\"\(Self.left - 5)\" y=\"\(at)\" dy=\".32em\" text-anchor=\"end\">\(Page.escaped(y.label(tick)))</text>"
    }
    let columns = x.ticks.map { tick -> String in
      let at = Self.fixed(left(tick), 1)
      // About 3.2 units to each side of a letter: what would be cut at the edge stands before it.
      let label = x.label(tick)
      let anchor = left(tick) + 3.2 * Double(label.count) > Self.width ? "end" : "middle"
      let place = anchor == "end" ? Self.fixed(Self.width - 1, 1) : at
      return
        "<path class=\"grid\" d=\"M\(at) \(Self.top)V\(base)\"/><text x=\"\(place)\" y=\"\(base + 14)\" text-anchor=\"\(anchor)\">\(Page.escaped(label))</text>"
    }
    return (rows + columns).joined(separator: "\n")
  }

  private var frame: String {
    let (base, end) = (Self.height - Self.bottom, Self.width - Self.right)
    return """
      <path class="axis" d="M\(Self.left) \(base)H\(end)"/>
      <text class="title" x="\((Self.left + end) / 2)" y="\(Self.height - 6)" text-anchor="middle">\(Page.escaped(x.title))</text>
      <text class="title" transform="translate(10 \((Self.top + base) / 2)) rotate(-90)" text-anchor="middle">\(Page.escaped(y.title))</text>
      """
  }

  private func draw(_ mark: Mark) -> String {
    switch mark {
    case .line(let points, let color):
      let path = points.map { "\(Self.fixed(left($0.x), 1)) \(Self.fixed(down($0.y), 1))" }
      return "<path class=\"line s\(color)\" d=\"M\(path.joined(separator: "L"))\"/>\n"
    case .dots(let points, let color):
      return points.map {
        "<circle class=\"dot f\(color)\" cx=\"\(Self.fixed(left($0.x), 1))\" cy=\"\(Self.fixed(down($0.y), 1))\" r=\"2.5\"/>\n"
      }.joined()
    case .bars(let bars, let color):
      return bars.map { bar(from: $0.from, to: $0.to, 0, $0.height, color, note: $0.note) }.joined()
    case .bands(let rows, let parts):
      return rows.map { bands(from: $0.from, to: $0.to, $0.shares, parts) }.joined()
    case .stacks(let bars):
      return bars.map { stack(from: $0.from, to: $0.to, $0.parts) }.joined()
    case .level(let value):
      let end = Self.width - Self.right
      return "<path class=\"level\" d=\"M\(Self.left) \(Self.fixed(down(value), 1))H\(end)\"/>\n"
    }
  }

  private func bar(
    from: Double, to: Double, _ low: Double, _ high: Double, _ color: Int, note: String
  ) -> String {
    let (begin, end) = (left(from), left(to))
    let (base, peak) = (down(max(low, y.range.lowerBound)), down(high))
    guard base > peak else { return "" }
    let gap = end - begin > 4 ? 0.5 : 0
    return
      "<rect class=\"f\(color)\" x=\"\(Self.fixed(begin + gap, 2))\" y=\"\(Self.fixed(peak, 2))\" width=\"\(Self.fixed(max(end - begin - 2 * gap, 0.3), 2))\" height=\"\(Self.fixed(base - peak, 2))\"><title>\(Page.escaped(note))</title></rect>\n"
  }

  private func bands(from: Double, to: Double, _ shares: [Double], _ parts: [Legend]) -> String {
    var (low, text) = (0.0, "")
    for (place, share) in shares.enumerated() where share > 0 {
      let note = "\(parts[place].name): \(Self.fixed(100 * share, 1)) %"
      text += bar(from: from, to: to, low, low + share, parts[place].color, note: note)
      low += share
    }
    return text
  }

  private func stack(
    from: Double, to: Double, _ parts: [(height: Double, note: String)]
  ) -> String {
    var (low, text) = (0.0, "")
    for (place, part) in parts.enumerated() {
      text += bar(from: from, to: to, low, low + part.height, place, note: part.note)
      low += part.height
    }
    return text
  }

  /// A number with so many decimals.
  static func fixed(_ number: Double, _ decimals: Int) -> String {
    guard number.isFinite, abs(number) < 1e15 else { return "0" }
    let scale = pow(10, Double(decimals))
    let rounded = Int64((abs(number) * scale).rounded())
    let digits = String(rounded)
    let sign = number < 0 && rounded > 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
