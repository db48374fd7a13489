/** RFC 3339 in whole seconds, as `metav1.Time` prints it. */
export function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
