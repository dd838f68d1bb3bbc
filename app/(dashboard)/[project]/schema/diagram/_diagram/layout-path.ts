export interface Point {
  x: number;
  y: number;
}

/** A line along the points with its corners cut round, as the `d` of an SVG path. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  for (const [index, point] of rest.entries()) {
    const before = points[index] as Point;
    const after = rest[index + 1];
    if (!after) {
      path += `L${point.x},${point.y}`;
      continue;
    }
    const [a, b] = [near(point, before), near(point, after)];
    path += `L${a.x},${a.y}Q${point.x},${point.y} ${b.x},${b.y}`;
  }
  return path;
}

const RADIUS = 5;

/** The place on the way from `corner` to `other` where the rounding ends. */
function near(corner: Point, other: Point): Point {
  const length = Math.hypot(other.x - corner.x, other.y - corner.y) || 1;
  const part = Math.min(RADIUS, length / 2) / length;
  return { x: corner.x + (other.x - corner.x) * part, y: corner.y + (other.y - corner.y) * part };
}
