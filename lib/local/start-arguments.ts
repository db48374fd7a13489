import { parseArgs } from 'node:util';

/** What `npm start` was asked for. */
export type StartArguments = {
  /** Print one JSON object once ready, progress on stderr. */
  readonly json: boolean;
  /** Use the development cluster even where a kubeconfig is there. */
  readonly demo: boolean;
  readonly dataDir: string;
  readonly portBase: number;
  /** `--kubeconfig`; without it KUBECONFIG, then ~/.kube/config. */
  readonly kubeconfig: string | undefined;
};

export const startUsage = `Usage: npm start -- [options]

  --demo              development cluster, even where a kubeconfig is there
  --kubeconfig FILE   cluster to follow (default: $KUBECONFIG, then ~/.kube/config)
  --data DIR          where state and logs are kept (default: .kubemirror)
  --port-base N       first of the ports that are used (default: 18080)
  --json              print one JSON object on one line once all is ready
  --help              this text
`;

/** Parses the command line; the refusal is ready to print. */
export function parseStartArguments(
  args: readonly string[],
): { kind: 'start'; arguments: StartArguments } | { kind: 'help' } | { kind: 'refused'; reason: string } {
  let values: { [name: string]: string | boolean | undefined };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        demo: { type: 'boolean' },
        help: { type: 'boolean' },
        data: { type: 'string' },
        kubeconfig: { type: 'string' },
        'port-base': { type: 'string' },
      },
    }));
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
  if (values['help'] === true) return { kind: 'help' };
  const portBase = Number(values['port-base'] ?? 18_080);
  // The highest port in use is portBase + 99.
  if (!Number.isInteger(portBase) || portBase < 1_024 || portBase > 65_436) {
    return {
      kind: 'refused',
      reason: `Cannot use --port-base ${String(values['port-base'])}: expected a whole number from 1024 to 65436`,
    };
  }
  return {
    kind: 'start',
    arguments: {
      json: values['json'] === true,
      demo: values['demo'] === true,
      dataDir: String(values['data'] ?? '.kubemirror'),
      portBase,
      kubeconfig: typeof values['kubeconfig'] === 'string' ? values['kubeconfig'] : undefined,
    },
  };
}
