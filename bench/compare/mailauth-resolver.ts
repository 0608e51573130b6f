/** DNS for mailauth, which asks `node:dns` in the shape of its own promises: with a cache, as ours has one. */
import { Resolver } from 'node:dns/promises'

type Answer = string[] | string[][]

/** Answers are kept for as long as the process lives: the least that any cache can cost. */
export function mailauthResolver(server: string): (name: string, type: string) => Promise<Answer> {
  const dns = new Resolver()
  dns.setServers([server])
  const known = new Map<string, Promise<Answer>>()
  return (name, type) => {
    const key = `${name} ${type}`
    const asked = known.get(key) ?? (dns.resolve(name, type) as Promise<Answer>)
    known.set(key, asked)
    return asked
  }
}
