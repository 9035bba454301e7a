/// One HTML page that stands alone: its style is in it, its charts are drawings, and nothing is fetched from anywhere.
///
/// It follows the reader's light or dark scheme and fits a phone.
public struct Page: Sendable {
  public var title: String
  public var subtitle: String
  /// Machine-readable content, kept in the page as JSON.
  public var json: String
  private var body: [String] = []

  public init(title: String, subtitle: String, json: String) {
    (self.title, self.subtitle, self.json) = (title, subtitle, json)
  }

  /// A figure with its name.
  public struct Figure: Sendable {
    public var name: String
    public var value: String
    /// What a test or another program finds it by.
    public var key: String

    public init(_ name: String, _ value: String, key: String) {
      (self.name, self.value, self.key) = (name, value, key)
    }
  }

  /// Adds a row of large figures.
  public mutating func add(figures: [Figure]) {
    let tiles = figures.map {
      "<div class=\"tile\"><b data-key=\"\(Self.escaped($0.key))\">\(Self.escaped($0.value))</b><span>\(Self.escaped($0.name))</span></div>"
    }
    body.append("<section class=\"tiles\">\n\(tiles.joined(separator: "\n"))\n</section>")
  }

  /// A chart with what stands around it.
  public struct Plot: Sendable {
    public var title: String
    /// What it tells, in a sentence.
    public var note: String
    /// Nil where there is nothing to draw, and the note says why.
    public var chart: Chart?
    /// What the colours stand for; nothing where there is only one.
    public var legend: [Chart.Legend]

    public init(_ title: String, note: String, _ chart: Chart?, legend: [Chart.Legend] = []) {
      (self.title, self.note, self.chart, self.legend) = (title, note, chart, legend)
    }
  }

  /// Adds charts, side by side where there is room.
  public mutating func add(plots: [Plot]) {
    let figures = plots.map { plot in
      let names = plot.legend.map {
        "<li><i class=\"b\($0.color)\"></i>\(Self.escaped($0.name))</li>"
      }
      let legend = names.isEmpty ? "" : "<ul class=\"legend\">\(names.joined())</ul>"
      return
        "<figure><h2>\(Self.escaped(plot.title))</h2>\n\(plot.chart?.svg ?? "")\n\(legend)<figcaption>\(Self.escaped(plot.note))</figcaption></figure>"
    }
    body.append("<section class=\"plots\">\n\(figures.joined(separator: "\n"))\n</section>")
  }

  /// Adds a table; on a narrow screen it scrolls by itself. Columns of figures are aligned at their ends.
  public mutating func add(table title: String, head: [String], rows: [[String]], note: String = "")
  {
    let isFigure = head.indices.map { column in
      rows.allSatisfy { Self.isFigure($0[column]) }
    }
    func line(_ row: [String], _ tag: String) -> String {
      let cells = zip(row, isFigure).map { text, isFigure in
        "<\(tag)\(isFigure ? " class=\"n\"" : "")>\(Self.escaped(text))</\(tag)>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    let lines = rows.map { line($0, "td") }.joined(separator: "\n")
    let below = note.isEmpty ? "" : "<p class=\"note\">\(Self.escaped(note))</p>"
    body.append(
      "<section><h2>\(Self.escaped(title))</h2><div class=\"scroll\"><table><thead>\(line(head, "th"))</thead><tbody>\n\(lines)\n</tbody></table></div>\(below)</section>"
    )
  }

  private static func isFigure(_ text: String) -> Bool {
    text.allSatisfy { $0.isASCII && ($0.isNumber || ",.-% ".contains($0)) }
  }

  /// A fact: a name, a figure, and what it means; where the figure is empty the meaning stands alone.
  public struct Fact: Sendable {
    public var name: String
    public var figure: String
    public var note: String

    public init(_ name: String, _ figure: String, _ note: String) {
      (self.name, self.figure, self.note) = (name, figure, note)
    }
  }

  /// Adds facts in groups, side by side where there is room.
  public mutating func add(facts title: String, groups: [(title: String, facts: [Fact])]) {
    let lists = groups.map { group in
      let rows = group.facts.map { fact in
        let figure = fact.figure.isEmpty ? "" : "<b>\(Self.escaped(fact.figure))</b> "
        return "<dt>\(Self.escaped(fact.name))</dt><dd>\(figure)\(Self.escaped(fact.note))</dd>"
      }
      return
        "<div><h3>\(Self.escaped(group.title))</h3><dl>\(rows.joined(separator: "\n"))</dl></div>"
    }
    body.append(
      "<section><h2>\(Self.escaped(title))</h2><div class=\"facts\">\n\(lists.joined(separator: "\n"))\n</div></section>"
    )
  }

  /// The page.
  public var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(Self.escaped(title))</title>
    <style>
    \(Self.style)
    </style>
    </head>
    <body>
    <main>
    <header><h1>\(Self.escaped(title))</h1><p>\(Self.escaped(subtitle))</p></header>
    \(body.joined(separator: "\n"))
    </main>
    <script type="application/json" id="report">
    \(json.replacing("<", with: "\\u003c"))
    </script>
    </body>
    </html>

    """
  }

  /// `text` as HTML shows it.
  public static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }

  /// Eight colours that people with any sight tell apart, on light and on dark ground; all others are grey.
  private static let light = [
    "#2563c9", "#d4700a", "#12876f", "#b0327f", "#8a6a12", "#6a52c2", "#c0392b", "#2f86a3",
  ]
  private static let dark = [
    "#6ea3ff", "#f5a04a", "#3fc5a6", "#e879b9", "#d0ad4f", "#a996f5", "#f0806f", "#6cc3df",
  ]

  private static var style: String {
    let names = light.indices.map { "--c\($0):" }
    func palette(_ colors: [String]) -> String {
      zip(names, colors).map { $0 + $1 }.joined(separator: ";")
    }
    let classes = light.indices.map {
      ".s\($0){stroke:var(--c\($0))}.f\($0){fill:var(--c\($0))}.b\($0){background:var(--c\($0))}"
    }
    let level =
      ".legend .b\(Chart.Legend.level){height:0;width:1.6em;border-top:2px dashed var(--ink);border-radius:0;vertical-align:.25em}"
    let rest =
      ".f\(Chart.Legend.rest){fill:var(--rest)}.b\(Chart.Legend.rest){background:var(--rest)}"
    return """
      :root{--ground:#fff;--card:#f6f7f9;--ink:#15181d;--soft:#5b6370;--grid:#e1e4e9;--rest:#9aa2ad;\(palette(light))}
      @media (prefers-color-scheme:dark){:root{--ground:#14171c;--card:#1d2128;--ink:#e8eaee;--soft:#a0a8b4;--grid:#333a44;--rest:#6d7581;\(palette(dark))}}
      *{box-sizing:border-box}
      body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
      main{max-width:1120px;margin:0 auto;padding:20px 16px 48px}
      header p{color:var(--soft);margin:2px 0 0;overflow-wrap:anywhere}
      h1{font-size:1.5rem;margin:0;overflow-wrap:anywhere}
      h2{font-size:1rem;margin:0 0 6px}
      section{margin-top:22px}
      .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(140px,1fr));gap:10px}
      .tile,figure,.scroll,.facts>div{background:var(--card);border-radius:8px}
      .tile{padding:10px 12px}
      .tile b{display:block;font-size:1.25rem;font-variant-numeric:tabular-nums}
      .tile span,figcaption,.note{color:var(--soft);font-size:.85rem}
      .plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:14px}
      figure{margin:0;padding:12px 12px 10px;min-width:0}
      svg{display:block;width:100%;height:auto}
      svg text{fill:var(--soft);font-size:11px}
      .grid{stroke:var(--grid);stroke-width:1;fill:none}
      .axis{stroke:var(--soft);stroke-width:1;fill:none}
      .line{fill:none;stroke-width:2;stroke-linejoin:round}
      .level{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:5 4;fill:none}
      .legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 14px;margin:6px 0;padding:0;font-size:.85rem}
      .legend li{overflow-wrap:anywhere}
      .legend i{display:inline-block;width:.75em;height:.75em;border-radius:2px;margin-right:.4em}
      .scroll{overflow-x:auto;padding:8px 12px}
      table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
      th{color:var(--soft);font-weight:600}
      th,td{text-align:left;padding:4px 14px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top;white-space:nowrap}
      th.n,td.n{text-align:right}
      th:last-child,td:last-child{padding-right:0}
      .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,460px),1fr));gap:14px}
      .facts>div{padding:12px 12px 10px;min-width:0}
      .facts>div:first-child{grid-column:1/-1}
      h3{font-size:.9rem;margin:0 0 6px;color:var(--soft)}
      dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 16px;margin:0;font-size:.9rem;font-variant-numeric:tabular-nums}
      dt{color:var(--soft)}
      dd{margin:0;overflow-wrap:anywhere}
      tr:last-child td{border-bottom:0}
      \(classes.joined(separator: "\n"))
      \(rest)
      \(level)
      """
  }
}
