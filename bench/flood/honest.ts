/**
 * The honest clients of the flood benchmark, in a separate process: an open loop, so that nothing slow hides itself.
 */
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomOf } from '../random.ts'
import { type HonestOrder, type HonestResult, type Kind, TIMEOUT_MS } from './words.ts'
import { domain, domainOfClient, knownAddress, messageOf, nameOf, strangerAddress } from './world.ts'

/** Messages are made once for each domain and kind. */
const messages = new Map<string, Buffer>()
/** Strangers are strangers across all phases of a run. */
let strangers = 0
let friends = 0

type Ending = { readonly code: string; readonly ms: number }

/** One message of one client. `due` is when it should have begun. */
function send(port: number, kind: Kind, due: number): Promise<Ending> {
  const ip = kind === 'known' ? knownAddress(friends++) : strangerAddress(strangers++)
  const from = domainOfClient(ip)
  const key = `${kind} ${from}`
  const message = messages.get(key) ?? messageOf(kind, from)
  messages.set(key, message)
  const dialogue: readonly (string | Buffer)[] = [
    `EHLO ${nameOf(ip)}\r\n`,
    `MAIL FROM:<a@${from}>\r\n`,
    `RCPT TO:<b@${domain}>\r\n`,
    'DATA\r\n',
    message,
    'QUIT\r\n',
  ]
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: ip, noDelay: true })
    let [said, rest, ended] = [0, '', false]
    const end = (code: string): void => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      resolve({ code, ms: performance.now() - due })
      if (code !== '250') socket.destroy()
    }
    const timer = setTimeout(() => end('timeout'), TIMEOUT_MS)
    socket.setEncoding('latin1')
    socket.on('error', () => end('lost'))
    socket.on('close', () => end('lost'))
    socket.on('data', (text: string) => {
      rest += text
      const reply = /(?:^|\n)(\d{3}) [^\n]*\n$/.exec(rest)
      if (reply === null) return
      rest = ''
      const code = reply[1] ?? ''
      if (code >= '400') return end(code)
      const next = dialogue[said]
      said += 1
      if (said === dialogue.length) end(code)
      if (next !== undefined) socket.write(next)
    })
  })
}

async function play({ port, rate, seconds, seed }: HonestOrder): Promise<HonestResult> {
  const draw = randomOf(seed)
  const ends: Promise<void>[] = []
  const results = { known: tally(), unknown: tally() }
  const begin = performance.now()
  let at = 0
  for (;;) {
    // Arrivals know nothing of each other: the time between two of them is exponential.
    at += (-Math.log(1 - draw()) / rate) * 1_000
    if (at > seconds * 1_000) break
    const wait = begin + at - performance.now()
    if (wait > 1) await sleep(wait)
    const kind = ends.length % 2 === 0 ? 'known' : 'unknown'
    const into = results[kind]
    into.due += 1
    ends.push(
      send(port, kind, begin + at).then(({ code, ms }) => {
        if (code === '250') into.took.push(ms)
        else if (code === 'lost' || code === 'timeout') into.lost += 1
        else into.refused[code] = (into.refused[code] ?? 0) + 1
      }),
    )
  }
  await Promise.all(ends)
  const told = ({ took, ...rest }: ReturnType<typeof tally>) => ({ ...rest, delivered: took.length, took })
  return { known: told(results.known), unknown: told(results.unknown) }
}

const tally = () => ({ due: 0, lost: 0, refused: {} as Record<string, number>, took: [] as number[] })

process.on('message', (order: HonestOrder) => {
  play(order).then(result => process.send?.(result))
})
process.on('disconnect', () => process.exit())
