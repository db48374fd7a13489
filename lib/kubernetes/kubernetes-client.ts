import { HttpMethod, KubeConfig, RequestContext } from '@kubernetes/client-node';

/**
 * The parts of client-node that we use, by name: a namespace of the whole package would keep its 16 MB of models
 * in every bundle. Import this module when it is needed and not before, because unbundled it loads all of them.
 */
export const kubernetesClient = { HttpMethod, KubeConfig, RequestContext };
