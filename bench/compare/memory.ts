/** What idle sessions hold, and what a process has after very many messages. */
import { connect, type Socket } from 'node:net'
import { atOnce, greeted } from './client.ts'
import { dnsProcess, ownHost } from './hosts.ts'
import type { Variant } from './server.ts'
import { senders } from './world.ts'

const variants: readonly Variant[] = [
  'smtp-server',
  'guard: no filter',
  'guard: first example',
  'postern/smtp: first example',
]

export interface SessionCost {
  readonly name: string
  /** Bytes for each session: what JavaScript holds, and what the process grows by. */
  readonly held: number
  readonly resident: number
}

/** Sessions after EHLO that then say nothing. */
export async function sessionCosts(quick: boolean): Promise<readonly SessionCost[]> {
  await using dns = await dnsProcess()
  const count = quick ? 100 : 1_000
  const costs: SessionCost[] = []
  for (const variant of variants) {
    await using host = await ownHost(variant, dns.address)
    // What is loaded and made once belongs to no session.
    for (const socket of await open(host.port, 200)) socket.destroy()
    const before = await host.memory()
    const sockets = await open(host.port, count)
    const after = await host.memory()
    for (const socket of sockets) socket.destroy()
    costs.push({
      name: variant,
      held: (after.held - before.held) / count,
      resident: (after.resident - before.resident) / count,
    })
  }
  return costs
}

async function open(port: number, count: number): Promise<readonly Socket[]> {
  const sockets: Socket[] = []
  await atOnce(count, 50, async index => {
    const sender = senders[index % senders.length]
    if (!sender) return
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await greeted(socket, sender)
    sockets.push(socket)
  })
  return sockets
}
