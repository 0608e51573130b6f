/** What a recording keeps to itself, and what a replay leaves alone, without being told. */
import { expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import { clamav } from '../../src/filters/clamav/clamav.ts'
import { dnsbl } from '../../src/filters/dnsbl/dnsbl.ts'
import type { Notice } from '../../src/model/services.ts'
import { settled } from '../../src/testing/clock.ts'
import { record } from '../../src/testing/record.ts'
import type { Recording } from '../../src/testing/recording.ts'
import { offline } from '../../src/testing/replay/offline.ts'
import { replay } from '../../src/testing/replay.ts'
import { zone } from '../../src/testing/zone.ts'
import { falseClamd } from '../support/false-clamd.ts'

test('S05 the key in the name of a list is in no recording, which is played all the same', async () => {
  const key = 'abcdefghij0123456789klmnop'
  const list = `${key}.zen.example.net`
  const filters = [dnsbl({ zones: [{ zone: list }] })]
  const dns = zone({ [`2.0.0.127.${list}`]: { A: '127.0.0.2' }, [`99.2.0.192.${list}`]: { A: '127.0.0.3' } })
  const kept: Recording[] = []
  const gateway = record(postern({ filters, dns }), recording => void kept.push(recording))
  await settled()
  const session = gateway.open({ ip: '192.0.2.99' })
  expect(await session.connect()).toMatchObject({ score: 4 })
  session.close()
  await expect.poll(() => kept).toHaveLength(1)
  await gateway.close()

  expect(JSON.stringify(kept)).not.toContain(key)
  const [recording] = kept as [Recording]
  expect(recording.dns.map(({ question }) => question)).toEqual(['99.2.0.192.redacted.zen.example.net A'])
  const again = postern({ filters, ...offline })
  await settled()
  expect(await replay(recording, again)).toMatchObject({ same: true, missing: [] })
  await again.close()
})

test('a gateway that only replays asks no scanner and sends no notice', async () => {
  const told: Notice[] = []
  const notify = (notice: Notice) => told.push(notice)
  await using clamd = await falseClamd({ begun: socket => socket.end('ERROR\0') })
  const { host, port } = clamd
  const gateway = postern({ filters: [clamav({ host, port })], notify, ...offline })
  await settled()
  await gateway.close()
  expect([told, clamd.seen()]).toEqual([[], 0])

  const awake = postern({ filters: [clamav({ host, port })], notify })
  await expect.poll(() => told).toHaveLength(1)
  await awake.close()
  expect(told).toEqual([{ code: 'clamav/start', reason: `no clamd answers at ${host}:${port}`, level: 'warning' }])
})
