import { baseConfig, databaseConfig } from '../../lib/runtime/base-config.ts';
import { ingestConfig } from '../../lib/runtime/ingest-config.ts';

export const resourcesIngesterConfig = baseConfig(8082).extend({ ...databaseConfig, ...ingestConfig });
