/**
 * Milliseconds of an ISO 8601 duration without calendar parts, as delivery specs use them: `PT0.2S`, `PT1M30S`,
 * `P1DT2H`.
 * @throws TypeError for anything else, so that a manifest's typing error is seen
 */
export function parseIsoDurationMs(text: string): number {
  const match = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (match === null || text === 'P') {
    throw new TypeError(`Cannot read duration "${text}", expected such as PT0.2S or PT2M`);
  }
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  const totalSeconds = Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return Math.round(totalSeconds * 1000);
}
