/// What a color means. Themes assign colors to these roles; panels use nothing else.
public enum ThemeRole: String, Sendable, Hashable, CaseIterable {
  case background, panelBackground, text, textDim, title
  case border, borderSelected, accent, selection
  case positive, negative, attenuated, bound, wall, reference
  case warning, error, success
  case rewardCurve, entropyCurve, klCurve, evaluationCurve, knobMark
  case key
  case tint1, tint2, tint3, tint4, tint5
}
