/**
 * Which version everything has arrived up to, while deliveries end in any order: the resume point of a watch.
 * Memory grows with what is under way, which the delivery bounds.
 */
export type DeliveryWindow = {
  /**
   * Enters one delivery, in the order of the watch; the returned function tells that it has arrived.
   * @param version resume point once this and everything before it arrived; `undefined` for what is none, such
   * as an object of a list, whose versions are in no order
   */
  readonly begin: (version: string | undefined) => () => void;
  /** `undefined` before anything that counts has arrived. */
  readonly version: () => string | undefined;
  readonly pending: () => number;
};

export function createDeliveryWindow(): DeliveryWindow {
  // A linked list: the head may be slow while thousands behind it are done, and shifting an array costs then.
  type Entry = { readonly version: string | undefined; done: boolean; next: Entry | undefined };
  let head: Entry | undefined;
  let tail: Entry | undefined;
  let pending = 0;
  let arrived: string | undefined;

  return {
    begin: (version) => {
      const entry: Entry = { version, done: false, next: undefined };
      if (tail === undefined) head = entry;
      else tail.next = entry;
      tail = entry;
      pending += 1;
      return () => {
        if (entry.done) return;
        entry.done = true;
        pending -= 1;
        while (head?.done === true) {
          arrived = head.version ?? arrived;
          head = head.next;
        }
        if (head === undefined) tail = undefined;
      };
    },
    version: () => arrived,
    pending: () => pending,
  };
}
