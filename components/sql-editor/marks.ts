import { type Extension, RangeSet, RangeSetBuilder, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  GutterMarker,
  gutter,
  WidgetType,
} from "@codemirror/view";

/** Something to see at a place of the text. */
export interface TextMark {
  /** Tells marks apart. */
  id: string;
  meaning: "danger" | "warning" | "notice" | "safe";
  /** UTF-16 offsets of what is underlined. */
  from: number;
  to: number;
  /** For screen readers, on the sign beside the line. */
  label: string;
}

/** New marks for the text as it is now; until the next ones they move along with what is typed. */
export const setMarks = StateEffect.define<readonly TextMark[]>();
/** Where a card stands below a line; null: nowhere. `host` is filled by whoever set it. */
export const setCard = StateEffect.define<{ at: number; host: HTMLElement } | null>();

const SHAPES = {
  danger:
    '<path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4Z" fill="currentColor"/><path d="M8 4.7v3.8M8 11v.1" style="stroke:var(--surface);stroke-width:1.75"/>',
  warning: '<path d="M8 2.2 14.3 13.2H1.7Z"/><path d="M8 6.4v3.2M8 11.4v.1"/>',
  notice: '<circle cx="8" cy="8" r="6.25"/><path d="M8 7.4v3.4M8 5.1v.1"/>',
  safe: '<circle cx="8" cy="8" r="6.25"/><path d="m5.4 8.2 1.8 1.8 3.4-3.8"/>',
};

class Sign extends GutterMarker {
  constructor(readonly mark: TextMark) {
    super();
  }
  override eq(other: Sign): boolean {
    return other.mark.id === this.mark.id && other.mark.meaning === this.mark.meaning;
  }
  override toDOM(): HTMLElement {
    const sign = document.createElement("span");
    sign.className = `sign ${this.mark.meaning}`;
    sign.title = this.mark.label;
    sign.innerHTML = `<svg class="i" viewBox="0 0 16 16" aria-hidden="true">${SHAPES[this.mark.meaning]}</svg>`;
    return sign;
  }
}

class Card extends WidgetType {
  constructor(readonly host: HTMLElement) {
    super();
  }
  override eq(other: Card): boolean {
    return other.host === this.host;
  }
  override toDOM(): HTMLElement {
    return this.host;
  }
  /** Buttons and text inside belong to the card, not to the script. */
  override ignoreEvent(): boolean {
    return true;
  }
}

interface Shown {
  lines: DecorationSet;
  signs: RangeSet<Sign>;
  card: DecorationSet;
}

const WORST = ["danger", "warning", "notice", "safe"];

function build(
  marks: readonly TextMark[],
  length: number,
  lineAt: (at: number) => { from: number; to: number },
): Pick<Shown, "lines" | "signs"> {
  const lines: { from: number; to: number; meaning: string }[] = [];
  const signs = new Map<number, TextMark>();
  for (const mark of marks) {
    const from = Math.min(mark.from, length);
    const to = Math.min(Math.max(mark.to, from), length);
    const first = lineAt(from).from;
    const other = signs.get(first);
    if (!other || WORST.indexOf(mark.meaning) < WORST.indexOf(other.meaning)) signs.set(first, mark);
    if (mark.meaning === "safe" || mark.meaning === "notice") continue;
    for (let at = from; at < to; ) {
      const line = lineAt(at);
      const end = Math.min(to, line.to);
      if (end > at) lines.push({ from: at, to: end, meaning: mark.meaning });
      at = line.to + 1;
    }
  }
  const signSet = new RangeSetBuilder<Sign>();
  for (const [at, mark] of [...signs].sort(([a], [b]) => a - b)) signSet.add(at, at, new Sign(mark));
  return {
    lines: Decoration.set(
      lines.map(({ from, to, meaning }) => Decoration.mark({ class: `wavy ${meaning}` }).range(from, to)),
      true,
    ),
    signs: signSet.finish(),
  };
}

const shown = StateField.define<Shown>({
  create: () => ({ lines: Decoration.none, signs: RangeSet.empty, card: Decoration.none }),
  update(value, transaction) {
    let next = value;
    if (transaction.docChanged) {
      const { changes } = transaction;
      next = { lines: next.lines.map(changes), signs: next.signs.map(changes), card: next.card.map(changes) };
    }
    for (const effect of transaction.effects) {
      if (effect.is(setMarks)) {
        const { doc } = transaction.state;
        next = { ...next, ...build(effect.value, doc.length, (at) => doc.lineAt(at)) };
      } else if (effect.is(setCard)) {
        const { doc } = transaction.state;
        const card = effect.value;
        const widget = card && Decoration.widget({ widget: new Card(card.host), block: true, side: 1 });
        next = {
          ...next,
          card:
            card && widget
              ? Decoration.set([widget.range(doc.lineAt(Math.min(card.at, doc.length)).to)])
              : Decoration.none,
        };
      }
    }
    return next;
  },
  provide: (field) => [
    EditorView.decorations.from(field, (value) => value.lines),
    EditorView.decorations.from(field, (value) => value.card),
  ],
});

/** Underlines, a sign beside the line, and a card below one; `onSign` hears a click on a sign with its line's start. */
export function textMarks(onSign: (lineStart: number) => void): Extension {
  return [
    shown,
    gutter({
      class: "cm-signs",
      markers: (view) => view.state.field(shown).signs,
      domEventHandlers: {
        mousedown(_view, line) {
          onSign(line.from);
          return false;
        },
      },
    }),
  ];
}
