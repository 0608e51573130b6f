/** `postern/postfix-policy`: a door for Postfix that needs no milter. */
export { type PolicyServiceOptions, policyService } from './server.ts'
