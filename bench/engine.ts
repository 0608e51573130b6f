/** What the engine itself costs: a session of twelve filters up to DATA, and `import 'postern'`. */
import { execFileSync } from 'node:child_process'
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

/** Milliseconds of CPU of a process that imports `entry`, beyond one that imports nothing; the least of several. */
export function importCost(entry: string, runs = 7): number {
  const cpu = (code: string) =>
    Number(
      execFileSync(process.execPath, [
        '--input-type=module',
        '-e',
        `${code}; const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)`,
      ]),
    )
  const least = (code: string) => Math.min(...Array.from({ length: runs }, () => cpu(code)))
  return least(`await import(${JSON.stringify(entry)})`) - least('')
}

if (import.meta.main) {
  console.log(`twelve filters, connect to rcpt: ${(await decisionCost()).toFixed(1)} µs a session`)
  console.log(`import of dist/index.js: ${importCost(new URL('../dist/index.js', import.meta.url).href).toFixed(1)} ms`)
}
