/** The clients of `recently-refused.ts`, in a process of their own that loads nothing else. */
import { once } from 'node:events'
import { connect } from 'node:net'

export type Attempt = 'connect' | 'transaction'

const BODY = `From: a@example.net\r\nSubject: x\r\n\r\n${`${'x'.repeat(76)}\r\n`.repeat(180)}`
const DIALOGUE = [
  'EHLO client.example\r\n',
  'MAIL FROM:<a@example.net>\r\n',
  'RCPT TO:<b@example.org>\r\n',
  'DATA\r\n',
  `${BODY}.\r\n`,
  'QUIT\r\n',
]

/** Many clients, twenty at once, over 127.0.0.0/8. */
async function attack(port: number, count: number, attempt: Attempt): Promise<void> {
  let started = 0
  const one = async (): Promise<void> => {
    while (started < count) {
      started += 1
      const localAddress = `127.0.${Math.floor((started % 500) / 250)}.${(started % 250) + 1}`
      const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true })
      socket.on('error', () => undefined)
      let said = 0
      socket.on('data', chunk => {
        const next = DIALOGUE[said]
        if (attempt === 'connect' || next === undefined || !/^\d{3} .*\r\n$/m.test(chunk.toString())) return
        said += 1
        socket.write(next)
      })
      await once(socket, 'close').catch(() => undefined)
    }
  }
  await Promise.all(Array.from({ length: 20 }, one))
}

const [port, count, attempt] = process.argv.slice(2)
await attack(Number(port), Number(count), attempt as Attempt)
