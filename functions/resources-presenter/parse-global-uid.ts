/** The parts of `cluster:uid`; names of clusters may hold colons, uids do not. `undefined` where nothing can have it. */
export function parseGlobalUid(globalUid: string): { cluster: string; uid: string } | undefined {
  const colon = globalUid.lastIndexOf(':');
  const uid = globalUid.slice(colon + 1);
  if (uid === '' || globalUid.includes('\0')) return undefined;
  return { cluster: globalUid.slice(0, Math.max(colon, 0)), uid };
}
