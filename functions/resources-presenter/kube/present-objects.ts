import { parseExactJson, stringifyExactJson } from '../../../lib/core/exact-json.ts';
import type { KubeAnswerForm } from '../../../lib/core/kube-api/negotiate-answer.ts';
import { renderTable } from '../../../lib/core/kube-table/table.ts';
import type { KubernetesObject } from '../../../lib/core/kubernetes-object.ts';
import { apiVersionOf } from '../../../lib/core/resource-kind.ts';
import { wholeResponse } from '../../../lib/http/whole-response.ts';
import { yamlText } from '../../../lib/http/yaml-text.ts';
import type { ServedResource } from './kube-catalog.ts';

export type ListMetadata = { readonly resourceVersion: string; readonly continue?: string };

type Presentation = {
  readonly form: KubeAnswerForm;
  readonly includeObject: string;
  readonly now: Date;
};

/** A list as the client wants it. Plain JSON is put together from the stored texts, which are never parsed. */
export function presentList(
  resource: ServedResource,
  objects: readonly string[],
  metadata: ListMetadata,
  { form, includeObject, now }: Presentation,
): Response {
  if (form.as === 'table') {
    const options = { now, includeObject, version: form.metaVersion, metadata };
    return respond(renderTable(resource.printer, objects.map(parseObject), options), form);
  }
  if (form.as === 'metadata') {
    const items = objects.map((text) => partial(parseObject(text), form.metaVersion));
    const apiVersion = `meta.k8s.io/${form.metaVersion}`;
    return respond({ kind: 'PartialObjectMetadataList', apiVersion, metadata, items }, form);
  }
  const head = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata };
  const text = `${JSON.stringify(head).slice(0, -1)},"items":[${objects.join(',')}]}`;
  return form.encoding === 'json' ? json(text) : yaml(parseExactJson(text));
}

/** One object as the client wants it. */
export function presentObject(
  resource: ServedResource,
  text: string,
  { form, includeObject, now }: Presentation,
): Response {
  if (form.as === 'object') return form.encoding === 'json' ? json(text) : yaml(parseExactJson(text));
  const object = parseObject(text);
  if (form.as === 'metadata') return respond(partial(object, form.metaVersion), form);
  const metadata = { resourceVersion: object.metadata.resourceVersion ?? '' };
  return respond(
    renderTable(resource.printer, [object], { now, includeObject, version: form.metaVersion, metadata }),
    form,
  );
}

export function parseObject(text: string): KubernetesObject {
  return parseExactJson(text) as KubernetesObject;
}

/** PartialObjectMetadata of an object. */
export function partial(object: Pick<KubernetesObject, 'metadata'>, metaVersion: 'v1' | 'v1beta1'): object {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: `meta.k8s.io/${metaVersion}`,
    metadata: object.metadata,
  };
}

export function respond(value: unknown, form: Pick<KubeAnswerForm, 'encoding'>): Response {
  return form.encoding === 'json' ? json(stringifyExactJson(value) ?? 'null') : yaml(value);
}

function json(text: string): Response {
  return wholeResponse(text, { headers: { 'content-type': 'application/json' } });
}

function yaml(value: unknown): Response {
  return new Response(yamlText(value), { headers: { 'content-type': 'application/yaml' } });
}
