/** Everything a user or a script needs once all is ready. */
export type Summary = {
  /** Base URL by function; `cluster`, `broker` beside them. */
  readonly urls: Readonly<Record<string, string>>;
  readonly kubeconfig: string;
  /** With a context for each user, for reading the mirror with kubectl. */
  readonly mirrorKubeconfig: string;
  /** The resources-presenter over TLS. */
  readonly mirrorUrl: string;
  /** Bearer token for the presenters, by user. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly database: string;
  /** `development cluster` or the kubeconfig's context. */
  readonly cluster: string;
  readonly dataDir: string;
  readonly development: boolean;
  readonly startedInMs: number;
  /** RFC 3339. */
  readonly readyAt: string;
};

/** The summary as one JSON object on one line, for scripts. */
export function summaryJson(summary: Summary): string {
  const { urls, kubeconfig, mirrorKubeconfig, mirrorUrl, tokens, database } = summary;
  return `${JSON.stringify({ urls, kubeconfig, mirrorKubeconfig, mirrorUrl, tokens, database })}\n`;
}

/** The summary for a person: what runs where, and commands that work as printed. */
export function summaryText(summary: Summary): string {
  const { urls, tokens, dataDir } = summary;
  const width = Math.max(...Object.keys(urls).map((name) => name.length));
  const rows = Object.entries(urls).map(([name, url]) => `  ${name.padEnd(width)}  ${url}`);
  const first = 'alice' in tokens ? 'alice' : (Object.keys(tokens)[0] ?? 'admin');
  const token = (user: string) => `$(cat ${dataDir}/tokens/${encodeURIComponent(user)})`;
  const lines = [
    `kubemirror is ready after ${(summary.startedInMs / 1_000).toFixed(1)} s, following ${summary.cluster}.`,
    '',
    ...rows,
    `  ${'database'.padEnd(width)}  ${summary.database}`,
    `  ${'logs'.padEnd(width)}  ${dataDir}/logs/`,
    '',
    `Tokens for the presenters, also in ${dataDir}/tokens/:`,
    ...Object.entries(tokens).map(([user, text]) => `  ${user.padEnd(width)}  ${text}`),
    '',
    'List deployments:',
    `  curl -s -H "Authorization: Bearer ${token(first)}" '${urls['resources-presenter']}/resources?group=apps&resource=deployments&namespace=*'`,
    '',
    'Follow Kubernetes events as they are stored:',
    `  curl -sN -H "Authorization: Bearer ${token(first)}" ${urls['events-presenter']}/notifications`,
    '',
    ...mirrorCommands(summary, first),
    ...changeCommands(summary),
    ...renderCommands(summary, token('admin' in tokens ? 'admin' : first)),
    'Ctrl-C stops everything. The next start finds its data again.',
  ];
  return `${lines.join('\n')}\n`;
}

/** The mirror is a Kubernetes API that only reads; where its address goes on, it shows the past. */
function mirrorCommands({ mirrorKubeconfig, mirrorUrl, readyAt }: Summary, user: string): string[] {
  const kubectl = `kubectl --kubeconfig ${mirrorKubeconfig} --context ${user}`;
  return [
    'Read the mirror with kubectl; each user is a context. Then what is gone, and what was there when it started:',
    `  ${kubectl} get all -n shop`,
    `  ${kubectl} --server ${mirrorUrl}/deleted get pods -n shop`,
    `  ${kubectl} --server ${mirrorUrl}/at/${readyAt} get pods -n shop`,
    '',
  ];
}

/** Rows become custom resources; whoever changes or deletes those sees them come back. */
function renderCommands(summary: Summary, token: string): string[] {
  if (!summary.development) return [];
  const kubectl = `kubectl --kubeconfig ${summary.kubeconfig} -n default`;
  return [
    'Write an AppConfig into the database and see it in the cluster; deleted there, it comes back:',
    `  curl -s -H "Authorization: Bearer ${token}" -H 'Content-Type: application/json' -d '{"name":"hello","repository_url":"https://example.org/hello.git","branch":"main","environment":"dev"}' ${summary.urls['appconfigs-api']}/appconfigs`,
    `  ${kubectl} get appconfigs`,
    `  ${kubectl} delete appconfig hello`,
    `  curl -s -H "Authorization: Bearer ${token}" ${summary.urls['appconfigs-api']}/appconfigs`,
    '',
  ];
}

function changeCommands(summary: Summary): string[] {
  if (!summary.development) return [];
  return [
    'Change something and see it above:',
    `  kubectl --kubeconfig ${summary.kubeconfig} create deployment hello --image=hello:1 -n shop`,
    `  kubectl --kubeconfig ${summary.kubeconfig} delete deployment hello -n shop`,
    '',
    `The development cluster is a double for trying things out, not a Kubernetes. Its users are contexts of the`,
    `kubeconfig: kubectl --kubeconfig ${summary.kubeconfig} --context bob get pods -A`,
    '',
  ];
}
