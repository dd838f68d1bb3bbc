/** How far one looks back for the rate, milliseconds. */
const WINDOW = 5000;

/** Bytes a second over the last seconds, and what that means for the rest. */
export class RateMeter {
  private readonly points: { at: number; bytes: number }[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {
    this.points.push({ at: now(), bytes: 0 });
  }

  /** @param bytes all in all so far */
  rate(bytes: number): number {
    const at = this.now();
    this.points.push({ at, bytes });
    while (this.points.length > 2 && at - (this.points[1]?.at ?? at) > WINDOW) this.points.shift();
    const first = this.points[0] ?? { at, bytes };
    return at > first.at ? Math.round(((bytes - first.bytes) * 1000) / (at - first.at)) : 0;
  }

  secondsLeft(bytes: number, total: number, rate: number): number | null {
    if (rate <= 0) return null;
    return Math.ceil(Math.max(0, total - bytes) / rate);
  }
}

/** Calls `tell` at most every `every` milliseconds; `force` at once. */
export function throttle(tell: () => void, every = 250): (force?: boolean) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (force = false) => {
    const now = performance.now();
    if (!force && now - last < every) return;
    last = now;
    tell();
  };
}
