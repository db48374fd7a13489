import { type FunctionName, functionPorts } from '../../lib/local/function-plan.ts';
import { balanceConnections } from './balance-connections.ts';
import type { ChaosProcess } from './chaos-machine.ts';

/** Replicas listen above everything else that a machine has, ten ports apart; metrics on any. */
const firstOffset = 60;

/** The processes of functions that run once or as several replicas, the first of each under its function's name. */
export function replicas(
  functions: readonly FunctionName[],
  options: {
    readonly replicas: number;
    readonly portBase: number;
    readonly environment: Readonly<Record<string, string>>;
  },
): ChaosProcess[] {
  if (options.replicas === 1) {
    return functions.map((name) => ({ name, function: name, environment: options.environment }));
  }
  return functions.flatMap((name) =>
    portsOf(name, options).map((port, index) => ({
      name: index === 0 ? name : `${name}-${index + 1}`,
      function: name,
      environment: { ...options.environment, PORT: String(port), METRICS_PORT: '0' },
    })),
  );
}

/** Listens where each function would, for its replicas; nothing to do where there is one of each. */
export async function serveReplicas(
  functions: readonly FunctionName[],
  options: { readonly replicas: number; readonly portBase: number },
): Promise<{ readonly stop: () => Promise<void> }> {
  if (options.replicas === 1) return { stop: async () => {} };
  const balancers = await Promise.all(
    functions.map((name) =>
      balanceConnections(options.portBase + functionPorts[name], portsOf(name, options)),
    ),
  );
  return {
    stop: async () => {
      await Promise.all(balancers.map((balancer) => balancer.stop()));
    },
  };
}

function portsOf(name: FunctionName, options: { replicas: number; portBase: number }): number[] {
  return Array.from(
    { length: options.replicas },
    (_, index) => options.portBase + firstOffset + 10 * index + functionPorts[name],
  );
}
