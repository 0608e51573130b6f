/** A mail server with postern in front: what is suspicious is quarantined, what is unwanted never arrives. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { SMTPServer } from 'smtp-server'
import { type Delivery, deliver, guard, protect } from '../../src/adapters/smtp-server/index.ts'
import { recommended } from '../../src/filters/index.ts'
import { type PosternOptions, postern } from '../../src/index.ts'

export function embedded(folder: string, options?: Partial<PosternOptions>): SMTPServer {
  const gateway = postern({ filters: recommended({ domains: ['example.org'] }), ...options })
  const store =
    (box: string) =>
    ({ content, session }: Delivery) =>
      pipeline(content, createWriteStream(`${folder}/${box}-${session.id}.eml`))
  const guarded = guard(gateway, {
    onData: deliver({ accept: store('inbox'), quarantine: store('junk') }),
  })
  return protect(new SMTPServer(guarded), gateway)
}
