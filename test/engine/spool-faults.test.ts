/** A disk that fails under the spool: the message is deferred, nothing stays behind, and the next one is taken. */
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { postern } from '../../src/engine/gateway.ts'
import { message } from '../../src/testing/message.ts'
import { zone } from '../../src/testing/zone.ts'
import { scratch } from '../support/scratch.ts'

interface Writing {
  writev: (...parameters: readonly unknown[]) => Promise<unknown>
}

/** What all open files of the process share. */
async function handles(folder: string): Promise<Writing> {
  const file = await open(join(folder, 'probe'), 'w')
  await file.close()
  return Object.getPrototypeOf(file) as Writing
}

const faults: Readonly<Record<string, () => Promise<unknown>>> = {
  ENOSPC: () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })),
  EIO: () => Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' })),
  'nothing written': async () => ({ bytesWritten: 0 }),
}

test.for(Object.entries(faults))('K03 %s in the spool defers with 452, and recovers by itself', async ([, fail]) => {
  await using folder = await scratch()
  const shared = await handles(folder.path)
  const { writev } = shared
  const gateway = postern({ filters: [], dns: zone({}), folder: folder.path, limits: { memory: '1kb' } })
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('mx.example.org')
  const send = async () => {
    await session.mail('alice@example.org')
    await session.rcpt('bob@example.net')
    const { reply, content } = await session.data(Readable.from([message({ text: 'a line\n'.repeat(2_000) })]))
    session.reset()
    return { code: reply.code, status: reply.status, kept: content !== undefined }
  }
  try {
    shared.writev = fail
    expect(await send()).toEqual({ code: 452, status: '4.3.1', kept: false })
  } finally {
    shared.writev = writev
  }
  expect(await readdir(folder.path)).toEqual(['probe'])
  expect(await send()).toEqual({ code: 250, status: '2.6.0', kept: true })
  session.close()
  await gateway.close()
})

test.for([
  ['files', { files: 1 }, 'temporary files are open'],
  ['octets', { disk: 20_000 }, 'temporary files hold'],
] as const)(
  'K03 beyond the budget of %s a message receives 452, and is taken when another has left',
  async ([, budget, reason]) => {
    await using folder = await scratch()
    const gateway = postern({
      filters: [],
      dns: zone({}),
      folder: folder.path,
      limits: { memory: '1kb', ...budget },
    })
    const send = async () => {
      const session = gateway.open({ ip: '192.0.2.1' })
      await session.connect()
      await session.helo('mx.example.org')
      await session.mail('alice@example.org')
      await session.rcpt('bob@example.net')
      const outcome = await session.data(Readable.from([message({ text: 'a line\n'.repeat(2_000) })]))
      return { outcome, close: () => session.close() }
    }
    const first = await send()
    expect(first.outcome.reply.code).toBe(250)
    const second = await send()
    expect(second.outcome.reply).toMatchObject({ code: 452, status: '4.3.1' })
    expect(second.outcome.findings.map(finding => finding.reason)).toEqual([expect.stringContaining(reason)])
    second.close()
    first.close()
    const again = async () => {
      const { outcome, close } = await send()
      close()
      return outcome.reply.code
    }
    await expect.poll(again).toBe(250)
    await gateway.close()
  },
)
