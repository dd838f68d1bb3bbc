import type { ComparedLine } from "./lines";
import { kindWords } from "./report-text";

export interface HtmlReport {
  title: string;
  source: string;
  target: string;
  /** ISO 8601. */
  at: string;
  lines: readonly ComparedLine[];
  sql: string;
  down: string;
  remarks: readonly string[];
}

/** A page of its own: no script, nothing loaded from elsewhere, readable on paper, in the dark and on a phone. */
export function comparisonHtml(report: HtmlReport): string {
  const counts = { added: 0, changed: 0, removed: 0 };
  for (const { change } of report.lines) counts[change]++;
  return page(
    report.title,
    `<header><h1>${escapeHtml(report.title)}</h1>
<p>From <b>${escapeHtml(report.source)}</b> to <b>${escapeHtml(report.target)}</b> · ${escapeHtml(report.at)}</p>
<p>${report.lines.length === 0 ? "The schemas are the same." : `${counts.added} added, ${counts.changed} changed, ${counts.removed} removed.`}</p></header>
${remarkList(report.remarks)}
${report.lines.length === 0 ? "" : changeTable(report.lines)}
${scriptBlock("SQL from source to target", report.sql)}
${scriptBlock("SQL back", report.down)}`,
  );
}

function changeTable(lines: readonly ComparedLine[]): string {
  const words = { added: "+ added", changed: "~ changed", removed: "− removed" };
  const rows = lines.map(
    (line) =>
      `<tr class="${line.change}"><td>${words[line.change]}</td><td>${escapeHtml(kindWords(line))}</td><th scope="row">${escapeHtml(line.name)}</th><td>${cell(line.before)}</td><td>${cell(line.after)}</td></tr>`,
  );
  return `<h2>Changes</h2><div class="wide" tabindex="0" role="region" aria-label="Changes"><table><thead><tr><th scope="col">Change</th><th scope="col">Kind</th><th scope="col">Object</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

function cell(text: string | null): string {
  return text === null || text === "" ? "" : `<code>${escapeHtml(text)}</code>`;
}

function scriptBlock(title: string, sql: string): string {
  if (sql.trim() === "") return "";
  return `<h2>${title}</h2><pre tabindex="0" aria-label="${title}">${escapeHtml(sql)}</pre>`;
}

function remarkList(remarks: readonly string[]): string {
  if (remarks.length === 0) return "";
  return `<h2>Remarks</h2><ul>${remarks.map((one) => `<li>${escapeHtml(one)}</li>`).join("")}</ul>`;
}

/** @param body HTML; @param tail what follows it, such as data for programs */
export function page(title: string, body: string, tail = ""): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>
:root{color-scheme:light dark;--ink:#1b1f24;--paper:#fff;--line:#d5d9df;--soft:#f5f6f8;--add:#14622f;--del:#9f1d1d;--mod:#75500a}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--paper:#14171a;--line:#343a41;--soft:#1d2125;--add:#7ed69a;--del:#ff9d96;--mod:#e9bd62}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:1100px;padding:24px 16px}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
tbody th{font-weight:600}td:first-child{white-space:nowrap}.added td:first-child{color:var(--add)}.removed td:first-child{color:var(--del)}.changed td:first-child{color:var(--mod)}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace;white-space:pre-wrap}pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:12px;overflow-x:auto}
@media print{pre{white-space:pre-wrap}}
</style></head><body><main>
${body}
</main>${tail}</body></html>
`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}
