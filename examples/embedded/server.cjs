/** A mail server with postern in front: unwanted mail is refused, suspicious mail is saved apart. */
const { randomUUID } = require('node:crypto')
const { createWriteStream } = require('node:fs')
const { mkdir } = require('node:fs/promises')
const { join } = require('node:path')
const { pipeline } = require('node:stream/promises')
const { postern } = require('postern')
const { recommended } = require('postern/filters')
const { deliver, guard, protect } = require('postern/smtp-server')
const { SMTPServer } = require('smtp-server')

const gateway = postern({
  filters: recommended({ domains: ['example.org'], content: true }),
  events(event) {
    if (event.type === 'recipient') console.log(event.recipient, event.verdict, event.findings)
  },
})

/** Delivers each message into a file of a folder. */
function saveIn(folder) {
  return async ({ content }) => {
    await mkdir(folder, { recursive: true })
    await pipeline(content, createWriteStream(join(folder, `${randomUUID()}.eml`)))
  }
}

const guarded = guard(gateway, { onData: deliver({ accept: saveIn('inbox'), quarantine: saveIn('junk') }) })
const server = protect(new SMTPServer(guarded), gateway)
server.on('error', error => console.error(error.message))
server.listen(2525, '127.0.0.1', () => console.log('listening on 127.0.0.1:2525'))
