/// The probe: one Python file that writes the stream from TRL or verl, part of the program.
public enum ProbeFile {
  public static let name = "maspo_probe.py"
  /// Its text, UTF-8.
  public static let contents: [UInt8] = PackageResources.maspo_probe_py
}
