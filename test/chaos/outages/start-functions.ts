import { type FunctionName, functionEnvironment, functionPorts } from '../../../lib/local/function-plan.ts';
import { type FunctionProcess, startFunction } from '../../support/start-function.ts';

/** Starts functions that nobody restarts, so that one that ends shows. */
export function startFunctions(
  names: readonly FunctionName[],
  options: {
    readonly portBase: number;
    readonly databaseUrl: string;
    readonly kubeconfig: string;
    readonly clusterName: string;
    readonly environment: Readonly<Record<string, string>>;
  },
): Promise<readonly FunctionProcess[]> {
  return Promise.all(
    names.map((name) => {
      const { METRICS_PORT: _any, ...environment } = functionEnvironment(name, {
        ...options,
        jwtSignKey: '',
        inherited: { PATH: process.env['PATH'] ?? '' },
      });
      return startFunction(
        name,
        { ...environment, ...options.environment },
        { port: options.portBase + functionPorts[name] },
      );
    }),
  );
}
