import pg from "pg";
import type { Row } from "../../core/schema/types";
import { MessageQuery } from "../runner/message";

/** One query, and what to do with each of its rows. */
export interface Reading {
  query: string;
  /** @param row the same object for every row: what is kept of it is copied */
  take(row: Row): void;
}

/**
 * Sends all queries as one message, so that the server works on the next one while the rows of this one are taken. No
 * row is kept: those of a large schema are several times as large as what is made of them.
 * @throws MessageError with the number of queries that were read to their end; what `take` throws
 */
export async function readRows(client: pg.ClientBase, readings: readonly Reading[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const query = new RowsQuery(readings, resolve, reject);
    client.query(query as unknown as pg.Submittable);
  });
}

class RowsQuery extends MessageQuery {
  private row: Row = {};
  private names: string[] = [];
  private parsers: ((value: string) => unknown)[] = [];
  private failure: { error: unknown } | null = null;

  constructor(
    private readonly readings: readonly Reading[],
    resolve: () => void,
    reject: (error: unknown) => void,
  ) {
    const done = () => (this.failure === null ? resolve() : reject(this.failure.error));
    super(readings.map(({ query }) => query).join(";\n"), [], done, reject);
  }

  override handleRowDescription(message: { fields: { name: string; dataTypeID: number }[] }): void {
    this.row = {};
    this.names = message.fields.map(({ name }) => name);
    this.parsers = message.fields.map(({ dataTypeID }) => pg.types.getTypeParser(dataTypeID, "text"));
  }

  override handleDataRow({ fields }: { fields: (string | null)[] }): void {
    if (this.failure !== null) return;
    const { row, names, parsers } = this;
    try {
      for (let at = 0; at < names.length; at++) {
        const value = fields[at] as string | null;
        row[names[at] as string] = value === null ? null : parsers[at]?.(value);
      }
      this.readings[this.completed]?.take(row);
    } catch (error) {
      // Thrown into the driver it would end the process.
      this.failure = { error };
    }
  }
}
