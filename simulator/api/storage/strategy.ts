import type { JsonSchema } from '../../schema/custom-type';
import type { ResourceDefinition } from '../../schema/resources';
import type { KubeObject } from '../../schema/types';
import { ruleErrors } from '../custom/rules';
import {
  customDesired,
  prepareCustomForCreate,
  prepareCustomForSubresource,
  prepareCustomForUpdate,
} from '../custom/strategy';
import { defaultCustom } from '../custom/structural';
import { validateValue } from '../custom/validate-value';
import type { Extensions, FieldError } from '../extension-points';
import { validateMetadata, validateMetadataUpdate } from '../validation/metadata';
import { dns1123Subdomain } from '../validation/names';
import {
  desired,
  hasGeneration,
  prepareForCreate,
  prepareForSubresource,
  prepareForUpdate,
} from './strategies';

/** How writes of one resource are prepared, completed and checked (registry/rest). */
interface Strategy {
  prepareForCreate(object: KubeObject): void;
  prepareForUpdate(object: KubeObject, old: KubeObject, internal: boolean): void;
  prepareForSubresource(subresource: string, object: KubeObject, old: KubeObject): KubeObject;
  applyDefaults(object: KubeObject): void;
  validateCreate(object: KubeObject): FieldError[];
  validateUpdate(object: KubeObject, old: KubeObject, subresource: string): FieldError[];
  hasGeneration: boolean;
  desired(object: KubeObject): Record<string, unknown>;
}

export function strategyOf(resource: ResourceDefinition, extensions: Extensions): Strategy {
  const { name, custom, namespaced } = resource;
  if (!custom) {
    return {
      prepareForCreate: (object) => prepareForCreate(name, object),
      prepareForUpdate: (object, old, internal) => prepareForUpdate(name, object, old, internal),
      prepareForSubresource: (subresource, object, old) =>
        prepareForSubresource(name, subresource, object, old),
      applyDefaults: (object) => extensions.applyDefaults(name, object),
      validateCreate: (object) => extensions.validateCreate(name, object),
      validateUpdate: (object, old, subresource) => extensions.validateUpdate(name, object, old, subresource),
      hasGeneration: hasGeneration(name),
      desired,
    };
  }
  return {
    prepareForCreate: (object) => prepareCustomForCreate(custom, object),
    prepareForUpdate: (object, old) => prepareCustomForUpdate(custom, object, old),
    prepareForSubresource: (subresource, object, old) =>
      prepareCustomForSubresource(custom, subresource, object, old),
    applyDefaults: (object) => defaultCustom(custom.schema, object),
    validateCreate: (object) => [
      ...validateMetadata(object.metadata, namespaced, dns1123Subdomain),
      ...validateCustom(custom.schema, object),
    ],
    validateUpdate: (object, old) => [
      ...validateMetadataUpdate(object, old),
      ...validateCustom(custom.schema, object, old),
    ],
    hasGeneration: true,
    desired: (object) => customDesired(custom, object),
  };
}

/** By its schema, and then by the rules in it. */
function validateCustom(schema: JsonSchema, object: KubeObject, old?: KubeObject): FieldError[] {
  const errors = validateValue(schema, object, '', old);
  return [...errors, ...ruleErrors(schema, object, old, errors)];
}
