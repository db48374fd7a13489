import type { DemoUser } from './demo-tokens.ts';

/** Users of the development cluster; what alice and bob may see comes from the demo's RBAC objects. */
export const demoUsers: readonly DemoUser[] = [
  { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
  { username: 'alice', groups: ['team-a', 'system:authenticated'] },
  { username: 'bob', groups: ['team-b', 'system:authenticated'] },
];
