/** DNS: the resolver, and what its answers look like. */

export type {
  Answer,
  FailureCause,
  Purpose,
  Records,
  RecordType,
  ResolveOptions,
  Resolver,
} from '../model/resolver.ts'
export { type CacheOptions, type ResolverOptions, resolver } from './node.ts'
