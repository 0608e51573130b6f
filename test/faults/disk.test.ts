/** A disk that is slow or hangs: no client receives 250 before its mail is safe, and all goes on when it does. */
import * as system from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { readOptions } from '../../src/relay/config/options.ts'
import type { Files } from '../../src/relay/delivery/maildir.ts'
import { startRelay } from '../../src/relay/relay.ts'
import { messages } from '../relay/relay-process.ts'
import { scratch } from '../support/scratch.ts'
import { mail, wrongs } from './mail.ts'

/** A disk that waits for `ready` before it has written. */
const waiting = (ready: () => Promise<unknown>): Files => ({
  ...system,
  open: async (path, flags, mode) => {
    const file = await system.open(path, flags, mode)
    return {
      write: bytes => file.write(bytes),
      close: () => file.close(),
      sync: async () => {
        await ready()
        await file.sync()
      },
    }
  },
})

async function relayOn(files: Files) {
  const folder = await scratch('disk-')
  const options = readOptions(['--listen', '127.0.0.1:0', '--maildir', folder.path, '--dns', '127.0.0.1:9'], {})
  const relay = await startRelay(options, { files, log: () => undefined, tell: () => undefined })
  const send = (count: number, onReply: () => unknown = () => undefined) =>
    Promise.all(
      Array.from({ length: count }, (_, index) => mail({ port: relay.port, id: `k${index}` }).finally(onReply)),
    )
  const end = async () => {
    await relay.close()
    await folder.remove()
  }
  return { send, arrived: () => messages(folder.path), [Symbol.asyncDispose]: end }
}

test('on a disk that is slow to write, 250 comes when it has written', async () => {
  let written = 0
  const slowly = () => sleep(200).then(() => (written += 1))
  await using relay = await relayOn(waiting(slowly))
  const before: number[] = []
  const sent = await relay.send(5, () => before.push(written))
  expect(sent.map(({ reply }) => reply.slice(0, 3))).toEqual(sent.map(() => '250'))
  // Each message is two writes: itself, and its folder.
  expect(before.filter((count, index) => count < 2 * (index + 1))).toEqual([])
  expect(wrongs(sent, await relay.arrived())).toEqual([])
})

test('while a disk hangs, no client receives a reply', async () => {
  const well = Promise.withResolvers<void>()
  await using relay = await relayOn(waiting(() => well.promise))
  const sending = relay.send(5)
  expect(await Promise.race([sending, sleep(1_500, 'silence')])).toBe('silence')
  expect(await relay.arrived()).toEqual([])
  well.resolve()
  const sent = await sending
  expect(sent.map(({ reply }) => reply.slice(0, 3))).toEqual(sent.map(() => '250'))
  expect(wrongs(sent, await relay.arrived())).toEqual([])
})
