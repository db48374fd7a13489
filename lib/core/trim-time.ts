/** A time in RFC 3339 without zeros at the end of its fraction, as Go writes it: `:00.250Z` becomes `:00.25Z`, `:00.000Z` becomes `:00Z`. */
export function trimTime(time: string): string {
  return time.replace(/(?:\.0+|(\.\d*[1-9])0+)Z$/, '$1Z');
}
