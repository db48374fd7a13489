/** Whether an `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3): quality 0 forbids it, `*` stands for it. */
export function acceptsGzip(acceptEncoding: string | null): boolean {
  if (acceptEncoding === null) return false;
  let byStar = false;
  for (const member of acceptEncoding.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = member.split(';').map((part) => part.trim());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    const accepted = quality === undefined || Number(quality) > 0;
    if (coding === 'gzip' || coding === 'x-gzip') return accepted;
    if (coding === '*') byStar = accepted;
  }
  return byStar;
}
