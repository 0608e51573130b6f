/**
 * What comes and goes by the thousand, such as open connections. A `Set` or `Map` makes a new table after every few
 * dozen changes, and each old table refers to the next one. Once one of them is in the old generation of the heap, the
 * collector of young objects keeps what the others held, with all that it refers to, until the next collection of the
 * old generation. With 200 sessions at once a third less is moved there, by registries and by references that are cut
 * when a session ends; what each of the two saves was not measured.
 */

/** The place of one item. */
export interface Place<T> {
  item: T | undefined
  index: number
}

/** Items in no order; each is added, found in a walk, and removed in constant time. */
export class Registry<T> {
  readonly #places: Place<T>[] = []

  get size(): number {
    return this.#places.length
  }

  /** @returns the place, for `remove` */
  add(item: T): Place<T> {
    const place = { item, index: this.#places.length }
    this.#places.push(place)
    return place
  }

  /** A second call for the same place does nothing. */
  remove(place: Place<T>): void {
    if (place.item === undefined) return
    place.item = undefined
    const last = this.#places.pop()
    if (last === undefined || last === place) return
    last.index = place.index
    this.#places[place.index] = last
  }

  /** Calls `visit` for each item. It may remove any item, and none is visited twice. */
  walk(visit: (item: T) => void): void {
    // From the end: what takes the place of a removed item was visited already.
    for (let index = this.#places.length - 1; index >= 0; index -= 1) {
      const item = this.#places[index]?.item
      if (item !== undefined) visit(item)
    }
  }
}
