/** Trouble on purpose. Shares are probabilities from 0 to 1; all zero means none. */
export type BrokerFaults = {
  /** Deliveries that are made twice. */
  readonly duplicate: number;
  /** Attempts whose connection drops before the subscriber has the event. */
  readonly dropRequest: number;
  /** Attempts whose answer is lost although the subscriber has the event. */
  readonly dropAnswer: number;
  /** Attempts that wait up to this long, so that later events overtake. */
  readonly maxDelayMs: number;
  /** How many of the waiting events the next one is drawn from; 1 keeps the order. */
  readonly reorderWindow: number;
  /** Events that the ingress refuses with its failure status. */
  readonly refuse: number;
  /** Events that are accepted while the source's connection drops before the 202. */
  readonly dropAck: number;
  /** Wait before every answer to a source. */
  readonly ackDelayMs: number;
};

export const noFaults: BrokerFaults = {
  duplicate: 0,
  dropRequest: 0,
  dropAnswer: 0,
  maxDelayMs: 0,
  reorderWindow: 1,
  refuse: 0,
  dropAck: 0,
  ackDelayMs: 0,
};

/**
 * Reads `duplicate=0.1,maxDelayMs=50`.
 * @throws TypeError for an unknown name or a value out of range
 */
export function parseBrokerFaults(text: string): BrokerFaults {
  const faults: Record<string, number> = { ...noFaults };
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [name = '', value = ''] = pair.split('=', 2).map((part) => part.trim());
    const number = Number(value);
    const isCount = name.endsWith('Ms') || name === 'reorderWindow';
    if (!Object.hasOwn(noFaults, name)) {
      throw new TypeError(`Cannot use fault "${name}", expected one of ${Object.keys(noFaults).join(', ')}`);
    }
    if (value === '' || !(number >= 0 && number <= (isCount ? 3_600_000 : 1))) {
      throw new TypeError(
        `Cannot use fault ${name}="${value}", expected ${isCount ? 'a number' : 'a share from 0 to 1'}`,
      );
    }
    faults[name] = number;
  }
  return faults as BrokerFaults;
}
