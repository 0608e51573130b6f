/** Starts what is compared, each in separate processes, and reads what they spend. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { DnsSetting } from './dns.ts'
import type { Setting, Spent, Variant } from './server.ts'
import { zoneOfSenders } from './world.ts'

/** What takes messages on a port. */
export interface Host extends AsyncDisposable {
  readonly name: string
  readonly port: number
  /** Milliseconds of CPU since it began, all its processes together. */
  readonly cpu: () => Promise<number>
}

/** A host of ours, which also says what its memory is. */
export interface OwnHost extends Host {
  readonly memory: () => Promise<Spent>
}

const execArgv = ['--expose-gc', '--no-warnings']

async function started(module: string, setting: object): Promise<{ child: ChildProcess; first: unknown }> {
  const child = fork(new URL(module, import.meta.url), { execArgv })
  child.send(setting)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${module} ${JSON.stringify(setting)} ended with ${code} before it listened`)
  })
  const [first] = (await Promise.race([once(child, 'message'), ended])) as [unknown]
  ended.catch(() => undefined)
  return { child, first }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill()
  await once(child, 'exit')
}

export async function ownHost(variant: Variant, dns: string): Promise<OwnHost> {
  const setting: Setting = { variant, dns }
  const { child, first } = await started('./server.ts', setting)
  const { port } = first as { readonly port: number }
  const spent = async (collect: boolean): Promise<Spent> => {
    child.send(collect)
    const [answer] = (await once(child, 'message')) as [Spent]
    return answer
  }
  const cpu = async (): Promise<number> => (await spent(false)).cpu
  return { name: variant, port, cpu, memory: () => spent(true), [Symbol.asyncDispose]: () => end(child) }
}

export interface DnsProcess extends AsyncDisposable {
  readonly address: string
  /** Questions that have arrived since it was last asked. */
  readonly questions: () => Promise<number>
}

/** A DNS server on the loopback that answers about the senders after `delay` milliseconds. */
export async function dnsProcess(delay = 0): Promise<DnsProcess> {
  const setting: DnsSetting = { zone: zoneOfSenders(), delay }
  const { child, first } = await started('./dns.ts', setting)
  const { address } = first as { readonly address: string }
  const questions = async (): Promise<number> => {
    child.send('questions')
    const [count] = (await once(child, 'message')) as [number]
    return count
  }
  return { address, questions, [Symbol.asyncDispose]: () => end(child) }
}
