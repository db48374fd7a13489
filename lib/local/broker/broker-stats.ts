/** What became of the events of one Trigger. */
export type TriggerStats = {
  attempts: number;
  delivered: number;
  deadLettered: number;
  /** Nobody has them. A synchronous broker said so to the source. */
  undeliverable: number;
  /** Acknowledged by the class's own rules although nobody has them. */
  lost: number;
};

export type BrokerStats = {
  accepted: number;
  refused: number;
  /** Accepted and not yet settled. */
  pending: number;
  readonly triggers: Record<string, TriggerStats>;
  /** The last hundred events that nobody has. */
  readonly losses: { readonly trigger: string; readonly id: string; readonly reason: string }[];
};

export function emptyStats(): BrokerStats {
  return { accepted: 0, refused: 0, pending: 0, triggers: {}, losses: [] };
}

export function statsOf(stats: BrokerStats, trigger: string): TriggerStats {
  stats.triggers[trigger] ??= { attempts: 0, delivered: 0, deadLettered: 0, undeliverable: 0, lost: 0 };
  return stats.triggers[trigger];
}
