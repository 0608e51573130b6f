/** Attacks on the console: other sites, other hosts, hostile mail, large and slow requests, paths. */
import { request } from 'node:http'
import { type AddressInfo, connect, Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ROUTES, type Route, type RouteName } from '../../src/console/api/routes.ts'
import { sanitized } from '../../src/console/content/sanitize.ts'
import { MAX_BODY } from '../../src/console/http/body.ts'
import { serveConsole } from '../../src/console/index.ts'
import { freePort } from '../support/scratch.ts'
import { type OpenedConsole, openConsole, PASSWORD } from './support/open-console.ts'
import { world } from './support/world.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const changing = (Object.entries(ROUTES) as [RouteName, Route][]).filter(([, { method }]) => method !== 'GET')
const PARAMS = { ref: 'REF00001', id: 'x', name: 'x' }

describe('S04 requests of other sites', () => {
  const foreign = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost:8080' },
    { 'sec-fetch-site': 'none', origin: undefined },
    { 'sec-fetch-site': undefined, origin: 'https://evil.example' },
    { 'sec-fetch-site': undefined, origin: 'null' },
    { 'sec-fetch-site': undefined, origin: undefined },
    { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:9090' },
  ]

  test('change nothing, whatever the endpoint: signing in and out too', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    for (const headers of foreign)
      for (const [name] of changing) {
        const { status, headers: answered } = await admin.call(name, { params: PARAMS, headers, body: {} })
        expect([name, headers, status]).toEqual([name, headers, 403])
        expect(answered.getSetCookie()).toEqual([])
      }
    expect((await admin.call('session.get')).json.account).not.toBeNull()
  })

  test('a form cannot send what the API reads', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '']) {
      const body = '{"label":"x","scopes":["read"],"days":1}'
      const answer = await admin.call('tokens.add', { headers: { 'content-type': type }, body })
      expect([type, answer.status]).toEqual([type, 400])
    }
  })

  test('GET changes nothing: no endpoint that acts answers it', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    const readable = new Set((Object.values(ROUTES) as Route[]).filter(r => r.method === 'GET').map(r => r.path))
    for (const [name, { path }] of changing) {
      if (readable.has(path)) continue
      const filled = path.replace(/:\w+/g, 'x')
      const { status } = await admin.request('GET', `/api/v1${filled}`)
      expect([name, [200, 404, 501].includes(status)]).toEqual([name, true])
    }
    expect(opened.actions).toEqual([])
  })

  test('no page may frame the console, and no other site reads its answers', async () => {
    await using opened = await openConsole()
    for (const path of ['/', '/api/v1/session', '/status', '/r/REF00001', '/nothing']) {
      const { headers } = await opened.browser().request('GET', path)
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  test('pages run no script but their own files, and load nothing from elsewhere', async () => {
    await using opened = await openConsole({ url: 'https://console.example.org' })
    const { headers } = await opened.browser().request('GET', '/')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  test('answers of the API are kept in no cache', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    for (const name of ['session.get', 'operators.list', 'tokens.list'] as const)
      expect((await admin.call(name)).headers.get('cache-control')).toBe('no-store')
    expect((await admin.request('GET', '/assets/app-1.js')).headers.get('cache-control')).toContain('immutable')
  })
})

describe('hosts and paths', () => {
  test('another Host is refused before anything else: a name that was pointed here reads nothing', async () => {
    await using plain = await openConsole()
    await using secured = await openConsole({ url: 'https://console.example.org' })
    const status = async ({ browser }: OpenedConsole, host: string | undefined) =>
      (await browser().request('GET', '/api/v1/session', { headers: { host } })).status
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', '', undefined])
      expect([host, await status(plain, host)]).toEqual([host, 421])
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:80', '[::1]:8080'])
      expect(await status(plain, host)).toBe(200)
    for (const host of ['localhost', 'console.example.org.evil.example', 'console.example.org:8443'])
      expect([host, await status(secured, host)]).toEqual([host, 421])
    expect(await status(secured, 'Console.Example.org')).toBe(200)
  })

  test('X-Forwarded-Host and X-Original-URL change nothing', async () => {
    await using opened = await openConsole({ url: 'https://console.example.org' })
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-original-url': '/api/v1/operators',
      'x-http-method-override': 'DELETE',
    }
    expect((await opened.browser().call('session.get', { headers })).status).toBe(200)
  })

  test('no path leads out of the files of the pages', async () => {
    await using opened = await openConsole()
    for (const path of [
      ...['/../package.json', '/..%2fpackage.json', '/%2e%2e/package.json', '/assets/../../console.db', '/console.db'],
      ...[
        '/assets/..%5c..%5cconsole.db',
        '/assets/%00',
        '//etc/passwd',
        '/assets/',
        '/manifest.json',
        '/index.html%00',
      ],
    ]) {
      const { status, text } = await opened.browser().request('GET', path)
      expect([path, status]).toEqual([path, 404])
      expect(text).toMatch(/^not found\n$/)
    }
  })

  test('no answer sends the browser to another place that a request names', async () => {
    await using opened = await openConsole()
    for (const path of [
      '/?next=https://evil.example',
      '//evil.example',
      '/\\evil.example',
      '/oidc/start?to=//evil.example',
    ]) {
      const { status, headers } = await opened.browser().request('GET', path)
      expect([path, status < 300 || status >= 400, headers.get('location')]).toEqual([path, true, null])
    }
  })

  test('a client cannot name another address: X-Forwarded-For counts from proxies, and its last foreign hop', async () => {
    await using opened = await openConsole({ url: 'https://console.example.org', proxies: ['10.0.0.0/8'] })
    const body = { name: 'ann', password: 'x', code: '' }
    const from = async (peer: string, chain: string) =>
      void (await opened.browser(peer).call('session.password', { body, headers: { 'x-forwarded-for': chain } }))
    await from('192.0.2.1', '203.0.113.1')
    await from('10.0.0.1', '203.0.113.1, 192.0.2.2, 10.1.1.1')
    await from('10.0.0.1', 'nonsense')
    expect(opened.actions.map(({ target }) => target)).toEqual(['from 192.0.2.1', 'from 192.0.2.2', 'from 10.0.0.1'])
  })
})

describe('large, slow and odd requests', () => {
  test('a body is bounded in bytes and depth, declared or not', async () => {
    await using opened = await openConsole()
    const large = JSON.stringify({ name: 'x'.repeat(MAX_BODY), password: 'x', code: '' })
    expect((await opened.browser().call('session.password', { body: large })).status).toBe(413)
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: controller => {
        pulled += 1
        controller.enqueue(new Uint8Array(16_384).fill(32))
      },
    })
    expect((await opened.browser().call('session.password', { body: endless })).status).toBe(413)
    expect(pulled).toBeLessThan(20)
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    expect((await opened.browser().call('session.password', { body: deep })).status).toBe(400)
  })

  test('a body that does not end is given up after fifteen seconds', async () => {
    await using opened = await openConsole()
    const stuck = new ReadableStream<Uint8Array>({ start: controller => controller.enqueue(new Uint8Array([123])) })
    const answer = opened.browser().call('session.password', { body: stuck })
    await opened.clock.advance(15_000)
    expect((await answer).status).toBe(503)
  })

  test('one client has at most 24 requests at once; others go on', async () => {
    await using opened = await openConsole()
    const stuck = Array.from({ length: 24 }, () => {
      const body = new ReadableStream<Uint8Array>({ start: controller => controller.enqueue(new Uint8Array([123])) })
      return opened.browser('192.0.2.1').call('session.password', { body })
    })
    expect((await opened.browser('192.0.2.1').call('session.get')).status).toBe(503)
    expect((await opened.browser('192.0.2.2').call('session.get')).status).toBe(200)
    await opened.clock.advance(15_000)
    await Promise.all(stuck)
    expect((await opened.browser('192.0.2.1').call('session.get')).status).toBe(200)
  })

  test('unknown keys, repeated and unknown queries, unknown methods are refused', async () => {
    await using opened = await openConsole()
    const admin = await opened.as('admin')
    const body = { label: 'x', scopes: ['read'], days: 1, role: 'admin' }
    expect((await admin.call('tokens.add', { body })).json.error?.message).toContain('role')
    expect((await admin.request('GET', '/api/v1/audit?by=a&by=b')).status).toBe(400)
    expect((await admin.request('GET', '/api/v1/session?x=1')).status).toBe(400)
    expect((await admin.request('GET', '/api/v1/audit?limit=100000')).status).toBe(400)
    expect((await admin.request('PATCH', '/api/v1/session')).status).toBe(405)
    expect((await admin.request('OPTIONS', '/api/v1/session')).status).toBe(405)
    for (const path of ['session', 'live', 'quarantine/x/source'])
      expect([path, (await admin.request('HEAD', `/api/v1/${path}`)).status]).toEqual([path, 400])
    expect((await admin.request('HEAD', '/')).status).toBe(200)
    expect((await admin.request('GET', `/${'x'.repeat(9_000)}`)).status).toBe(414)
    const polluted = '{"label":"x","scopes":["read"],"days":1,"__proto__":{"admin":true}}'
    expect((await admin.call('tokens.add', { body: polluted })).status).not.toBe(500)
    expect(({} as Record<string, unknown>).admin).toBeUndefined()
  })

  test('a cursor that was not given out is the mistake of the request', async () => {
    await using mail = await world()
    await using opened = await openConsole({ sources: mail.sources })
    const admin = await opened.as('admin')
    for (const path of ['messages', 'quarantine', 'audit'])
      for (const cursor of ['abc', '0x10', '-1', '1e400', '1%00', '', '9'.repeat(400), "1' OR 1"])
        expect([path, cursor, (await admin.request('GET', `/api/v1/${path}?cursor=${cursor}`)).status]).toEqual([
          ...[path, cursor, 400],
        ])
  })

  test('a scope that is no address is the mistake of the request', async () => {
    await using mail = await world()
    await using opened = await openConsole({ sources: mail.sources })
    const admin = await opened.as('admin')
    for (const scope of ['@', '%00'])
      expect([scope, (await admin.request('GET', `/api/v1/lists?scope=${scope}`)).status]).toEqual([scope, 400])
  })

  test('an error of the inside says nothing of it', async () => {
    const secret = 'password of the database at /var/lib/x'
    const failing = { search: () => Promise.reject(new Error(secret)), get: () => Promise.reject(new Error(secret)) }
    await using opened = await openConsole({ sources: { history: failing as never } })
    const answer = await (await opened.as('admin')).call('messages.search')
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('database')
    expect(opened.notices).toEqual([
      expect.objectContaining({ code: 'console/failed', reason: expect.stringContaining(secret) }),
    ])
    expect((await opened.browser().request('GET', '/r/REF00001')).text).not.toContain('database')
  })

  test('over a socket: a slow header ends, a request without Host too, and a body above the limit', async () => {
    await using opened = await openConsole()
    const served = await serveConsole(opened.console, { port: 0 })
    cleanups.push(served.close)
    const raw = (text: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(served.port, '127.0.0.1', () => socket.write(text))
        let answer = ''
        socket.on('data', data => {
          answer += data
        })
        socket.on('close', () => resolve(answer))
        socket.on('error', reject)
      })
    expect(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 4/)
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431/,
    )
    const both =
      'POST /api/v1/session/password HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
    expect(await raw(both)).toMatch(/^HTTP\/1\.1 400/)
    const answered = await new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', origin: `http://127.0.0.1:${served.port}` }
      const sent = request({
        port: served.port,
        host: '127.0.0.1',
        path: '/api/v1/session/password',
        method: 'POST',
        headers,
      })
      sent.on('response', response => resolve(response.statusCode ?? 0))
      sent.on('error', reject)
      sent.end(Buffer.alloc(200_000, 32))
    })
    expect(answered).toBe(413)
    expect(opened.printed[0]).toContain(`http://127.0.0.1:${served.port}/#/set-up/`)
  })
})

test('a connection that cannot be accepted ends neither the server nor the process', async () => {
  await using opened = await openConsole()
  const served = await serveConsole(opened.console, { port: 0 })
  cleanups.push(served.close)
  const handles = Reflect.get(process, '_getActiveHandles').call(process) as readonly object[]
  const server = handles.find(
    (handle): handle is Server => handle instanceof Server && (handle.address() as AddressInfo)?.port === served.port,
  )
  // As Node says it where there are no descriptors left.
  server?.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))
  expect(server).toBeDefined()
  expect((await fetch(`http://localhost:${served.port}/api/v1/session`)).status).toBe(200)
})

test('a console that cannot start leaves its port to the next try', async () => {
  await using opened = await openConsole()
  const port = await freePort()
  const failing = { ...opened.console, fetch: opened.console.fetch, start: () => Promise.reject(new Error('away')) }
  await expect(serveConsole(failing, { port })).rejects.toThrow('away')
  const served = await serveConsole(opened.console, { port })
  cleanups.push(served.close)
  expect(served.port).toBe(port)
})

describe('hostile mail', () => {
  const MARKUP = '<script>alert(1)</script><img src=x onerror=alert(1)>\u202etxt.exe\u0000\u2028'
  const HUGE = 'A'.repeat(100_000)

  test('subject and sender full of markup, of turned text and of 100 KB come as data, bounded', async () => {
    await using mail = await world()
    const { ref, id } = await mail.mail(['bob@example.org'], {
      ...{ kind: 'spam', subject: MARKUP, from: `"${MARKUP}"@example.com` },
      content: `${MARKUP}\r\n${HUGE}${HUGE}${HUGE}`,
    })
    await mail.history.flush()
    await using opened = await openConsole({ sources: mail.sources })
    const browser = await opened.as('operator')
    const story = await browser.call('messages.get', { params: { ref } })
    expect(story.headers.get('content-type')).toBe('application/json')
    expect(JSON.stringify(story.json.story)).not.toMatch(/[\u202e\u2028\0]/)
    const content = await browser.call('held.content', { params: { id } })
    expect(content.status).toBe(200)
    expect(String(content.json.text).length).toBeLessThanOrEqual(200_000)
    expect(content.json.isTruncated).toBe(true)
    expect((await browser.call('messages.search', { query: { text: MARKUP } })).status).toBe(200)
  })

  test('HTML comes without scripts, in a sandbox without network', async () => {
    await using mail = await world()
    const html = `<p onclick="x()">Hello <b>you</b><script>alert(1)</script></p><img src="https://t.example/x.gif" alt="logo">`
    const held = await mail.mail(['bob@example.org'], {
      kind: 'phishing',
      content: html,
      subject: 'x\r\nContent-Type: text/html',
    })
    await using opened = await openConsole({ sources: mail.sources })
    const answer = await (await opened.as('viewer')).call('held.html', { params: { id: held.id } })
    expect(answer.headers.get('content-security-policy')).toBe(
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'",
    )
    expect(answer.text).toContain('<p>Hello <b>you</b></p>')
    expect(answer.text).toContain('[logo]')
    expect(answer.text).not.toMatch(/script|onclick|https:/)
  })

  test.for([
    ['<script>x</script >y', 'y'],
    ['<scr<script>ipt>alert(1)</script>', 'ipt&gt;alert(1)'],
    ['<svg><script>x</script><p>in</p></svg>out', 'out'],
    ['<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>', ''],
    ['<a href="javascript:alert(1)">go</a>', '<a>go</a>'],
    ['<a href="https://evil.example" target="_top" ping="https://t.example">go</a>', '<a>go</a>'],
    ['<img src="data:image/svg+xml;base64,PHN2Zz4=">', ' [image] '],
    ['<img src="data:image/png;base64,iVBORw0K" onload=x>', '<img src="data:image/png;base64,iVBORw0K">'],
    ['<p style="background:url(https://t.example)">x</p>', '<p>x</p>'],
    ['<p style="color: red; position: fixed; width: expression(1)">x</p>', '<p style="color: red">x</p>'],
    ['<p style="color: r\\65 d">x</p>', '<p>x</p>'],
    ['<form action="https://evil.example"><input name=p type=password><button>Sign in</button></form>', 'Sign in'],
    ['<iframe src="https://evil.example"></iframe>x', 'x'],
    ['<base href="https://evil.example"><meta http-equiv="refresh" content="0;url=https://evil.example">x', 'x'],
    ['<!--[if IE]><script>x</script><![endif]-->x', 'x'],
    ["<p title='\"><script>x</script>'>x</p>", '<p title="&quot;&gt;&lt;script&gt;x&lt;/script&gt;">x</p>'],
    ['a < b & c > d', 'a &lt; b &amp; c &gt; d'],
    ['<b><i>x</b></i>', '<b><i>x</i></b>'],
    ['<textarea><script>x</script></textarea>y', 'y'],
    ['<noscript><p title="</noscript><script>x</script>">', ''],
    ['<plaintext><script>x</script>', ''],
  ] as const)('%s is shown as %s', async ([html, shown]) => {
    const [, body = ''] = /<body>(.*)<\/body>/s.exec(await sanitized(html)) ?? []
    expect(body).toBe(shown)
  })

  test('HTML of megabytes and of a hundred thousand open elements is bounded', async () => {
    const text = await sanitized('<div>'.repeat(100_000) + '<b>x</b>'.repeat(200_000))
    expect(text.length).toBeLessThanOrEqual(1_048_576 + 1_000)
    expect((text.match(/<div>/g) ?? []).length).toBe(100)
  })
})

describe('the page for senders of refused mail', () => {
  const refused = async () => {
    const mail = await world()
    const { ref } = await mail.mail(['bob@example.org'])
    const other = { ref: 'REFUSED1', time: Date.UTC(2026, 10, 25, 12), v: 1, node: 'mx1' } as const
    mail.history.append([
      {
        ...{ ...other, type: 'recipient', transaction: 1, ip: '192.0.2.9', reversePath: 'eve@example.net' },
        ...{ recipient: 'secret-recipient@example.org', stage: 'message', verdict: 'reject', score: 20 },
        findings: [{ rule: 'secret/rule', reason: 'a secret reason', points: 20 }],
        reply: { code: 550, status: '5.7.26', text: 'secret text' },
      },
    ])
    await mail.history.flush()
    return { mail, ref }
  }

  test('shows the class and what to do; nothing of message, rule or recipient', async () => {
    const { mail, ref } = await refused()
    await using _ = mail
    await using opened = await openConsole({ sources: mail.sources })
    const page = await opened.browser().request('GET', '/r/REFUSED1')
    expect([page.status, page.text.includes('does not prove its sender')]).toEqual([200, true])
    expect(page.text).not.toMatch(/secret|eve@|192\.0\.2|5\.7\.26/)
    const unknown = await opened.browser().request('GET', '/r/REFUSED2')
    expect(unknown.status).toBe(404)
    // Mail that was taken, a part of a reference, and what is no reference have one answer.
    for (const other of [ref, 'REFUSED', 'REFUSED1%20', 'bob@example.org', '%3Cscript%3E'])
      expect([other, (await opened.browser().request('GET', `/r/${other}`)).text]).toEqual([other, unknown.text])
  })

  test('is looked up thirty times a minute by one client', async () => {
    const { mail } = await refused()
    await using _ = mail
    await using opened = await openConsole({ sources: mail.sources })
    const statuses: number[] = []
    for (let index = 0; index < 32; index += 1)
      statuses.push((await opened.browser('192.0.2.1').request('GET', '/r/REFUSED1')).status)
    expect([statuses.filter(s => s === 200).length, statuses.filter(s => s === 429).length]).toEqual([30, 2])
    expect((await opened.browser('192.0.2.2').request('GET', '/r/REFUSED1')).status).toBe(200)
  })
})

test('passwords, codes, tokens and links are in no event and no notice', async () => {
  await using opened = await openConsole()
  const totp = await opened.account('ann', { role: 'admin' })
  const browser = opened.browser()
  const code = totp.generate({ timestamp: opened.clock.now() })
  await browser.call('session.password', { body: { name: 'ann', password: PASSWORD, code } })
  const token = (await browser.call('tokens.add', { body: { label: 'x', scopes: ['read'], days: 1 } })).json.token
  const { link } = (await browser.call('operators.add', { body: { name: 'bob', role: 'viewer', domains: null } })).json
  const written = JSON.stringify([opened.actions, opened.notices])
  expect(opened.actions.map(({ action }) => action)).toEqual(['sign-in', 'token', 'settings'])
  for (const secret of [
    PASSWORD,
    code,
    String(token),
    String(link).split('/').at(-1) ?? '',
    browser.cookies.get('postern') ?? '',
  ])
    expect(written).not.toContain(secret)
})
