import RunKnowledge
import TerminalCanvas
import TrainingTelemetry

/// Every key of the program. A new one is one entry here and nothing else.
public enum KeyBindingCatalog {
  public static let all: [KeyBinding] =
    run + knobs + look + past + trial + program + fork + tour + overlays + paletteKeys

  private static let run: [KeyBinding] = [
    KeyBinding(
      "pause", .run, [.init(.character(" "), .toggleRunning)], "run or pause", hint: "pause",
      hintNow: { $0.mode == .paused ? "run" : nil }),
    KeyBinding(
      "update", .run, [.init(.character("s"), .stepUpdate)], "make one update, then pause",
      hint: "update"),
    KeyBinding(
      "iteration", .run, [.init(.character("S"), .stepIteration)],
      "finish the iteration, or make a whole one; then pause", hint: "iteration"),
    KeyBinding(
      "pace", .run,
      [
        .init(.character("-"), .changePace(-1)), .init(.character("+"), .changePace(1)),
        .init(.character("="), .changePace(1)),
      ], shown: "- +", "slower, faster: updates a second", hint: "pace",
      each: ["slower: fewer updates a second", "faster: more updates a second"]),
    KeyBinding(
      "full-speed", .run, [.init(.character("0"), .fullSpeed)], "as fast as the machine can"),
    KeyBinding(
      "evaluate", .run, [.init(.character("e"), .evaluate)],
      "evaluate on held-out prompts now"),
    KeyBinding(
      "breakpoints", .run, [.init(.character("B"), .openBreakpoints)],
      "pause when a condition holds, such as kl>0.05; lists and removes those set"),
    KeyBinding(
      "restart", .run, [.init(.character("N"), .openRestartMenu)],
      "start over, with another seed or the same; may keep the old curve and the knob moves"),
  ]

  private static let knobs: [KeyBinding] =
    [
      KeyBinding(
        "sigma", .knobs,
        [
          .init(.character("["), .nudge(.knob("sigma_base"), -1)),
          .init(.character("]"), .nudge(.knob("sigma_base"), 1)),
        ], "σ_base down, up: the width of every gate", hint: "σ",
        each: ["σ_base down: every gate narrower", "σ_base up: every gate wider"]),
      KeyBinding(
        "asymmetry", .knobs,
        [
          .init(.character("{"), .nudge(.asymmetry, -1)),
          .init(.character("}"), .nudge(.asymmetry, 1)),
        ], "asymmetry down, up: both betas together", hint: "asymmetry",
        each: ["asymmetry down: both betas together", "asymmetry up: both betas together"]),
    ] + PanelCatalog.keys(.knobs) + [
      KeyBinding(
        "preview", .knobs, [.init(.character("v"), .openDraft)],
        "preview: try knob moves on the last minibatch before making them", hint: "preview"),
      KeyBinding(
        "draft-step", .preview, in: .draft,
        [.init(.left, .nudgeDraft(nil, -1)), .init(.right, .nudgeDraft(nil, 1))],
        "move the chosen knob a step", hint: "move",
        each: ["move the chosen knob a step down", "move the chosen knob a step up"]),
      KeyBinding(
        "draft-row", .preview, in: .draft,
        [.init(.up, .selectKnob(-1)), .init(.down, .selectKnob(1))], "choose a knob", hint: "knob",
        each: ["choose the knob above", "choose the knob below"]),
      KeyBinding(
        "draft-apply", .preview, in: .draft, [.init(.enter, .applyDraft)],
        "make the moves; the next update shows what they did", hint: "apply"),
      KeyBinding(
        "draft-fork", .preview, in: .draft, [.init(.character("W"), .fork(.open))],
        "what if: copies of the run go on with the moves and without, before they are made",
        hint: "what if"),
      KeyBinding(
        "draft-forget", .preview, in: .draft,
        [.init(.escape, .forgetDraft), .init(.character("v"), .forgetDraft)], shown: "esc",
        "forget the moves", hint: "forget"),
      KeyBinding(
        "hold-dose", .preview, in: .draft, [.init(.character("h"), .toggleHoldDose)],
        "hold dose: solve σ_base anew, so that the gate takes as much in all as before",
        hint: "hold dose"),
      KeyBinding(
        "draft-sigma", .preview, in: .draft,
        [
          .init(.character("["), .nudgeDraft(.knob("sigma_base"), -1)),
          .init(.character("]"), .nudgeDraft(.knob("sigma_base"), 1)),
        ], "σ_base down, up",
        each: ["σ_base down", "σ_base up"]),
      KeyBinding(
        "draft-asymmetry", .preview, in: .draft,
        [
          .init(.character("{"), .nudgeDraft(.asymmetry, -1)),
          .init(.character("}"), .nudgeDraft(.asymmetry, 1)),
        ], "asymmetry down, up",
        each: ["asymmetry down", "asymmetry up"]),
      KeyBinding(
        "undo", .knobs, [.init(.character("u"), .undoKnobMove)], "undo the last knob move",
        hint: "undo"),
      KeyBinding(
        "reset", .knobs, [.init(.character("r"), .resetSelectedKnob)],
        "chosen knob back to the value of the start"),
      KeyBinding(
        "reset-all", .knobs, [.init(.character("R"), .resetAllKnobs)],
        "all knobs back to the values of the start"),
      KeyBinding(
        "published", .knobs, [.init(.character("M"), .setPublishedKnobs)],
        "the objective's knobs as published: σ_base 1 for MASPO"),
      KeyBinding(
        "objective", .knobs, [.init(.character("o"), .openObjectiveMenu)],
        "switch the objective: MASPO, GRPO …", hint: "objective"),
    ]

  private static let look: [KeyBinding] =
    [
      KeyBinding(
        "panel", .look, [.init(.tab, .changePanel(1)), .init(.backTab, .changePanel(-1))],
        shown: "tab", "next panel; shift-tab: previous", hint: "panel",
        helpWhenRebound: "next, previous panel",
        each: ["next panel", "previous panel"]),
      KeyBinding(
        "panel-number", .look,
        (1...9).map { .init(.character(Character("\($0)")), .choosePanel($0)) }, shown: "1 … 9",
        "choose a panel by its number",
        each: PanelCatalog.selectable.prefix(9).map { "panel: \($0.title)" }),
      KeyBinding(
        "zoom", .look, [.init(.character("z"), .toggleZoom)],
        "the chosen panel alone, or all of them"),
      KeyBinding(
        "answer", .look, [.init(.up, .moveAnswer(-1)), .init(.down, .moveAnswer(1))],
        "previous, next answer of the group", hint: "answer",
        each: ["previous answer of the group", "next answer of the group"]),
      KeyBinding(
        "token", .look, [.init(.left, .moveToken(-1)), .init(.right, .moveToken(1))],
        "previous, next token of the answer", hint: "token",
        each: ["previous token of the answer", "next token of the answer"]),
      KeyBinding(
        "find", .look, [.init(.character("f"), .jump(1)), .init(.character("F"), .jump(-1))],
        "to the group's largest ρ, strongest attenuation, largest loss, largest push down",
        each: [
          "to the group's next landmark: largest ρ, strongest attenuation, loss, push down",
          "to the group's landmark before: largest ρ, strongest attenuation, loss, push down",
        ]),
      KeyBinding(
        "answers", .look, [.init(.character("a"), .changeAnswerFilter(1))],
        "which answers are listed: all, right, wrong, those in the minibatch"),
      KeyBinding(
        "answer-order", .look, [.init(.character("A"), .changeAnswerOrder(1))],
        "their order: as sampled, by largest update, by what the gate removed"),
      KeyBinding(
        "find-group", .look,
        [.init(.character("n"), .findGroup(.mixed)), .init(.character("w"), .findGroup(.removed))],
        "to the next group with both right and wrong answers; to the one the gate took most from",
        each: [
          "to the next group with both right and wrong answers",
          "to the group the gate took most from in this minibatch, then the second",
        ]),
      KeyBinding(
        "group", .look,
        [.init(.character(","), .changeGroup(-1)), .init(.character("."), .changeGroup(1))],
        "previous, next group of the rollout", hint: "group",
        each: ["previous group of the rollout", "next group of the rollout"]),
      KeyBinding(
        "lens", .look,
        [.init(.character("l"), .changeLens(1)), .init(.character("L"), .changeLens(-1))],
        "what the tokens' tint tells: next, previous", hint: "lens",
        each: [
          "next lens: what the tokens' tint tells", "previous lens: what the tokens' tint tells",
        ]),
      KeyBinding(
        "compare", .look, [.init(.character("O"), .openComparedObjectiveMenu)],
        "tint tokens by where another objective decides differently"),
      KeyBinding(
        "ledger-view", .look, [.init(.character("b"), .changeLedgerView(1))],
        "ledger over time or by bucket of π_old"),
    ] + PanelCatalog.keys(.look) + [
      KeyBinding(
        "theme", .look, [.init(.character("t"), .changeTheme(1))], "next theme"),
      KeyBinding(
        "themes", .look, [.init(.character("T"), .openThemeMenu)],
        "choose a theme, each shown on the whole screen while you look"),
      KeyBinding(
        "glyphs", .look, [.init(.character("g"), .changeGlyphs(1))],
        "characters of the plots: braille, blocks, ASCII"),
    ]

  private static let program: [KeyBinding] = [
    KeyBinding(
      "help", .program, [.init(.character("?"), .openHelp)], "keys, and every quantity explained",
      hint: "help"),
    KeyBinding(
      "palette", .program, [.init(.character(":"), .openPalette)],
      "find and do anything: every key, panel, lens, theme, objective and knob by name",
      hint: "commands"),
    KeyBinding(
      "picture", .program, [.init(.character("p"), .savePicture)],
      "save this screen as text and SVG"),
    KeyBinding(
      "redraw", .program, [.init(.ctrl("l"), .redraw)], "paint the screen anew"),
    KeyBinding(
      "back", .program, [.init(.escape, .cancel)], "back to all panels; close what is open"),
    KeyBinding("suspend", .program, [.init(.ctrl("z"), .suspend)], "suspend; fg resumes"),
    KeyBinding(
      "quit", .program, [.init(.character("q"), .quit), .init(.ctrl("c"), .quit)],
      shown: "q", "leave, with a summary of the run", hint: "quit"),
  ]

  private static let overlays: [KeyBinding] = [
    KeyBinding(
      "help-line", .program, in: .help, [.init(.up, .scroll(-1)), .init(.down, .scroll(1))],
      "scroll by a line", hint: "line"),
    KeyBinding(
      "help-page", .program, in: .help,
      [
        .init(.pageUp, .scroll(-10)), .init(.pageDown, .scroll(10)),
        .init(.character(" "), .scroll(10)),
      ], shown: "pgup pgdn", "scroll by ten lines", hint: "page"),
    KeyBinding(
      "help-ends", .program, in: .help,
      [.init(.home, .scroll(-100_000)), .init(.end, .scroll(100_000))], "first, last line"),
    KeyBinding(
      "help-close", .program, in: .help,
      [
        .init(.escape, .cancel), .init(.character("?"), .cancel), .init(.character("q"), .cancel),
        .init(.enter, .cancel),
      ], shown: "esc", "close the help", hint: "close"),
    KeyBinding(
      "menu-move", .program, in: .menu,
      [
        .init(.up, .moveChoice(-1)), .init(.down, .moveChoice(1)),
        .init(.backTab, .moveChoice(-1)), .init(.tab, .moveChoice(1)),
      ], shown: "↑ ↓", "choose an entry", hint: "choose"),
    KeyBinding(
      "menu-accept", .program, in: .menu,
      [.init(.enter, .confirm), .init(.character(" "), .confirm)], shown: "enter",
      "take the entry", hint: "accept"),
    KeyBinding(
      "menu-close", .program, in: .menu,
      [.init(.escape, .cancel), .init(.character("q"), .cancel)], shown: "esc",
      "close the menu", hint: "cancel"),
    KeyBinding(
      "prompt-accept", .program, in: .prompt, [.init(.enter, .confirm)], "apply what is typed",
      hint: "apply"),
    KeyBinding(
      "prompt-delete", .program, in: .prompt,
      [.init(.backspace, .deleteBackward), .init(.ctrl("u"), .clearText)],
      shown: "backspace, ctrl-u", "delete a character, everything"),
    KeyBinding(
      "prompt-close", .program, in: .prompt, [.init(.escape, .cancel)], "forget what is typed",
      hint: "cancel"),
  ]

  private static let paletteKeys: [KeyBinding] = [
    KeyBinding(
      "palette-move", .program, in: .palette,
      [
        .init(.up, .moveChoice(-1)), .init(.down, .moveChoice(1)),
        .init(.backTab, .moveChoice(-1)), .init(.tab, .moveChoice(1)),
      ], shown: "↑ ↓", "choose an entry", hint: "choose"),
    KeyBinding(
      "palette-page", .program, in: .palette,
      [.init(.pageUp, .moveChoice(-10)), .init(.pageDown, .moveChoice(10))], shown: "pgup pgdn",
      "ten entries back, forward"),
    KeyBinding(
      "palette-accept", .program, in: .palette, [.init(.enter, .confirm)], "do it", hint: "do"),
    KeyBinding(
      "palette-delete", .program, in: .palette,
      [.init(.backspace, .deleteBackward), .init(.ctrl("u"), .clearText)],
      shown: "backspace, ctrl-u", "delete a character, everything"),
    KeyBinding(
      "palette-close", .program, in: .palette, [.init(.escape, .cancel)], "close the palette",
      hint: "close"),
  ]
}
