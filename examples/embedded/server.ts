/** A mail server with postern in front: unwanted mail is refused, suspicious mail is saved apart. */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { postern } from 'postern'
import { recommended } from 'postern/filters'
import { type Deliver, deliver, guard, protect } from 'postern/smtp-server'
import { SMTPServer } from 'smtp-server'

const gateway = postern({
  filters: recommended({ domains: ['example.org'], content: true }),
  events(event) {
    if (event.type === 'recipient') console.log(event.recipient, event.verdict, event.findings)
  },
})

/** Delivers each message into a file of a folder. */
function saveIn(folder: string): Deliver {
  return async ({ content }) => {
    await mkdir(folder, { recursive: true })
    await pipeline(content, createWriteStream(join(folder, `${randomUUID()}.eml`)))
  }
}

const guarded = guard(gateway, { onData: deliver({ accept: saveIn('inbox'), quarantine: saveIn('junk') }) })
const server = protect(new SMTPServer(guarded), gateway)
server.on('error', error => console.error(error.message))
server.listen(2525, '127.0.0.1', () => console.log('listening on 127.0.0.1:2525'))
