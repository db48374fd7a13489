import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { ingestConfig } from '../../lib/runtime/ingest-config.ts';

export const eventsIngesterConfig = baseConfig(8082).extend({ ...databaseConfig, ...ingestConfig });
