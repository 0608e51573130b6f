/** The command line and the environment as they were given: which options there are, and what each of them says. */
import { parseArgs } from 'node:util'
import type { Problem } from '../../types.ts'

/** Every option, and whether it has a value. */
export const known = {
  listen: { type: 'string' },
  name: { type: 'string' },
  domain: { type: 'string', multiple: true },
  'next-hop': { type: 'string' },
  'next-hop-tls': { type: 'string' },
  'next-hop-ca': { type: 'string' },
  maildir: { type: 'string' },
  clamd: { type: 'string' },
  dns: { type: 'string', multiple: true },
  proxy: { type: 'string', multiple: true },
  xclient: { type: 'string', multiple: true },
  'trusted-network': { type: 'string', multiple: true },
  forwarder: { type: 'string', multiple: true },
  workers: { type: 'string' },
  store: { type: 'string' },
  relays: { type: 'string' },
  sessions: { type: 'string' },
  metrics: { type: 'string' },
  rspamd: { type: 'string' },
  classifier: { type: 'string' },
  content: { type: 'boolean' },
  greylist: { type: 'boolean' },
  reputation: { type: 'boolean' },
  enforce: { type: 'boolean' },
  cert: { type: 'string' },
  key: { type: 'string' },
} as const

export type Name = keyof typeof known

export const help = `Usage: npm start -- [options]

  --listen HOST:PORT      where to listen (127.0.0.1:2525)
  --name NAME             the full host name, in greetings and fields (the system's)
  --domain NAME           a domain that mail is taken for; may be said several times (all, without a next hop)
  --next-hop HOST:PORT    who gets the mail, by SMTP; lmtp://HOST:PORT by LMTP (nobody: the Maildir)
  --next-hop-tls HOW      off, opportunistic or required (opportunistic; off on the loopback)
  --next-hop-ca FILE      PEM of who vouches for the next hop's certificate
  --maildir FOLDER        where mail is delivered without a next hop (./mail)
  --clamd PLACE           socket of clamd, or its HOST:PORT (the usual socket, if clamd answers there)
  --dns ADDRESS           a server of DNS; may be said several times (the system's)
  --proxy NETWORK         a network of proxies whose PROXY header says who the client is; may be said several times
  --xclient NETWORK       the same for XCLIENT
  --trusted-network NETWORK
                          a network of our own hosts, whose identity is not checked; may be said several times;
                          none: the identity of all clients is checked (the loopback)
  --forwarder CLIENT      a network or name of a server that forwards mail to us; may be said several times
  --workers N             processes that share the port, the limits and what is remembered (1)
  --store PLACE           what is remembered: memory, a FILE of SQLite, or redis://HOST:PORT
                          (memory; for several workers postern.db in the Maildir)
  --relays N              relays that share the store: while it is away each holds its part of a limit (1)
  --sessions N            the most sessions at once, of all workers together (1000)
  --metrics HOST:PORT     serves /metrics for Prometheus, of all workers together (nowhere)
  --rspamd HOST:PORT      serves Rspamd's protocol, for lessons (rspamc learn_spam) and for other hosts (nowhere)
  --classifier FOLDER     learns what spam reads like here, and keeps it in FOLDER; see postern learn (it does not)
  --content=0             does not look at links, attachments, disguise and words (it does)
  --greylist              asks the suspicious and new to come back
  --reputation=0          remembers nobody's record (it does)
  --enforce               carries decisions out (they are only told)
  --cert FILE --key FILE  PEM for STARTTLS (self-made at every start)

Every option is also a variable: --next-hop is POSTERN_NEXT_HOP; lists are separated by commas there.
The command line wins.
`

/** What is given for each option, in order; the command line wins over the environment. */
export function gather(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
): ReadonlyMap<Name, readonly string[]> {
  const given = new Map<Name, readonly string[]>()
  for (const name of Object.keys(known) as Name[]) {
    const value = environment[`POSTERN_${name.toUpperCase().replaceAll('-', '_')}`]
    // In the environment an empty switch is one that is not set.
    if (value !== undefined && (value !== '' || known[name].type === 'string'))
      given.set(name, 'multiple' in known[name] ? value.split(',').map(part => part.trim()) : [value])
  }
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true })
  const said = new Map<Name, string[]>()
  for (const token of tokens) {
    if (token.kind === 'option' && Object.hasOwn(known, token.name)) {
      const name = token.name as Name
      if (known[name].type === 'string' && token.value === undefined)
        problems.push({ path: token.rawName, found: undefined, expected: 'a value', remedy: 'write one behind it' })
      else said.set(name, [...(said.get(name) ?? []), token.value ?? ''])
    } else {
      const found = token.kind === 'option' ? token.rawName : token.kind === 'positional' ? token.value : '--'
      const expected = `one of ${Object.keys(known)
        .map(name => `--${name}`)
        .join(' ')}`
      problems.push({ path: 'command line', found, expected, remedy: `remove ${found}, or spell it right` })
    }
  }
  for (const [name, values] of said) given.set(name, values)
  return given
}
