/** What one catalog's objects stand for, by oid and part (a column's number; 0: the whole object). */
export class CatalogPlaces<T> {
  readonly #whole = new Map<number, T>();
  readonly #parts = new Map<number, (T | undefined)[]>();

  set(oid: number, sub: number, value: T): void {
    if (sub === 0) {
      this.#whole.set(oid, value);
      return;
    }
    const parts = this.#parts.get(oid);
    if (parts) parts[sub] = value;
    else {
      const first: (T | undefined)[] = [];
      first[sub] = value;
      this.#parts.set(oid, first);
    }
  }

  get(oid: number, sub: number): T | undefined {
    return sub === 0 ? this.#whole.get(oid) : this.#parts.get(oid)?.[sub];
  }

  /** The part where it is known by itself, else the whole. */
  find(oid: number, sub: number): T | undefined {
    return (sub === 0 ? undefined : this.#parts.get(oid)?.[sub]) ?? this.#whole.get(oid);
  }
}

/** Where pg_depend and pg_description know things. Small numbers as keys: a hundred thousand of them are looked up. */
export class Places<T> {
  readonly #catalogs = new Map<string, CatalogPlaces<T>>();

  /** @param catalog name of the system catalog: `pg_class` */
  of(catalog: string): CatalogPlaces<T> {
    const known = this.#catalogs.get(catalog);
    if (known) return known;
    const made = new CatalogPlaces<T>();
    this.#catalogs.set(catalog, made);
    return made;
  }
}
