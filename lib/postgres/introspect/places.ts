import type { Address, FactId } from "../../core/schema/types";

/** Room for the parts of one object (a table has at most 1,600 columns). */
const PARTS = 4096;
const OIDS = 2 ** 32;

/** Numbers for catalogs; few, and the same for every reading. */
const catalogs = new Map<string, number>();

function numberOf(catalog: string): number {
  const known = catalogs.get(catalog);
  if (known !== undefined) return known;
  catalogs.set(catalog, catalogs.size);
  return catalogs.size - 1;
}

/** Where pg_depend and pg_description know the facts. */
export class Places {
  readonly #facts = new Map<number, FactId>();

  /** One number for catalog, oid and part: a hundred thousand strings less. */
  static key(catalog: string, oid: number, sub = 0): number {
    return (numberOf(catalog) * PARTS + sub) * OIDS + oid;
  }

  set(address: Address, id: FactId): void {
    this.#facts.set(Places.key(address.catalog, address.oid, address.sub), id);
  }

  /** The part (a column) where it is a fact of its own, else the whole. */
  find(catalog: string, oid: number, sub = 0): FactId | undefined {
    const part = sub === 0 ? undefined : this.#facts.get(Places.key(catalog, oid, sub));
    return part ?? this.#facts.get(Places.key(catalog, oid));
  }
}
