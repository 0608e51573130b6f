/** An error of ours is answered with 500 or 75, and the operator gets a notice: one a minute, whatever the protocol. */
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { rspamd } from '../../../src/adapters/rspamd/index.ts'
import { postern } from '../../../src/index.ts'
import type { Notice } from '../../../src/model/services.ts'
import { zone } from '../../../src/testing/zone.ts'

test('the Rspamd port reports a request that fails by our own error, once a minute', async () => {
  const notices: Notice[] = []
  const gateway = postern({
    name: 'mx.example.net',
    dns: zone({}),
    filters: [],
    notify: notice => notices.push(notice),
  })
  const broken = {
    ...gateway,
    open: () => {
      throw new Error('the session could not be opened')
    },
  }
  const server = rspamd(broken)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const ask = async (request: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.end(`${request}\r\nContent-Length: 1\r\n\r\nx`)
    return await text(socket)
  }
  try {
    expect(await ask('POST /checkv2 HTTP/1.1\r\nHost: x')).toMatch(/^HTTP\/1\.1 500 /)
    expect(await ask('CHECK SPAMC/1.5')).toMatch(/^SPAMD\/1\.1 75 EX_TEMPFAIL/)
    expect(await ask('POST /nothing HTTP/1.1\r\nHost: x')).toMatch(/^HTTP\/1\.1 404 /)
  } finally {
    server.close()
  }
  expect(notices).toEqual([
    { code: 'rspamd/failed', reason: expect.stringContaining('the session could not be opened'), level: 'warning' },
  ])
})
