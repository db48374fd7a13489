import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExactJson, stringifyExactJson } from './exact-json.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { redactObject } from './redact-object.ts';
import { parseRedactionRule, type RedactionRule, rulesFor } from './redaction-rules.ts';

const secret: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login', namespace: 'shop', labels: { app: 'shop' } },
  type: 'Opaque',
  data: { password: 'c2VjcmV0', user: 'YWRtaW4=' },
  stringData: { extra: 'secret' },
};

describe('redactObject()', () => {
  it('replaces the values of a Secret, keeps its keys, and data stays base64', () => {
    const redacted = redact(secret);
    expect(redacted['data']).toEqual({ password: 'UkVEQUNURUQ=', user: 'UkVEQUNURUQ=' });
    expect(Buffer.from('UkVEQUNURUQ=', 'base64').toString()).toBe('REDACTED');
    expect(redacted['stringData']).toEqual({ extra: 'REDACTED' });
    expect(redacted['type']).toBe('Opaque');
  });

  it('leaves the input unchanged', () => {
    const before = structuredClone(secret);
    redact(secret, ['metadata.labels.app', 'type']);
    expect(secret).toEqual(before);
  });

  it('leaves data of other kinds alone, also of a custom resource called Secret', () => {
    const other: KubernetesObject = { ...secret, apiVersion: 'example.org/v1' };
    expect(redact(other)['data']).toEqual(secret['data']);
  });

  it('removes what kubectl applied last and managedFields, and nothing else of the metadata', () => {
    const object: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'a',
        uid: 'u',
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{}}', note: 'stays' },
        managedFields: [{ manager: 'kubectl' }],
        unknownToUs: { stays: true },
      },
    };
    expect(redact(object).metadata).toEqual({
      name: 'a',
      uid: 'u',
      annotations: { note: 'stays' },
      unknownToUs: { stays: true },
    });
    const kept = redactObject(object, { rules: [], keepManagedFields: true });
    expect(kept.metadata.managedFields).toEqual([{ manager: 'kubectl' }]);
  });

  it('replaces what REDACT_PATHS name, through maps and lists', () => {
    const pod: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', annotations: { 'example.org/token': 'secret' } },
      spec: { containers: [{ env: [{ name: 'A', value: 'secret' }, { name: 'B' }] }, { name: 'bare' }] },
    };
    const redacted = redact(pod, [
      'spec.containers.*.env.*.value',
      'metadata.annotations.example\\.org/token',
    ]);
    expect(redacted['spec']).toEqual({
      containers: [{ env: [{ name: 'A', value: 'REDACTED' }, { name: 'B' }] }, { name: 'bare' }],
    });
    expect(redacted.metadata.annotations).toEqual({ 'example.org/token': 'REDACTED' });
  });

  it('never leaves a secret value anywhere, whatever the object looks like', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), json, (data, status) => {
        const marked = { ...secret, data: { ...data, own: 'MARK-secret' }, status };
        const text = JSON.stringify(redact(marked as KubernetesObject));
        expect(text).not.toContain('MARK-secret');
        expect(JSON.parse(text)['status']).toEqual(JSON.parse(JSON.stringify(status)));
      }),
    );
  });

  it('carries integers beyond 2^53 through unchanged', () => {
    const text =
      '{"apiVersion":"v1","kind":"X","metadata":{"name":"a"},"spec":{"n":12345678901234567890,"p":"x"}}';
    const redacted = redact(parseExactJson(text) as KubernetesObject, ['spec.p', 'spec.n.rawJSON']);
    expect(stringifyExactJson(redacted)).toContain('12345678901234567890');
  });
});

describe('parseRedactionRule()', () => {
  it.each([
    ['spec.password', { resource: '*', path: ['spec', 'password'] }],
    ['configmaps:data.*', { resource: 'configmaps', path: ['data', '*'] }],
    ['users.auth.example.org:spec.a\\.b', { resource: 'users.auth.example.org', path: ['spec', 'a.b'] }],
  ])('reads %s', (text, rule) => {
    expect(parseRedactionRule(text)).toEqual(rule);
  });

  it.each(['', 'spec..a', 'Secrets:data', '*', 'metadata', 'metadata.uid', 'kind', '*.name'])(
    'refuses %j, which is malformed or would take the identity',
    (text) => {
      expect(parseRedactionRule(text)).toBeUndefined();
    },
  );

  it('is applied to the resource it names only', () => {
    const rules = ['configmaps:data', 'users.auth.example.org:spec', 'status'].map(rule);
    const kind = { group: 'auth.example.org', version: 'v1', resource: 'users', kind: 'User' };
    expect(rulesFor(kind, rules).map(({ path }) => path[0])).toEqual(['spec', 'status']);
  });
});

function redact(object: KubernetesObject, paths: readonly string[] = []): KubernetesObject {
  return redactObject(object, { rules: paths.map(rule), keepManagedFields: false });
}

function rule(text: string): RedactionRule {
  const parsed = parseRedactionRule(text);
  if (parsed === undefined) throw new Error(`Cannot read rule "${text}"`);
  return parsed;
}
