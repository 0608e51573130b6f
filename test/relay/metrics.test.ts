/** The relay's counts over HTTP. */
import { expect, test } from 'vitest'
import { readOptions } from '../../src/relay/config/options.ts'
import { startRelay } from '../../src/relay/relay.ts'
import { rawClient } from '../support/raw-client.ts'
import { scratch } from '../support/scratch.ts'

test('with --metrics the relay serves /metrics, /health and /ready, and nothing else', async () => {
  await using folder = await scratch()
  const options = readOptions(['--listen', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--maildir', folder.path], {})
  const relay = await startRelay({ ...options, dns: ['127.0.0.1:9'] }, { log: () => undefined, tell: () => undefined })
  try {
    const client = rawClient(relay.port)
    await client.reply()
    const at = `http://127.0.0.1:${relay.metricsPort}`
    const answer = await fetch(`${at}/metrics`)
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const text = await answer.text()
    expect(text).toMatch(/^postern_sessions_total 1$/m)
    expect(text).toMatch(/^postern_load [\d.]+$/m)
    expect(text).toMatch(/^postern_admission_limit \d+$/m)
    expect(text).toMatch(/^postern_recently_refused 0$/m)
    expect((await fetch(`${at}/`)).status).toBe(404)
    expect((await fetch(`${at}/metrics`, { method: 'POST' })).status).toBe(405)
    for (const path of ['health', 'ready']) {
      const { status, text } = await fetch(`${at}/${path}`).then(async found => ({
        status: found.status,
        text: await found.text(),
      }))
      expect([status, text]).toEqual([200, 'ok\n'])
    }
    client.destroy()
  } finally {
    await relay.close()
  }
})

test('without --metrics nothing is served, and a wrong address is named', () => {
  expect(readOptions(['--listen', '127.0.0.1:0'], {}).metrics).toBeUndefined()
  expect(readOptions([], { POSTERN_METRICS: '127.0.0.1:9100' }).metrics).toEqual({ host: '127.0.0.1', port: 9100 })
  expect(() => readOptions(['--metrics', 'everywhere'], {})).toThrow('--metrics')
})
