/** One panel of a dashboard: what it answers, how, and in which unit. */
export type Panel = {
  readonly title: string;
  /** PromQL; the key is the legend. */
  readonly queries: Readonly<Record<string, string>>;
  readonly unit: 's' | 'short' | 'ops' | 'bytes';
};

export type Dashboard = { readonly uid: string; readonly title: string; readonly panels: readonly Panel[] };

const quantile = (q: number, metric: string, by = 'le') =>
  `histogram_quantile(${q}, sum by (${by}) (rate(${metric}_bucket[$__rate_interval])))`;
const latency = (title: string, metric: string): Panel => ({
  title,
  unit: 's',
  queries: { p50: quantile(0.5, metric), p99: quantile(0.99, metric) },
});
const rate = (title: string, metric: string, by: string): Panel => ({
  title,
  unit: 'ops',
  queries: { [`{{${by}}}`]: `sum by (${by}) (rate(${metric}[$__rate_interval]))` },
});
const level = (title: string, metric: string, by = 'function', unit: Panel['unit'] = 'short'): Panel => ({
  title,
  unit,
  queries: { [`{{${by}}}`]: `max by (${by}) (${metric})` },
});

/** What somebody on call looks at first: is anything late, lost, waiting or refused? */
const overview: Dashboard = {
  uid: 'kubemirror-overview',
  title: 'kubemirror / overview',
  panels: [
    {
      title: 'From seen in the cluster to committed',
      unit: 's',
      queries: { '{{function}} p99': quantile(0.99, 'kubemirror_ingest_lag_seconds', 'function, le') },
    },
    level('Oldest event not yet acknowledged', 'kubemirror_oldest_event_seconds', 'function', 's'),
    rate('Events acknowledged', 'kubemirror_events_emitted_total', 'function'),
    rate('Events by what became of them', 'kubemirror_ingest_events_total', 'outcome'),
    {
      title: 'Drift that manifests found, last hour',
      unit: 'short',
      queries: { '{{kind}}': 'sum by (kind) (increase(kubemirror_drift_objects_total[1h]))' },
    },
    {
      title: 'Quarantined and refused, last hour',
      unit: 'short',
      queries: {
        quarantined: 'sum(increase(kubemirror_ingest_events_total{outcome="quarantined"}[1h]))',
        refused: 'sum(increase(kubemirror_events_refused_total[1h]))',
      },
    },
    rate('Requests', 'kubemirror_http_requests_total', 'status_code'),
    level('Open streams', 'kubemirror_streams_open'),
    level('Memory', 'kubemirror_process_resident_memory_bytes', 'function', 'bytes'),
    {
      title: 'CPU',
      unit: 'short',
      queries: {
        '{{function}}': 'sum by (function) (rate(kubemirror_process_cpu_seconds_total[$__rate_interval]))',
      },
    },
  ],
};

const watching: Panel[] = [
  level('Reflectors by phase', 'kubemirror_reflectors', 'phase'),
  rate('Lists and watches that ended', 'kubemirror_reflector_interruptions_total', 'end'),
  level('Events under way to the sink', 'kubemirror_events_in_flight'),
  level('Events set aside after failures', 'kubemirror_events_set_aside'),
  latency('One POST to the sink', 'kubemirror_sink_attempt_seconds'),
];

const ingesting: Panel[] = [
  rate('Events received', 'kubemirror_ingest_received_total', 'type'),
  level('Events that wait', 'kubemirror_ingest_queue_rows'),
  level('Bytes that wait', 'kubemirror_ingest_queue_bytes', 'function', 'bytes'),
  {
    title: 'Batch size',
    unit: 'short',
    queries: {
      p50: quantile(0.5, 'kubemirror_ingest_batch_rows'),
      p99: quantile(0.99, 'kubemirror_ingest_batch_rows'),
    },
  },
  latency('One transaction', 'kubemirror_ingest_batch_seconds'),
];

const reading: Panel[] = [
  rate('Requests by handler', 'kubemirror_http_requests_total', 'handler'),
  {
    title: 'Time to answer, p99',
    unit: 's',
    queries: { '{{handler}}': quantile(0.99, 'kubemirror_http_duration_seconds', 'handler, le') },
  },
  {
    title: 'Tokens by the source of identity that judged them',
    unit: 'ops',
    queries: {
      '{{source}} {{result}}':
        'sum by (source, result) (rate(kubemirror_tokens_judged_total[$__rate_interval]))',
    },
  },
  rate('Questions about rights that nobody answered', 'kubemirror_access_unanswered_total', 'function'),
  rate('Evaluated rights compared with reviews', 'kubemirror_access_compared_total', 'result'),
];

export const dashboards: readonly Dashboard[] = [
  overview,
  {
    uid: 'kubemirror-resources',
    title: 'kubemirror / resources',
    panels: [
      ...watching,
      level('Objects known to the watcher', 'kubemirror_known_objects'),
      rate('Objects that the database wanted', 'kubemirror_wanted_objects_total', 'outcome'),
      rate('Reconcile rounds', 'kubemirror_reconciliations_total', 'outcome'),
      ...ingesting,
      rate('Rows written', 'kubemirror_merged_rows_total', 'change'),
      rate('Compositions filled late', 'kubemirror_compositions_filled_total', 'table'),
      ...reading,
      rate('Rounds of the deviser', 'kubemirror_deviser_rounds_total', 'outcome'),
      level('Space of all partitions', 'kubemirror_deviser_partitions_bytes', 'function', 'bytes'),
    ],
  },
  {
    uid: 'kubemirror-events',
    title: 'kubemirror / events',
    panels: [
      ...watching,
      ...ingesting,
      rate('Rows written', 'kubemirror_events_inserted_total', 'function'),
      ...reading,
      level('Open streams', 'kubemirror_streams_open'),
      rate('Streams that ended', 'kubemirror_streams_ended_total', 'reason'),
    ],
  },
  {
    uid: 'kubemirror-rendering',
    title: 'kubemirror / rendering',
    panels: [
      level('What each changes-source does', 'kubemirror_change_source_role', 'role'),
      latency('From commit to acknowledgement', 'kubemirror_change_lag_seconds'),
      rate('Changes', 'kubemirror_changes_total', 'outcome'),
      level('Changes that wait', 'kubemirror_changes_waiting'),
      level('Log that the slot keeps', 'kubemirror_slot_retained_bytes', 'function', 'bytes'),
      level('Log since the acknowledged position', 'kubemirror_slot_unconfirmed_bytes', 'function', 'bytes'),
      rate('Renderings', 'kubemirror_renderings_total', 'outcome'),
      latency('One rendering', 'kubemirror_rendering_seconds'),
      rate('Changes by others', 'kubemirror_rendering_drift_total', 'kind'),
      level('AppConfigs that wait', 'kubemirror_renderings_waiting'),
      level('Held back by the prune brake', 'kubemirror_prune_held_back'),
    ],
  },
];
