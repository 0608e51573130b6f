/** The gateway under measurement, in a separate process, in one of the two ways. */
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { guard, protect } from '../../src/adapters/smtp-server/index.ts'
import { clientMark } from '../../src/facts/trust.ts'
import { access, greylist, knownSender, loadControl, recommended, reputation } from '../../src/filters/index.ts'
import { type Content, type Filter, type Gateway, postern, reject, systemClock } from '../../src/index.ts'
import { loadMeter } from '../../src/load/index.ts'
import { NextHop } from '../../src/relay/delivery/hop/next-hop.ts'
import { type Store, withFallback } from '../../src/store/index.ts'
import { spentNow } from './spent.ts'
import type { ServerOrder } from './words.ts'
import { denied, domain, host, KNOWN_COUNT, knownAddress, names, SPAM_PHRASE } from './world.ts'

/** The check that only a whole message can answer: stands for scanners and models. */
const content: Filter = {
  name: 'content',
  message: async message => {
    const text = (await buffer(message.open())).toString('latin1')
    return text.includes(SPAM_PHRASE) && reject('5.7.1', `the message says: ${SPAM_PHRASE}`)
  },
}

const checks = (): readonly Filter[] => [
  access({ deny: { networks: denied } }),
  ...recommended({ domains: [domain], own: [host] }),
  reputation(),
  knownSender(),
  content,
  greylist(),
]

async function redis(url: string): Promise<Store> {
  const [{ Redis }, { redisStore }] = await Promise.all([import('ioredis'), import('../../src/store/redis/redis.ts')])
  const client = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, commandTimeout: 1_000 })
  await new Promise(resolve => client.once('ready', resolve))
  client.on('error', () => undefined)
  return withFallback(redisStore({ client }), { notify: () => undefined })
}

/** Those who were written to: what `knownSender` would remember of them. */
const befriend = ({ services: { store } }: Gateway) =>
  store.run(
    Array.from({ length: KNOWN_COUNT }, (_, index) => ({
      op: 'set' as const,
      key: clientMark(knownAddress(index)),
      value: '',
      ttl: 86_400_000,
    })),
  )

const own: SMTPServerOptions = {
  name: host,
  logger: false,
  disabledCommands: ['AUTH', 'STARTTLS'],
  size: 25 * 1024 ** 2,
}

const pass = (nextHop: number) => {
  const services = { name: host, clock: systemClock, load: loadMeter(), notify: () => undefined }
  const hop = new NextHop({ hosts: [`127.0.0.1:${nextHop}`], tls: 'off', connections: { idle: 0 } }, services)
  const path = `b@${domain}`
  return (reversePath: string, { size, open }: Pick<Content, 'size' | 'open'>, done: (error?: Error | null) => void) =>
    hop.send({ reversePath, recipients: [{ forwardPath: path }], utf8: false, size, open }).then(({ answers }) => {
      const { code = 451, status = '4.3.0', text = 'No answer' } = answers.get(path) ?? {}
      done(code === 250 ? null : failure(code, `${status} ${text}`))
    })
}

const failure = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode })

function early(gateway: Gateway, deliver: ReturnType<typeof pass>): SMTPServer {
  const server = new SMTPServer(
    guard(gateway, {
      ...own,
      onData: (stream, session, done) => {
        stream.destroy()
        const { outcome } = session.postern
        if (outcome?.content) deliver(outcome.each.size > 0 ? pathOf(session) : '', outcome.content, done)
        else done(failure(451, '4.3.0 Not there'))
      },
    }),
  )
  return protect(server, gateway)
}

/** Everything is read first, then judged: a session of the same gateway for each message that has come. */
function late(gateway: Gateway, deliver: ReturnType<typeof pass>): SMTPServer {
  return new SMTPServer({
    ...own,
    disableReverseLookup: true,
    onData: (stream, session, done) => {
      const judge = async () => {
        const message = await buffer(stream)
        const judged = gateway.open({ ip: session.remoteAddress })
        const path = pathOf(session)
        try {
          for (const ask of [
            () => judged.connect(),
            () => judged.helo(session.hostNameAppearsAs),
            () => judged.mail(path),
            () => judged.rcpt(`b@${domain}`),
          ]) {
            const { reply } = await ask()
            if (reply.code >= 400) return done(failure(reply.code, `${reply.status} ${reply.text}`))
          }
          const { reply, content: judgedContent } = await judged.data(Readable.from([message]))
          if (reply.code >= 400 || !judgedContent) return done(failure(reply.code, `${reply.status} ${reply.text}`))
          await deliver(path, judgedContent, done)
        } finally {
          judged.close()
        }
      }
      judge().catch(() => done(failure(451, '4.3.0 Not now')))
    },
  })
}

const pathOf = ({
  envelope: { mailFrom },
}: {
  readonly envelope: { readonly mailFrom: false | { address: string } }
}) => (mailFrom ? mailFrom.address : '')

function stateOf({ services, metrics }: Gateway): string {
  const told = metrics()
    .filter(({ name }) => /admi|turned|refused|sessions/.test(name))
    .flatMap(({ name, samples }) =>
      samples.map(
        ({ labels, ...rest }) =>
          `${name.replace('postern_', '')}${JSON.stringify(labels ?? '')}=${'value' in rest ? rest.value : rest.count}`,
      ),
    )
  const { level, value, parts } = services.load.now()
  return `${level} ${value.toFixed(2)} ${JSON.stringify(parts)} ${told.join(' ')}`
}

process.once('message', async ({ way, nextHop, redis: url }: ServerOrder) => {
  const store = url === undefined ? undefined : await redis(url)
  const filters = way === 'postern' ? loadControl({ filters: checks() }) : checks()
  const gateway = postern({
    name: host,
    filters,
    dns: names,
    // All clients of this benchmark come from the loopback, and stand for strangers.
    trustedNetworks: [],
    ...(store && { store }),
    notify: ({ code, reason }) => {
      if (process.env.FLOOD_TELL) console.error(code, reason)
    },
  })
  await befriend(gateway)
  const deliver = pass(nextHop)
  const server = way === 'postern' ? early(gateway, deliver) : late(gateway, deliver)
  server.on('error', () => undefined)
  server.server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
    process.send?.(server.server.address() as AddressInfo)
    process.on('message', () => process.send?.({ ...spentNow(), state: stateOf(gateway) }))
  })
})
process.on('disconnect', () => process.exit())
