import { Fragment } from "react";
import { CopyButton } from "@/components/copy-button";
import { SqlText } from "@/components/sql-text";

/** Beyond this a page shows the beginning; the editor and the export have all of it. */
const SHOWN = 400;

/** A script for reading, with the numbers of its lines. */
export function Script({ sql, label }: { sql: string; label: string }) {
  const lines = sql.replace(/\n$/, "").split("\n");
  const shown = lines.slice(0, SHOWN);
  return (
    <section className="panel script" aria-label={label}>
      <div className="script-copy">
        <CopyButton text={sql} label={label} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is reachable by keyboard */}
      <div className="script-lines" tabIndex={0} role="group" aria-label={label}>
        <div className="numbers" aria-hidden="true">
          {shown.map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are their numbers
            <Fragment key={index}>
              {index + 1}
              {"\n"}
            </Fragment>
          ))}
        </div>
        <SqlText sql={shown.join("\n")} className="script-text" />
      </div>
      {lines.length > shown.length ? (
        <p className="muted script-more">+ {lines.length - shown.length}</p>
      ) : null}
    </section>
  );
}
