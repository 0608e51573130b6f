/** No host that a message names is contacted: only the resolver that we were given is asked. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { contentFilters, recommended, uribl } from '../../src/filters/index.ts'
import { postern } from '../../src/index.ts'
import { zone } from '../../src/testing/zone.ts'

const channels = ['net.client.socket', 'udp.socket', 'http.client.request.start', 'undici:request:create']

/** What `work` opens towards others. */
async function opened(work: () => Promise<unknown>): Promise<readonly string[]> {
  const seen: string[] = []
  const onRequest = (_: unknown, name: string | symbol) => seen.push(String(name))
  for (const channel of channels) subscribe(channel, onRequest)
  try {
    await work()
  } finally {
    for (const channel of channels) unsubscribe(channel, onRequest)
  }
  return seen
}

/** Everything in a mail that some program follows by itself. */
const tempting = (to: string): string =>
  [
    'From: Ann <ann@example.org>',
    'To: bob@example.net',
    'Date: Mon, 23 Nov 2026 12:00:00 +0000',
    'Message-ID: <1@example.org>',
    `Subject: ${to}subject`,
    `BIMI-Location: v=BIMI1; l=${to}logo.svg`,
    'BIMI-Selector: v=BIMI1; s=default',
    `List-Unsubscribe: <${to}unsubscribe>`,
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    `Disposition-Notification-To: ${to}read`,
    `OpenPGP: url=${to}key.asc`,
    `X-Image-Url: ${to}face.png`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<html manifest="${to}m"><head><base href="${to}"><link rel=stylesheet href="${to}a.css"><script src="${to}a.js"></script>`,
    `<style>@import url(${to}b.css); p { background: url(${to}p.png) }</style><meta http-equiv=refresh content="0;url=${to}r"></head>`,
    `<body background="${to}bg"><img src="${to}i.png" srcset="${to}2x.png 2x"><iframe src="${to}f"></iframe><object data="${to}o"></object>`,
    `<video poster="${to}v"></video><form action="${to}form"><input><input><input></form><a href="${to}link" ping="${to}ping">go</a></body></html>`,
    '--b',
    `Content-Type: message/external-body; access-type=URL; URL="${to}external"`,
    '',
    'Content-Type: image/png',
    '',
    '',
    '--b',
    'Content-Type: image/svg+xml',
    '',
    `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "${to}entity">]><svg><image href="${to}svg"/>&x;</svg>`,
    '--b',
    'Content-Type: text/calendar',
    '',
    `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTACH:${to}attach\r\nEND:VEVENT\r\nEND:VCALENDAR`,
    '--b--',
    '',
  ].join('\r\n')

const dns = zone({
  'example.org': { MX: [{ exchange: 'mx.example.org', priority: 1 }], TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  'mx.example.org': { A: ['192.0.2.1'] },
  'default._bimi.example.org': { TXT: ['v=BIMI1; l=http://127.0.0.1/logo.svg'] },
  'test.uribl.example.com': { A: ['127.0.0.2'] },
})

async function judge(message: string): Promise<readonly string[]> {
  const gateway = postern({
    name: 'mx.example.net',
    dns,
    filters: [
      ...recommended({ domains: ['example.net'] }),
      ...contentFilters({ domains: ['example.net'] }),
      uribl({ zones: [{ zone: 'uribl.example.com', points: 5 }] }),
    ],
  })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mx.example.org')
  await session.mail('ann@example.org')
  await session.rcpt('bob@example.net')
  const { findings } = await session.data(Readable.from([Buffer.from(message)]))
  session.close()
  await gateway.close()
  return findings.map(({ rule = '' }) => rule)
}

async function listening(): Promise<readonly [server: Server, to: string]> {
  const server = createServer((_request, response) => response.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return [server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`]
}

test('S07 nothing that a message names is fetched, however it names it', async () => {
  const [server, to] = await listening()
  let visits = 0
  server.on('connection', () => {
    visits += 1
  })
  try {
    let rules: readonly string[] = []
    expect(await opened(async () => (rules = await judge(tempting(to))))).toEqual([])
    // The message was judged to its end, its links included.
    expect(rules.filter(rule => /\/(?:failed|timeout)$/.test(rule))).toEqual([])
    for (const rule of ['structure/external-body', 'links/port', 'html/form', 'html/base-element'])
      expect(rules).toContain(rule)
    expect(visits).toBe(0)
  } finally {
    server.close()
  }
})

test('S07 the test can tell: a program that does fetch it is seen', async () => {
  const [server, to] = await listening()
  try {
    expect(await opened(async () => await (await fetch(to)).text())).toContain('undici:request:create')
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('S07 only the clients of the scanner, of DNS, of the next hop, and of what operators name can open a connection', () => {
  // Methods of the name fetch answer requests, and open nothing.
  const opener =
    /(?<!\.)\bfetch\((?!\w+: )|\bimport\s*\{[^}]*\b(?:connect|createConnection|request|get)\b[^}]*\}\s*from 'node:(?:net|tls|https?|http2)'|getBuiltinModule\('node:(?:net|dgram|tls|https?|http2|dns)'\)/
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'))
  const others = files.filter(file => !file.startsWith('relay/delivery/'))
  const code = (file: string) => readFileSync(join('src', file), 'utf8').replace(/^ *\/?\*.*/gm, '')
  expect(others.filter(file => opener.test(code(file))).toSorted()).toEqual([
    // The address of the configuration, which no message names.
    'alerts/webhook.ts',
    // The mailbox that an operator names, by command.
    'cli/learn/imap.ts',
    // It runs in a browser, and asks the server that it came from.
    'console/web/api/client.ts',
    'dns/node.ts',
    'dns/transport.ts',
    // Our own domains and next hops, by command or beside the relay.
    'doctor/mta-sts.ts',
    'doctor/smtp-probe.ts',
    'filters/clamav/connection.ts',
    'testing/dialog/socket.ts',
  ])
})
