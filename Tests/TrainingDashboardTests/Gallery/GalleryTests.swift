import TerminalCanvas
import TestSupport
import Testing

/// Pictures to look at, as text and as SVG beside this file: `RECORD_SNAPSHOTS=1` draws them anew.
@Suite("Gallery") struct GalleryTests {
  @Test(arguments: GalleryPicture.all)
  func everyPicture(picture: GalleryPicture) throws {
    let frame = try picture.frame()
    assertSnapshot(frame.text, named: picture.name)
    assertSnapshot(
      FrameExport.svg(frame, title: "maspo: \(picture.name)"), named: picture.name, as: "svg")
  }

  @Test func everyPictureHasANameOfItsOwn() {
    #expect(Set(GalleryPicture.all.map(\.name)).count == GalleryPicture.all.count)
  }
}
