import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../lib/core/cloud-event.ts';
import { startCluster } from '../../lib/local/cluster/start-cluster.ts';
import { demoToken } from '../../lib/local/demo-tokens.ts';
import { testDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startGitServer } from '../support/git-server.ts';
import { objectEvent } from '../support/ingest.ts';
import { type OtlpMetric, type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { type MetricFamily, parsePrometheus } from '../support/parse-prometheus.ts';
import { postEvent } from '../support/post-event.ts';
import { type FunctionProcess, startFunction } from '../support/start-function.ts';
import { startTellingSink, type TellingSink } from '../support/telling-sink.ts';

// All different, none part of another, none a word that a log could have for another reason.
const secrets = {
  databasePassword: 'pw-7f3a9c51d0',
  wrongDatabasePassword: 'pw-wrong-b81e22',
  jwtSignKey: 'key-for-jwt-52c0e9d1a7',
  cursorKey: 'key-for-cursors-94ab13',
  oddDatabasePassword: 'pw-odd/9@5c:x1?',
  clusterToken: 'cluster-token-c77e01f9',
  wrongClusterToken: 'cluster-token-wrong-2ea650',
  userToken: 'opaque-user-token-1b6f83',
  oidcToken: 'oidc-token-e5590ad2',
  secretValue: 'value-of-a-secret-3d41c8',
  secretText: 'text-of-a-secret-a92f60',
  gitToken: 'git-token-80d1f6a4',
  sshKey: 'ssh-private-key-5d03c7e9',
  urlPassword: 'in-a-url-5c22be90',
  poison: 'poison-content-6e0b7d',
} as const;

const functions = [
  'deviser',
  'resources-ingester',
  'events-ingester',
  'resources-presenter',
  'events-presenter',
  'appconfigs-api',
  'changes-source',
  'renderer',
  'resources-watcher',
  'events-watcher',
] as const;
type Name = (typeof functions)[number];

let database: Awaited<ReturnType<typeof testDatabase>>;
let server: Awaited<ReturnType<typeof testDatabase>>;
let cluster: Awaited<ReturnType<typeof startCluster>>;
let folder: string;
let sink: TellingSink;
let collector: OtlpReceiver;
/** Of further functions, so that the figures of the other are of one function only. */
let others: OtlpReceiver;
let running: Readonly<Record<Name, FunctionProcess>>;
let environment: Readonly<Record<string, string>>;
const logs: string[] = [];
const bodies: string[] = [];
/** Signatures of users' tokens: who knows one can use the token. */
const signatures: string[] = [];

type Variables = Readonly<Record<string, string>>;

const role = `telemetry_${process.pid}`;

function databaseUrl(password: string): string {
  const url = new URL(database.url);
  url.username = role;
  url.password = password;
  return url.href;
}

async function createInCluster(path: string, object: object): Promise<void> {
  const answer = await fetch(`${cluster.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secrets.clusterToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(object),
  });
  expect(answer.status, await answer.text()).toBe(201);
}

/** Answers are kept for the search. */
async function ask(url: string, init: RequestInit = {}): Promise<number> {
  const answer = await fetch(url, init);
  bodies.push(await answer.text());
  return answer.status;
}

async function insertAppConfig(name: string): Promise<string> {
  const { rows } = await database.pool.query<{ id: string }>(
    `insert into app_configs (name, repository_url, branch, environment)
     values ($1, 'https://example.org', 'main', 'dev') returning id`,
    [name],
  );
  return rows[0]?.id ?? '';
}

/** The change event of an AppConfig, as changes-source sends it. */
function tellOfChange(
  url: string,
  key: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': '/clusters/here/changes-source',
      'ce-type': 'io.kubemirror.appconfig.changed',
      'ce-subject': key,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify({ operation: 'insert', key, generation: 1 }),
  });
}

const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

beforeAll(async () => {
  database = await testDatabase();
  server = await testDatabase({ empty: true });
  await server.pool.query(`create role ${role} superuser login password '${secrets.databasePassword}'`);
  cluster = await startCluster({
    tokens: {
      [secrets.clusterToken]: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
      [secrets.userToken]: { username: 'alice', groups: ['system:authenticated'] },
    },
  });
  folder = await mkdtemp(join(tmpdir(), 'kubemirror-telemetry-'));
  await writeFile(join(folder, 'kubeconfig'), cluster.kubeconfig('admin'));
  const kubeconfig = cluster.kubeconfig('admin').replaceAll(secrets.clusterToken, secrets.wrongClusterToken);
  await writeFile(join(folder, 'wrong-kubeconfig'), kubeconfig);
  await writeFile(join(folder, 'oidc'), secrets.oidcToken);
  await writeFile(join(folder, 'ssh-key'), `-----BEGIN OPENSSH PRIVATE KEY-----\n${secrets.sshKey}\n`, {
    mode: 0o600,
  });
  await writeFile(join(folder, 'known-hosts'), '');
  await createInCluster('/api/v1/namespaces/default/secrets', {
    metadata: {
      name: 'credentials',
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
          stringData: { password: secrets.secretText },
        }),
      },
    },
    stringData: { text: secrets.secretText },
    data: { password: Buffer.from(secrets.secretValue).toString('base64') },
  });
  sink = await startTellingSink();
  [collector, others] = await Promise.all([startOtlpReceiver(), startOtlpReceiver()]);
  environment = {
    DEBUG: 'true',
    // Where killed processes leave what is temporary behind.
    TMPDIR: folder,
    DATABASE_URL: databaseUrl(secrets.databasePassword),
    KUBECONFIG: join(folder, 'kubeconfig'),
    CLUSTER_NAME: 'here',
    JWT_SIGN_KEY: secrets.jwtSignKey,
    CURSOR_KEY: secrets.cursorKey,
    OIDC_TOKEN_FILE: join(folder, 'oidc'),
    K_SINK: sink.url,
    SLOT_NAME: role,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORT_INTERVAL: '1s',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '200',
  };
  const start = async (name: Name) => [
    name,
    await startFunction(name, {
      ...environment,
      ...(name === 'resources-ingester' && { OTEL_ENABLED: 'true' }),
      ...(['changes-source', 'renderer', 'events-presenter'].includes(name) && {
        OTEL_ENABLED: 'true',
        OTEL_EXPORTER_OTLP_ENDPOINT: others.url,
      }),
    }),
  ];
  running = Object.fromEntries(await Promise.all(functions.map(start))) as typeof running;
}, 180_000);

afterAll(async () => {
  await Promise.all(Object.values(running ?? {}).map((each) => each.kill()));
  await sink.stop();
  await Promise.all([collector.stop(), others.stop()]);
  await cluster.stop();
  await database.drop();
  await server.pool.query(`drop role ${role}`);
  await server.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Figures that come from outside change between two looks. */
const moves = (name: string) => /^kubemirror_(?:process|nodejs)_/.test(name);

/** One line a figure, as `/metrics` has them. */
function figuresOfText(families: readonly MetricFamily[]): string[] {
  return families
    .filter(({ name }) => !moves(name))
    .flatMap(({ samples }) => samples.map(({ name, labels, value }) => figure(name, labels, value)))
    .sort();
}

function figuresOfOtlp(metrics: readonly OtlpMetric[]): string[] {
  const lines = metrics
    .filter(({ name }) => !moves(name))
    .flatMap(({ name, points }) =>
      points.flatMap((point) => {
        if (point.kind === 'number') return [figure(name, point.labels, point.value)];
        let cumulative = 0;
        const buckets = point.counts.map((count, index) => {
          cumulative += count;
          const le = String(point.bounds[index] ?? '+Inf');
          return figure(`${name}_bucket`, { ...point.labels, le }, cumulative);
        });
        return [
          ...buckets,
          figure(`${name}_sum`, point.labels, point.sum),
          figure(`${name}_count`, point.labels, point.count),
        ];
      }),
    );
  return lines.sort();
}

function figure(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((label) => `${label}=${labels[label]}`);
  return `${name}{${pairs.join()}} ${value}`;
}

describe('telemetry of running functions', () => {
  it('is metrics that Prometheus can read, and the figures of the reference', async () => {
    for (const name of functions) {
      const families = parsePrometheus(await running[name].metrics());
      expect(families.length, name).toBeGreaterThan(10);
      for (const family of families) expect(family.name).toMatch(/^kubemirror_/);
      const labels = families.flatMap(({ samples }) => samples.map((sample) => sample.labels['function']));
      expect(new Set(labels), name).toEqual(new Set([name]));
    }
  });

  it('is by OTLP what it is on /metrics, and a trace to the committed row', async () => {
    const { url, metrics } = running['resources-ingester'];
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const traced: CloudEvent = { ...objectEvent({ uid: 'a', version: '1' }), extensions: { traceparent } };
    expect((await postEvent(url, traced)).status).toBe(202);
    expect((await postEvent(url, traced)).status).toBe(204);
    expect((await postEvent(url, objectEvent({ uid: '', version: '1' }))).status).toBe(202);

    const shown = figuresOfText(parsePrometheus(await metrics()));
    expect(shown).toContain('kubemirror_ingest_events_total{function=resources-ingester,outcome=stored} 1');
    await eventually(() => {
      expect(figuresOfOtlp(collector.metrics())).toEqual(shown);
    });
    const families = parsePrometheus(await metrics());
    const described = (all: readonly { name: string; help: string; type: string }[]) =>
      all.map(({ name, help, type }) => `${name} ${type} ${help}`).sort();
    expect(described(collector.metrics())).toEqual(described(families));

    await eventually(() => {
      const spans = collector.spans.filter((span) => span.traceId === traceId);
      const [processed, batch] = ['CloudEvents Process io.kubemirror.resource.upserted', 'commit batch'].map(
        (name) => spans.find((span) => span.name === name),
      );
      expect(processed).toMatchObject({
        parentSpanId: 'b7ad6b7169203331',
        links: [batch?.spanId],
        attributes: { 'kubemirror.outcome': 'stored', 'http.response.status_code': '202' },
      });
    });
  });

  it('is a trace from a changed row to what was rendered', async () => {
    const key = await insertAppConfig('traced');
    const find = (name: string) =>
      others.spans.find(
        (span) => span.name === name && String(span.attributes['cloudevents.event_subject']).includes(key),
      );
    const type = 'io.kubemirror.appconfig.changed';
    await eventually(() => {
      expect(find(`CloudEvents Create ${type}`)?.attributes).toMatchObject({
        'kubemirror.outcome': 'accepted',
      });
    });
    const created = find(`CloudEvents Create ${type}`);
    const traceparent = `00-${created?.traceId}-${created?.spanId}-01`;
    const answer = await tellOfChange(running.renderer.url, key, { 'ce-traceparent': traceparent });
    expect(answer.headers.get('ce-traceparent')).toBe(traceparent);
    await eventually(() => {
      expect(find(`CloudEvents Process ${type}`)).toMatchObject({
        traceId: created?.traceId,
        parentSpanId: created?.spanId,
      });
    });
  });

  it('is a span for each request of a reader, in the trace that he is in', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    expect(await ask(`${running['events-presenter'].url}/events`, { headers })).toBe(401);
    await eventually(() => {
      expect(others.spans.find((span) => span.traceId === traceId)).toMatchObject({
        service: 'events-presenter',
        parentSpanId: '00f067aa0ba902b7',
        attributes: { 'http.request.method': 'GET', 'http.response.status_code': '401' },
      });
    });
  });
});

describe('secrets', () => {
  it('are in no output, no answer, no metrics and no spans, whatever goes wrong', async () => {
    await eventually(() => expect(sink.credentials).toContain(`Bearer ${secrets.oidcToken}`));
    await refuseUsers();
    await sendPoison();
    await refuseEvents();
    await failToStart();
    await failToReadCluster();
    await failToPush();
    await loseDatabase();
    for (const name of functions) {
      logs.push(running[name].log());
      bodies.push(await running[name].metrics());
    }

    const written = logs.join('\n');
    // Otherwise nothing was provoked, and nothing proves nothing.
    for (const text of [
      'The sink does not let us in',
      'Cannot store an event for now',
      'sending again',
      '401',
    ]) {
      expect(written).toContain(text);
    }
    expect(signatures.length).toBeGreaterThan(0);
    const all = [
      ...Object.entries(secrets),
      ...signatures.map((signature) => ['signature of a token', signature]),
    ];
    const encoded = all.flatMap(([name = '', value = '']) => [
      [name, value],
      [`${name} in a URL`, encodeURIComponent(value)],
      [`${name} in base64`, Buffer.from(value).toString('base64').replace(/.=*$/, '')],
    ]);
    const sent = [...collector.bodies, ...others.bodies];
    const leaks: string[] = [];
    for (const [name = '', value = ''] of encoded) {
      const where = [...written.split('\n'), ...bodies].filter((text) => text.includes(value));
      leaks.push(...where.map((text) => `${name}: ${text}`));
      if (sent.some((body) => body.includes(value))) leaks.push(`${name}: sent by OTLP`);
    }
    expect(leaks).toEqual([]);
  }, 180_000);

  async function refuseUsers(): Promise<void> {
    const good = await demoToken({ username: 'alice', groups: [] }, secrets.jwtSignKey);
    const forged = await demoToken({ username: 'alice', groups: [] }, secrets.poison.padEnd(32, 'x'));
    for (const token of [good, forged]) signatures.push(token.split('.')[2] ?? '');
    const paths: readonly (readonly [Name, string])[] = [
      ['events-presenter', '/events'],
      ['resources-presenter', '/resources'],
      ['appconfigs-api', '/appconfigs'],
    ];
    for (const [name, path] of paths) {
      const { url } = running[name];
      expect(await ask(`${url}${path}`)).toBe(401);
      expect(await ask(`${url}${path}`, bearer(forged))).toBe(401);
      expect(await ask(`${url}${path}`, bearer(`${secrets.userToken}-${secrets.poison}`))).toBe(401);
      await ask(`${url}${path}`, bearer(good));
      await ask(`${url}${path}`, bearer(secrets.userToken));
      await ask(`${url}${path}?limit=none&cursor=${secrets.poison.slice(0, 6)}`, bearer(good));
    }
  }

  async function sendPoison(): Promise<void> {
    const authorization = `Bearer ${secrets.userToken}`;
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': '1',
      'ce-source': '/a',
      'ce-type': 'a',
      authorization,
    };
    const broken = `{"password":"${secrets.poison}`;
    for (const name of ['resources-ingester', 'events-ingester'] as const) {
      const { url } = running[name];
      const post = (type: string, body: string, more = {}) =>
        ask(url, { method: 'POST', headers: { 'content-type': type, ...more }, body });
      expect(await post('application/json', broken, headers)).toBe(202);
      expect(await post('application/cloudevents+json', broken)).toBe(400);
      expect(await post('application/cloudevents-batch+json', `[${broken}`)).toBe(400);
      const nul = objectEvent({ uid: 'n', version: '1', content: { text: `\u0000${secrets.poison}` } });
      const text = await postEvent(url, nul);
      bodies.push(await text.text());
    }
  }

  async function refuseEvents(): Promise<void> {
    const told = [
      [401, 'The sink does not let us in'],
      [503, 'sending again'],
      [400, 'The sink refuses an event for good'],
    ] as const;
    for (const [status, message] of told) {
      sink.answerWith(status);
      const object = {
        metadata: { name: `secret-${status}` },
        stringData: { password: secrets.secretText },
      };
      await createInCluster('/api/v1/namespaces/default/secrets', object);
      await insertAppConfig(`app-${status}`);
      await eventually(() => expect(running['resources-watcher'].log()).toContain(message));
    }
  }

  async function failToStart(): Promise<void> {
    const wrong = secrets.wrongDatabasePassword;
    const odd = secrets.oddDatabasePassword;
    // Read by one schema and one parser for all functions, so one of them is enough.
    const settings: Variables[] = [
      { DATABASE_URL: `mysql://me:${wrong}@127.0.0.1/db` },
      { DATABASE_URL: `postgres://me:${wrong}@[broken/db` },
      { DATABASE_URL: `postgres://me:${odd}@127.0.0.1:9/db` },
      { DATABASE_URL: `postgres://me:${encodeURIComponent(odd)}@127.0.0.1:9/db` },
      { DATABASE_URL: '', DB_HOST: '127.0.0.1', DB_PORT: '9', DB_USER: 'me', DB_PASS: wrong },
      { DATABASE_URL: '', DB_HOST: '127.0.0.1', DB_PORT: '9', DB_PASS: odd },
    ];
    const connections: Variables[] = [
      { DATABASE_URL: databaseUrl(wrong).replace(/:\d+\//, ':9/') },
      { DATABASE_URL: databaseUrl(wrong).replace('127.0.0.1', 'no.such.host.invalid') },
    ];
    const sinkUrl = `http://me:${secrets.urlPassword}@127.0.0.1:9/`;
    const repository = `https://me:${secrets.urlPassword}@127.0.0.1:9/a.git`;
    const tries: Readonly<Record<string, readonly Variables[]>> = {
      'resources-ingester': [...settings, ...connections],
      deviser: connections,
      'events-presenter': connections,
      'changes-source': [...connections, { DATABASE_URL: databaseUrl(wrong), K_SINK: sinkUrl }],
      renderer: [
        ...connections,
        { RENDER_MODE: 'git', GIT_TARGET_REPO: repository, GIT_TOKEN: secrets.gitToken },
      ],
    };
    for (const [name, each] of Object.entries(tries)) {
      const starts = each.map((more) =>
        startFunction(name, withoutEmpty({ ...environment, DB_READY_TIMEOUT: '1s', ...more })).then(
          (started) => started.kill().then(() => logs.push(started.log())),
          (error: unknown) => logs.push(String(error)),
        ),
      );
      await Promise.all(starts);
    }
  }

  /** The API server knows nobody of that token. */
  async function failToReadCluster(): Promise<void> {
    const kubeconfig = await readFile(join(folder, 'wrong-kubeconfig'), 'utf8');
    expect(kubeconfig).toContain(secrets.wrongClusterToken);
    const names = ['resources-watcher', 'events-watcher', 'renderer', 'events-presenter', 'appconfigs-api'];
    const starts = names.map(async (name) => {
      const wrong = { ...environment, KUBECONFIG: join(folder, 'wrong-kubeconfig') };
      const started = startFunction(name, wrong, { readyTimeoutMs: 5_000 });
      await started.then(
        async (each) => {
          await ask(`${each.url}/events`, bearer(secrets.userToken));
          await each.kill();
          logs.push(each.log());
        },
        (error: unknown) => logs.push(String(error)),
      );
    });
    await Promise.all(starts);
  }

  async function failToPush(): Promise<void> {
    const git = await startGitServer();
    const remotes = [
      { GIT_TARGET_REPO: git.httpUrl, GIT_TOKEN: secrets.gitToken },
      {
        GIT_TARGET_REPO: 'ssh://git@127.0.0.1:9/configs.git',
        GIT_SSH_KEY_FILE: join(folder, 'ssh-key'),
        GIT_KNOWN_HOSTS_FILE: join(folder, 'known-hosts'),
      },
    ];
    for (const remote of remotes) {
      const renderer = await startFunction('renderer', { ...environment, RENDER_MODE: 'git', ...remote });
      const id = await insertAppConfig(`pushed-${remotes.indexOf(remote)}`);
      const answer = await tellOfChange(renderer.url, id, {});
      bodies.push(await answer.text());
      expect(renderer.log()).toContain('an AppConfig could not be rendered');
      await renderer.kill();
      logs.push(renderer.log());
    }
    await git.close();
  }

  async function loseDatabase(): Promise<void> {
    await database.pool.query('alter table resources rename to elsewhere');
    await database.pool.query('alter table events rename to elsewhere_too');
    for (const name of ['resources-ingester', 'events-ingester'] as const) {
      const answer = await postEvent(running[name].url, objectEvent({ uid: 'z', version: '2' }));
      bodies.push(await answer.text());
    }
    await server.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
      role,
    ]);
    const good = await demoToken({ username: 'admin', groups: ['system:masters'] }, secrets.jwtSignKey);
    expect(await ask(`${running['events-presenter'].url}/events`, bearer(good))).toBeGreaterThanOrEqual(500);
    await ask(`${running['resources-presenter'].url}/resources`, bearer(good));
    await ask(`${running['deviser'].url}/`, { method: 'POST' });
    for (const name of functions) await ask(`${running[name].url}/readyz`);
  }
});

/** Without a DATABASE_URL the DB_ variables count. */
function withoutEmpty(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}
