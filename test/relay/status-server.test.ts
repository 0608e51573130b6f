/** The server of metrics and health: what befalls it does not end the process that carries mail. */
import { type AddressInfo, Server } from 'node:net'
import { expect, test } from 'vitest'
import { serveStatus } from '../../src/relay/status-server.ts'

test('a connection that cannot be accepted ends neither the server nor the process', async () => {
  const status = { whyNotReady: () => undefined, metrics: async () => [], beside: () => undefined }
  const served = await serveStatus({ host: '127.0.0.1', port: 0 }, status)
  const handles = Reflect.get(process, '_getActiveHandles').call(process) as readonly object[]
  const server = handles.find(
    (handle): handle is Server => handle instanceof Server && (handle.address() as AddressInfo)?.port === served.port,
  )
  // As Node says it where there are no descriptors left.
  server?.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))
  expect(server).toBeDefined()
  expect(await (await fetch(`http://127.0.0.1:${served.port}/health`)).text()).toBe('ok\n')
  await served.close()
})
