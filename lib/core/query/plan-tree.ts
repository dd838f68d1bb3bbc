/** A node of a plan as EXPLAIN prints it. */
export interface PlanNode {
  /** "Index Scan using orders_pkey on orders". */
  label: string;
  /** Planner's units. null on headings such as "SubPlan 1". */
  cost: number | null;
  rows: number | null;
  /** Milliseconds until the last row, per loop; only with ANALYZE. */
  actualMs: number | null;
  actualRows: number | null;
  loops: number | null;
  details: string[];
  children: PlanNode[];
}

const NODE =
  /^(\s*)(->\s+)?(.+?)\s+\(cost=[\d.]+\.\.([\d.]+) rows=(\d+) width=\d+\)(?:\s+\((?:actual(?: time=[\d.]+\.\.([\d.]+))? rows=([\d.]+) loops=(\d+)|(never executed))\))?\s*$/;
const HEADING = /^(\s*)((?:SubPlan|InitPlan|CTE)\b.*)$/;

/**
 * Reads the text of EXPLAIN (FORMAT TEXT) as a tree, so that one execution gives both.
 * @param lines the rows of EXPLAIN
 * @returns the topmost nodes, and the lines after them ("Planning Time: …")
 * @see https://www.postgresql.org/docs/current/using-explain.html
 */
export function readPlan(lines: readonly string[]): { nodes: PlanNode[]; summary: string[] } {
  const nodes: PlanNode[] = [];
  const summary: string[] = [];
  const open: { indent: number; node: PlanNode }[] = [];
  const add = (indent: number, node: PlanNode) => {
    while (open.length > 0 && (open.at(-1)?.indent ?? 0) >= indent) open.pop();
    (open.at(-1)?.node.children ?? nodes).push(node);
    open.push({ indent, node });
  };
  for (const line of lines) {
    const match = NODE.exec(line);
    const heading = HEADING.exec(line);
    const indent = line.length - line.trimStart().length;
    if (match) add(indent, toNode(match));
    else if (heading) add(indent, { ...EMPTY, label: heading[2] ?? "", details: [], children: [] });
    else if (indent === 0) summary.push(line);
    else open.at(-1)?.node.details.push(line.trim());
  }
  return { nodes, summary };
}

const EMPTY = { cost: null, rows: null, actualMs: null, actualRows: null, loops: null };

function toNode(match: RegExpExecArray): PlanNode {
  const number = (index: number) => (match[index] === undefined ? null : Number(match[index]));
  return {
    label: match[3] ?? "",
    cost: number(4),
    rows: number(5),
    actualMs: number(6),
    actualRows: number(7),
    loops: match[9] ? 0 : number(8),
    details: [],
    children: [],
  };
}
