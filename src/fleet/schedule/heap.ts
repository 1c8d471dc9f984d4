/** A binary heap whose items know their place in it, so that any of them can be taken out or moved. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;
  readonly #place: { get(item: T): number; set(item: T, at: number): void };

  /** `place` keeps an item's index; -1: not in the heap. One item may be in one heap for each such member. */
  constructor(isBefore: (a: T, b: T) => boolean, place: { get(item: T): number; set(item: T, at: number): void }) {
    this.#isBefore = isBefore;
    this.#place = place;
  }

  get size(): number {
    return this.#items.length;
  }

  /** In no order. */
  items(): readonly T[] {
    return this.#items;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Does nothing when the item is not in the heap. */
  remove(item: T): void {
    const at = this.#place.get(item);
    if (at < 0) return;
    this.#place.set(item, -1);
    const last = this.#items.pop()!;
    if (last === item) return;
    this.#items[at] = last;
    this.#up(last, at);
    this.#down(last, this.#place.get(last));
  }

  /** The item's key has changed. */
  moved(item: T): void {
    this.#up(item, this.#place.get(item));
    this.#down(item, this.#place.get(item));
  }

  #up(item: T, from: number): void {
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#items[parentAt]!;
      if (!this.#isBefore(item, parent)) break;
      this.#put(parent, at);
      at = parentAt;
    }
    this.#put(item, at);
  }

  #down(item: T, from: number): void {
    let at = from;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = this.#items[childAt];
      if (child === undefined) break;
      const right = this.#items[childAt + 1];
      if (right !== undefined && this.#isBefore(right, child)) {
        child = right;
        childAt += 1;
      }
      if (!this.#isBefore(child, item)) break;
      this.#put(child, at);
      at = childAt;
    }
    this.#put(item, at);
  }

  #put(item: T, at: number): void {
    this.#items[at] = item;
    this.#place.set(item, at);
  }
}
