/** The milter that main.cf, beside this, names: `node examples/postfix-milter/server.ts`. */
import type { Server } from 'node:net'
import { milter } from '../../src/adapters/milter/index.ts'
import { recommended } from '../../src/filters/index.ts'
import { type PosternOptions, postern } from '../../src/index.ts'

export const postfixMilter = (options?: Partial<PosternOptions>): Server =>
  milter(postern({ filters: recommended({ domains: ['example.net'] }), ...options }))

if (import.meta.main) postfixMilter().listen(8891, '127.0.0.1')
