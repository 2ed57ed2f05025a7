/// A column of a CSV table: what it is called, its unit, and a row's cell of it.
public struct CSVColumn<Row> {
  public let name: String
  /// `1` for a pure number or a count without a unit, `text` for words.
  public let unit: String
  let cell: (Row) -> String

  public init(_ name: String, _ unit: String, _ cell: @escaping (Row) -> String) {
    self.name = name
    self.unit = unit
    self.cell = cell
  }

  /// A number at full precision; empty where there is none.
  public init(_ name: String, _ unit: String, number: @escaping (Row) -> Double?) {
    self.init(name, unit) { row in number(row).map { "\($0)" } ?? "" }
  }

  /// A whole number; empty where there is none.
  public init(_ name: String, _ unit: String, count: @escaping (Row) -> Int?) {
    self.init(name, unit) { row in count(row).map { "\($0)" } ?? "" }
  }
}

/// Rows and columns as CSV (RFC 4180, lines end in a newline alone).
public enum CSVText {
  /// The names of the columns, then a line for each row.
  public static func table<Row>(_ columns: [CSVColumn<Row>], _ rows: [Row]) -> String {
    let header = line(columns.map(\.name))
    return header + rows.map { row in line(columns.map { $0.cell(row) }) }.joined()
  }

  private static func line(_ cells: [String]) -> String {
    cells.map(quoted).joined(separator: ",") + "\n"
  }

  /// Quotes a cell that would otherwise be read as several.
  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { ",\"\n\r\r\n".contains($0) }) else { return cell }
    return "\""
      + cell.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
