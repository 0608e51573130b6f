/**
 * Mail beside a busy console: the time from the end of DATA to 250, without and with 200 requests a second to the
 * console of the same relay, in turn. `node bench/console.ts [SECONDS]`.
 */
import { fork } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Secret, TOTP } from 'otpauth'
import { begin, letter, relayProcess, stuffed } from '../test/relay/relay-process.ts'
import { freePort, scratch } from '../test/support/scratch.ts'
import type { Visitors } from './console-visitors.ts'
import { type Flow, flow } from './rate.ts'

const SECONDS = Number(process.argv[2] ?? 8)
const RATE = 200
const ROUNDS = 3
/** Mail comes at this rate, far from what the machine can take. */
const MAIL_RATE = 40

const PATHS = ['/messages?limit=50', '/quarantine', '/rules/points', '/lists', '/audit', '/load', '/session']

await using folder = await scratch()
const port = await freePort()
const origin = `http://127.0.0.1:${port}`
const file = join(folder.path, 'config.json')
await writeFile(
  file,
  JSON.stringify({
    ...{ maildir: join(folder.path, 'mail'), doctor: false, console: { listen: `127.0.0.1:${port}` } },
    log: { history: { folder: join(folder.path, 'history') } },
    quarantine: { folder: join(folder.path, 'held') },
  }),
)
await using relay = await relayProcess(['--config', file])
const cookieOf = { value: '' }
cookieOf.value = await signIn()

async function call(path: string, body?: object): Promise<Response> {
  const headers = { origin, 'content-type': 'application/json', ...(cookieOf.value && { cookie: cookieOf.value }) }
  return await fetch(`${origin}/api/v1${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
}

/** The session of the first administrator. */
async function signIn(): Promise<string> {
  let token: string | undefined
  while (token === undefined) {
    await sleep(100)
    token = /#\/set-up\/([\w-]{43})/.exec(relay.tells())?.[1]
  }
  const begun = (await (await call('/setup/begin', { token })).json()) as { readonly secret: string }
  const code = new TOTP({ secret: Secret.fromBase32(begun.secret) }).generate()
  const done = await call('/setup', { token, name: 'bench', password: 'four unconnected words', code })
  return done.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
}

let letters = 0
const mail = () =>
  flow(MAIL_RATE, SECONDS, async () => {
    letters += 1
    const client = await begin(relay.port)
    const sent = performance.now()
    client.send(Buffer.from(stuffed(letter(String(letters))), 'latin1'))
    const reply = await client.reply()
    client.destroy()
    return reply.startsWith('250') ? performance.now() - sent : reply.slice(0, 9)
  })
/** The visitors are a process of less priority than mail: what is measured is the console, not its visitors. */
const pages = () =>
  new Promise<Flow>((resolve, reject) => {
    const visitors = fork(fileURLToPath(new URL('console-visitors.ts', import.meta.url)))
    const asked: Visitors = { origin, cookie: cookieOf.value, rate: RATE, seconds: SECONDS, paths: PATHS }
    visitors.send(asked)
    visitors.once('message', (shown: Flow) => resolve(shown))
    visitors.once('error', reject)
  })

/** Milliseconds of CPU that the mail process has used (proc(5): utime and stime, in hundredths of a second). */
async function cpuOfMail(): Promise<number> {
  const fields = (await readFile(`/proc/${relay.child.pid}/stat`, 'utf8')).replace(/^.*\) /s, '').split(' ')
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
const text = ({ ms, failures }: Flow): string =>
  `${ms.length}, median ${quantile(ms, 0.5).toFixed(1)} ms, p95 ${quantile(ms, 0.95).toFixed(1)} ms, ` +
  `failures ${JSON.stringify(failures)}`

await mail()
const [quiet, busy]: [number[], number[]] = [[], []]
for (let round = 1; round <= ROUNDS; round += 1) {
  const start = await cpuOfMail()
  const alone = await mail()
  const between = await cpuOfMail()
  const [beside, shown] = await Promise.all([mail(), pages()])
  const end = await cpuOfMail()
  const cpu = [(between - start) / alone.ms.length, (end - between) / beside.ms.length].map(ms => ms.toFixed(1))
  quiet.push(quantile(alone.ms, 0.95))
  busy.push(quantile(beside.ms, 0.95))
  console.log(`round ${round}: mail alone ${text(alone)}`)
  console.log(`round ${round}: mail beside ${text(beside)}`)
  console.log(`round ${round}: CPU of the mail process a message: alone ${cpu[0]} ms, beside ${cpu[1]} ms`)
  console.log(`round ${round}: console ${text(shown)}`)
}
const load = loadavg()[0] ?? 0
console.log(
  `load of the machine ${load.toFixed(1)}${load > 2 + cpus().length ? ': too busy to believe the ratio' : ''}`,
)
console.log(`p95 of mail beside the console: ${(Math.min(...busy) / Math.min(...quiet)).toFixed(2)} × of mail alone`)
