/** The policy service that main.cf, beside this, names: `node examples/postfix-policy/server.ts`. */
import type { Server } from 'node:net'
import { type PosternOptions, postern } from 'postern'
import { recommended } from 'postern/filters'
import { policyService } from 'postern/postfix-policy'

export const postfixPolicy = (options?: Partial<PosternOptions>): Server =>
  policyService(postern({ filters: recommended({ domains: ['example.net'] }), ...options }), { prepend: true })

if (import.meta.main) postfixPolicy().listen(8892, '127.0.0.1')
