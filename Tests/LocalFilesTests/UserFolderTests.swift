import LocalFiles
import Testing

@Suite struct UserFolderTests {
  @Test(arguments: [
    (UserFolder.configuration, "XDG_CONFIG_HOME", "/h/.config/maspo"),
    (.cache, "XDG_CACHE_HOME", "/h/.cache/maspo"),
    (.state, "XDG_STATE_HOME", "/h/.local/state/maspo"),
    (.data, "XDG_DATA_HOME", "/h/.local/share/maspo"),
  ])
  func aVariableWinsUnlessItsPathIsRelative(folder: UserFolder, variable: String, usual: String) {
    #expect(folder.path(environment: [variable: "/x", "HOME": "/h"]) == "/x/maspo")
    for ignored in ["x", "./x", ""] {
      #expect(folder.path(environment: [variable: ignored, "HOME": "/h"]) == usual)
    }
    #expect(folder.path(environment: ["HOME": "/h"]) == usual)
  }

  @Test(arguments: UserFolder.allCases)
  func withoutAHomeThePathIsStillAbsolute(folder: UserFolder) {
    for environment in [[:], ["HOME": ""], ["HOME": "h"]] {
      let path = folder.path(environment: environment)
      #expect(path.hasPrefix("/") && path.hasSuffix("/maspo"), "\(path)")
    }
  }
}
