import type { Address, FactId } from "../../core/schema/types";

/** Where pg_depend and pg_description know the facts. */
export class Places {
  readonly #facts = new Map<string, FactId>();

  static key(catalog: string, oid: number, sub = 0): string {
    return sub === 0 ? `${catalog} ${oid}` : `${catalog} ${oid} ${sub}`;
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
