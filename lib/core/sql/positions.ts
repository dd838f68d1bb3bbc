import type { Position } from "./types";

/** Finds line and column of offsets in one text; lines end with \n, \r\n or a lone \r. */
export class Positions {
  private readonly lineStarts: number[] = [0];

  constructor(text: string) {
    const loneReturns = text.includes("\r") && /\r(?!\n)/.test(text);
    if (loneReturns) {
      for (const match of text.matchAll(/\r\n|\r|\n/g)) this.lineStarts.push(match.index + match[0].length);
      return;
    }
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.lineStarts.push(at + 1);
  }

  /** @param offset UTF-16 units from the start of the text */
  at(offset: number): Position {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] as number) + 1 };
  }
}
