/** `postern/postfix-policy`: the adapter for Postfix that needs no milter. */
export { type PolicyServiceOptions, policyService } from './server.ts'
