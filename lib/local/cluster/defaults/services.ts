import { asFields, type Fields, fill, mapField, mapItems } from './fill.ts';

/** Defaults of a Service's spec. */
export function defaultServiceSpec(spec: Fields): Fields {
  const filled = fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' });
  const isExternal = filled['type'] === 'ExternalName';
  const reachable = filled['type'] === 'NodePort' || filled['type'] === 'LoadBalancer';
  const withPolicies = fill(filled, {
    ...(isExternal ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...(reachable ? { externalTrafficPolicy: 'Cluster' } : {}),
    ...(filled['type'] === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
    ...(filled['sessionAffinity'] === 'ClientIP'
      ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }
      : {}),
  });
  return mapField(withPolicies, 'ports', (ports) =>
    mapItems(ports, (port) => ({
      ...fill(port, { protocol: 'TCP' }),
      // The type of this field cannot tell 0 from missing.
      targetPort: port['targetPort'] || port['port'],
    })),
  );
}

/** Defaults of an EndpointSlice's ports. */
export function defaultSlicePorts(object: Fields): Fields {
  return mapField(object, 'ports', (ports) =>
    mapItems(ports, (port) => fill(port, { name: '', protocol: 'TCP' })),
  );
}

/** Defaults of the ports in the subsets of Endpoints. */
export function defaultEndpointPorts(object: Fields): Fields {
  return mapField(object, 'subsets', (subsets) =>
    mapItems(subsets, (subset) =>
      mapField(subset, 'ports', (ports) => mapItems(ports, (port) => fill(port, { protocol: 'TCP' }))),
    ),
  );
}

/** Defaults of a NetworkPolicy's spec. */
export function defaultNetworkPolicySpec(spec: Fields): Fields {
  const types = spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
  const filled = fill(spec, { policyTypes: types });
  return ['ingress', 'egress'].reduce(
    (current, name) =>
      mapField(current, name, (rules) =>
        mapItems(rules, (rule) =>
          mapField(rule, 'ports', (ports) => mapItems(ports, (port) => fill(port, { protocol: 'TCP' }))),
        ),
      ),
    filled,
  );
}

/** Defaults of a HorizontalPodAutoscaler's spec, of either version. */
export function defaultAutoscalerSpec(spec: Fields): Fields {
  return mapField(fill(spec, { minReplicas: 1 }), 'behavior', (behavior) => {
    const given = asFields(behavior);
    return {
      ...given,
      scaleUp: fill(asFields(given['scaleUp']), {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      }),
      scaleDown: fill(asFields(given['scaleDown']), {
        selectPolicy: 'Max',
        policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
      }),
    };
  });
}
