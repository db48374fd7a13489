import { z } from 'zod';
import { dnsLabelProblems, subdomainProblems } from '../core/name-syntax.ts';

/** Variables of the functions that know the custom resource of AppConfigs. */
export const appconfigConfig = {
  APPCONFIG_GROUP: z
    .string()
    .refine((text) => subdomainProblems(text).length === 0, 'expected an API group such as example.org')
    .default('poc.gitrenderer.com')
    .describe('API group of the custom resource'),
  APPCONFIG_VERSION: z
    .string()
    .regex(/^v\d+((alpha|beta)\d+)?$/, 'expected an API version such as v1alpha1')
    .default('v1alpha1')
    .describe('API version of the custom resource'),
  APPCONFIG_NAMESPACE: z
    .string()
    .refine((text) => dnsLabelProblems(text).length === 0, 'expected the name of a namespace')
    .default('default')
    .describe('Namespace of the custom resources'),
};
