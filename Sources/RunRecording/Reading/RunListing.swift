/// What lies in a folder of runs.
public enum RunListing {
  public struct Entry: Sendable {
    public let folder: RunFolder
    /// The run, or why the folder cannot be read as one.
    public let run: Result<RecordedRun, RecordingError>
  }

  /// All folders under `root`, in the order of their names, then those whose names are no UTF-8. Other files are left out, and so are
  /// folders without any of a run's files.
  ///
  /// - Throws: when `root` itself cannot be read; a folder that does not exist is empty.
  public static func entries(under root: String) throws(RecordingError) -> [Entry] {
    guard FileSystem.exists(root) else { return [] }
    var entries: [Entry] = []
    for name in try names(under: root) {
      let folder = RunFolder(root + "/" + name)
      do throws(RecordingError) {
        entries.append(Entry(folder: folder, run: .success(try RecordedRun(folder))))
      } catch {
        entries.append(Entry(folder: folder, run: .failure(error)))
      }
    }
    for name in try FileSystem.foreignNames(in: root, holding: ["run.json", "metrics.jsonl"]) {
      let folder = RunFolder(root + "/" + name)
      let error = RecordingError.malformed(
        path: folder.path, reason: "its name is no UTF-8; rename the folder to read the run")
      entries.append(Entry(folder: folder, run: .failure(error)))
    }
    return entries
  }

  /// Names of the folders that `entries` would read, without reading them; the order is theirs.
  ///
  /// - Throws: when `root` itself cannot be read.
  public static func names(under root: String) throws(RecordingError) -> [String] {
    guard FileSystem.exists(root) else { return [] }
    return try FileSystem.names(in: root).filter { name in
      let folder = RunFolder(root + "/" + name)
      return FileSystem.isFolder(folder.path) && folder.holdsARun
    }
  }

  /// The run that was begun last, of those under `root` that can be read; `nil` without any.
  public static func newest(under root: String) throws(RecordingError) -> RunFolder? {
    var newest: (folder: RunFolder, created: Double)?
    for entry in try entries(under: root) {
      guard case .success(let run) = entry.run else { continue }
      let created = run.description.created
      if created >= newest?.created ?? created { newest = (entry.folder, created) }
    }
    return newest?.folder
  }

  /// Removes all runs under `root` but the newest ones and those that are being written.
  ///
  /// Only files that a run has are removed, and the folder when nothing else is in it. What cannot be
  /// read as a run stays.
  ///
  /// - Returns: the folders of the runs that are gone, oldest first.
  /// - Throws: when `root` cannot be read.
  public static func prune(under root: String, keeping count: Int) throws(RecordingError)
    -> [RunFolder]
  {
    let runs = try entries(under: root).compactMap { try? $0.run.get() }
      .sorted { $0.description.created < $1.description.created }
    var removed: [RunFolder] = []
    for run in runs.dropLast(count) {
      // Whoever holds the lock writes; nobody else does while we hold it.
      guard let lock = try? FolderLock(run.folder.path) else { continue }
      run.folder.removeFiles()
      _ = consume lock
      removed.append(run.folder)
    }
    return removed
  }

  /// The run that a person means by `name`: a path, or a name under `root`.
  public static func folder(_ name: String, root: String) -> RunFolder {
    if name.contains("/") || FileSystem.exists(name) { return RunFolder(name) }
    return RunFolder(root + "/" + name)
  }
}
