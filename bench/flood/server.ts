/** The gateway under measurement, in a separate process, in one of the two ways. */
import { type AddressInfo, BlockList, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { authenticate } from 'mailauth'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { guard, protect } from '../../src/adapters/smtp-server/index.ts'
import { clientMark } from '../../src/facts/trust.ts'
import { access, knownSender, loadControl, recommended, reputation } from '../../src/filters/index.ts'
import { type Content, type Filter, type Gateway, postern, systemClock } from '../../src/index.ts'
import { loadMeter } from '../../src/load/index.ts'
import { NextHop } from '../../src/relay/delivery/hop/next-hop.ts'
import { type Store, withFallback } from '../../src/store/index.ts'
import { spentNow } from './spent.ts'
import type { ServerOrder } from './words.ts'
import { denied, domain, host, KNOWN_COUNT, knownAddress, names } from './world.ts'

/** The first example of the README, with what is remembered of clients and senders. */
const checks = (): readonly Filter[] =>
  loadControl({
    filters: [
      access({ deny: { networks: denied } }),
      ...recommended({ domains: [domain], own: [host], content: true }),
      reputation(),
      knownSender(),
    ],
  })

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

/** A program without the gateway: networks are refused at the socket, and the whole message is authenticated. */
function plain(deliver: ReturnType<typeof pass>): SMTPServer {
  const server = new SMTPServer({
    ...own,
    disableReverseLookup: true,
    onData: (stream, session, done) => {
      const judge = async () => {
        const message = await buffer(stream)
        const sender = pathOf(session)
        const client = { ip: session.remoteAddress, helo: session.hostNameAppearsAs, mta: host }
        const { spf } = await authenticate(message, { ...client, sender, resolver: records })
        if (spf && spf.status.result === 'fail') return done(failure(550, '5.7.23 SPF validation failed'))
        const open = () => Readable.from([message])
        await deliver(sender, { size: message.length, open }, done)
      }
      judge().catch(() => done(failure(451, '4.3.0 Not now')))
    },
  })
  const list = new BlockList()
  for (const [address = '', bits] of denied.map(network => network.split('/'))) list.addSubnet(address, Number(bits))
  const [accept] = server.server.listeners('connection')
  server.server.removeAllListeners('connection')
  server.server.on('connection', (socket: Socket) => {
    if (!list.check(socket.remoteAddress ?? '')) return accept?.call(server.server, socket)
    socket.on('error', () => undefined)
    socket.end('554 5.7.1 Refused by policy\r\n', () => socket.destroySoon())
  })
  return server
}

/** The same answers for mailauth, in the shape of `node:dns`. */
async function records(name: string, type: string): Promise<string[] | string[][]> {
  const answer = await names.resolve(name, type as 'TXT')
  if (answer.kind !== 'answer') throw Object.assign(new Error('no record'), { code: 'ENOTFOUND' })
  return type === 'TXT' ? answer.records.map(text => [String(text)]) : answer.records.map(String)
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

function gatewayOf(store: Store | undefined): Gateway {
  return postern({
    name: host,
    filters: checks(),
    dns: names,
    // All clients of this benchmark come from the loopback, and stand for strangers.
    trustedNetworks: [],
    ...(store && { store }),
    notify: ({ code, reason }) => {
      if (process.env.FLOOD_TELL) console.error(code, reason)
    },
  })
}

process.once('message', async ({ way, nextHop, redis: url }: ServerOrder) => {
  const deliver = pass(nextHop)
  const gateway = way === 'postern' ? gatewayOf(url === undefined ? undefined : await redis(url)) : undefined
  if (gateway) await befriend(gateway)
  const server = gateway ? early(gateway, deliver) : plain(deliver)
  server.on('error', () => undefined)
  server.server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
    process.send?.(server.server.address() as AddressInfo)
    process.on('message', () => process.send?.({ ...spentNow(), ...(gateway && { state: stateOf(gateway) }) }))
  })
})
process.on('disconnect', () => process.exit())
