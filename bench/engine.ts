/** What the engine itself costs: a session of twelve filters up to DATA, and `import 'postern'`. */
import { execFileSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import { type Filter, points, postern } from '../src/index.ts'
import { zone } from '../src/testing/zone.ts'

const SESSIONS = 20_000

/** Microseconds of CPU for connect, helo, mail and rcpt with twelve filters that each look at every stage. */
export async function decisionCost(sessions = SESSIONS): Promise<number> {
  const look = () => points(0.1, 'looked')
  const filters = Array.from(
    { length: 12 },
    (_, index): Filter => ({ name: `f${index}`, connect: look, helo: look, mail: look, rcpt: look }),
  )
  const gateway = postern({ name: 'mx.example.org', filters, dns: zone({}) })
  const play = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      const session = gateway.open({ ip: '192.0.2.1' })
      await session.connect()
      await session.helo('client.example')
      await session.mail('a@example.net')
      await session.rcpt('b@example.org')
      session.close()
    }
  }
  await play(sessions / 10)
  const before = process.cpuUsage()
  await play(sessions)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / sessions
}

/**
 * Microseconds of CPU from MAIL to the last byte that the host reads, with no filter at all; the least of ten rounds.
 */
export async function messageCost(size: number, messages = 2_000): Promise<number> {
  const gateway = postern({ name: 'mx.example.org', filters: [], dns: zone({}) })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example')
  const head = 'From: Alice <a@example.net>\r\nTo: b@example.org\r\nSubject: A message\r\n\r\n'
  const whole = Buffer.from(
    head + 'A line of seventy-two octets, which is what most people write in a line\r\n'.repeat(size / 73),
  )
  const play = async (): Promise<void> => {
    await session.mail('a@example.net')
    await session.rcpt('b@example.org')
    const stream = new PassThrough()
    const outcome = session.data(stream)
    stream.end(whole)
    const content = (await outcome).content?.open()
    if (content !== undefined) await finished(content.resume(), { writable: false })
    session.reset()
  }
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 10; round += 1) {
    const before = process.cpuUsage()
    for (let count = 0; count < messages; count += 1) await play()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / messages)
  }
  return least
}

/**
 * Milliseconds of CPU of a process that imports `entry`, beyond a process that imports nothing; the least of several,
 * in turn.
 */
export function importCost(entry: string, runs = 25): number {
  const cpu = (code: string) =>
    Number(
      execFileSync(process.execPath, [
        '--input-type=module',
        '-e',
        `${code}; const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)`,
      ]),
    )
  let [nothing, everything] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let run = 0; run < runs; run += 1) {
    nothing = Math.min(nothing, cpu(''))
    everything = Math.min(everything, cpu(`await import(${JSON.stringify(entry)})`))
  }
  return everything - nothing
}

if (import.meta.main) {
  console.log(`twelve filters, connect to rcpt: ${(await decisionCost()).toFixed(1)} µs a session`)
  for (const size of [5_000, 50_000])
    console.log(`a message of ${size} bytes, no filter: ${(await messageCost(size)).toFixed(1)} µs`)
  console.log(`import of dist/index.js: ${importCost(new URL('../dist/index.js', import.meta.url).href).toFixed(1)} ms`)
}
