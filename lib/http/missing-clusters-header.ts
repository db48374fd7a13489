/** A `Warning` (as the API server sends them) that an answer lacks clusters whose API server did not answer. */
export function missingClustersHeader(clusters: readonly string[]): Record<string, string> {
  if (clusters.length === 0) return {};
  const names = clusters.map((name) => name.replace(/[^\x21-\x7e]|["\\]/g, '?')).join(', ');
  return { warning: `299 - "rights are not known now in: ${names}"` };
}
