import { SqlText } from "./sql-text";

export interface DiffLine {
  kind: "add" | "del" | "same" | "nil";
  number?: number;
  text: string;
}

const signs = { add: "+", del: "−", same: "", nil: "" } as const;

/** Lines of SQL with what is added and what goes; signs as well as colours. */
export function Diff({ lines }: { lines: readonly DiffLine[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard.
    <div className="diff" tabIndex={0} role="group">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines are told apart by their place.
        <div key={index} className={line.kind === "same" ? undefined : line.kind}>
          <span>{line.number}</span>
          <span>{signs[line.kind]}</span>
          <SqlText sql={line.text === "" ? " " : line.text} />
        </div>
      ))}
    </div>
  );
}
