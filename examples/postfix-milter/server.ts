/** The milter that main.cf, beside this, names: `node examples/postfix-milter/server.ts`. */
import type { Server } from 'node:net'
import { type PosternOptions, postern } from 'postern'
import { recommended } from 'postern/filters'
import { milter } from 'postern/milter'

export const postfixMilter = (options?: Partial<PosternOptions>): Server =>
  milter(postern({ filters: recommended({ domains: ['example.net'] }), ...options }))

if (import.meta.main) postfixMilter().listen(8891, '127.0.0.1')
