/** SIGHUP: the configuration is read again without losing a session; a wrong one changes nothing. */
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nameServersIn, systemResolver } from '../../src/relay/name-servers.ts'
import { scratch } from '../support/scratch.ts'
import { begin, deliver, letter, messages, relayProcess, stuffed } from './relay-process.ts'

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

test.for([1, 2])(
  'P14 %i processes take over a new configuration, and keep the old one when the new one is wrong',
  {
    timeout: 120_000,
  },
  async workers => {
    await using folder = await scratch()
    const file = join(folder.path, 'postern.json')
    const write = async (config: object | string) => {
      const text = typeof config === 'string' ? config : JSON.stringify({ maildir: folder.path, workers, ...config })
      await writeFile(`${file}.new`, text)
      await rename(`${file}.new`, file)
    }
    await write({ domains: ['example.net'] })
    await using relay = await relayProcess(['--config', file])
    const reloads = () => relay.tells().match(/relay\/reload: /g)?.length ?? 0
    const reload = async (count: number) => {
      relay.child.kill('SIGHUP')
      await expect.poll(reloads, { timeout: 20_000 }).toBe(count)
    }
    // A session that is open all the while, in the middle of its transaction.
    const open = await begin(relay.port, { upTo: 'RCPT' })
    expect(await deliver(relay.port, letter('foreign'), 'b@example.com')).not.toMatch(/^250/)

    await write({ domains: ['example.net', 'example.com'] })
    await reload(workers)
    expect(await deliver(relay.port, letter('two'), 'b@example.com')).toMatch(/^250/)

    await write({ domains: ['example.net'], filters: { spf: { fali: 3 } } })
    // A wrong one is found by the first process, and the workers are not asked.
    await reload(workers + 1)
    expect(relay.tells()).toMatch(/warning: relay\/reload: the old configuration stays: filters\.spf\.fali/)
    await write('{ "domains": [')
    await reload(workers + 2)
    expect(await deliver(relay.port, letter('three'), 'b@example.com')).toMatch(/^250/)

    expect(await open.say('DATA')).toMatch(/^354/)
    open.send(Buffer.from(stuffed(letter('open')), 'latin1'))
    expect(await open.reply()).toMatch(/^250/)
    expect((await messages(folder.path)).map(text => /Message-ID: <(\w+)@/.exec(text)?.[1]).toSorted()).toEqual([
      'open',
      'three',
      'two',
    ])
    open.destroy()
    relay.child.kill('SIGTERM')
    expect(await relay.ended).toEqual([0, null])
  },
)

test('what needs a restart is said', async () => {
  await using folder = await scratch()
  const file = join(folder.path, 'postern.json')
  await writeFile(file, JSON.stringify({ maildir: folder.path }))
  await using relay = await relayProcess(['--config', file])
  await writeFile(file, JSON.stringify({ maildir: folder.path, limits: { size: '1mb' } }))
  relay.child.kill('SIGHUP')
  await expect.poll(relay.tells).toMatch(/read again; a change of limits takes effect at the next start/)
})

test('P14 reloads under load lose no message and refuse none', { timeout: 120_000 }, async () => {
  await using folder = await scratch()
  await using relay = await relayProcess(['--maildir', folder.path])
  let isOver = false
  const reloading = (async () => {
    while (!isOver) {
      relay.child.kill('SIGHUP')
      await pause(50)
    }
  })()
  const replies = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      await pause(index * 20)
      return await deliver(relay.port, letter(`r${index}`))
    }),
  )
  isOver = true
  await reloading
  expect(replies.filter(reply => !reply.startsWith('250'))).toEqual([])
  expect(await messages(folder.path)).toHaveLength(40)
})

test('a changed resolv.conf is noticed, one without a server changes nothing', async () => {
  await using folder = await scratch()
  const file = join(folder.path, 'resolv.conf')
  await writeFile(file, 'search example.org\nnameserver 192.0.2.1\n')
  const notices: string[] = []
  const system = systemResolver(
    () => undefined,
    ({ reason }) => void notices.push(reason),
    { file, interval: 600_000 },
  )
  try {
    await system.check()
    expect(notices).toEqual([])
    await writeFile(file, 'nameserver 192.0.2.2\nnameserver 2001:db8::53\n')
    await system.check()
    expect(system.servers()).toEqual(['192.0.2.2', '2001:db8::53'])
    expect(notices).toEqual([`${file} has changed: DNS servers 192.0.2.2, 2001:db8::53`])
    await writeFile(file, '# being written\n')
    await system.check()
    expect(system.servers()).toEqual(['192.0.2.2', '2001:db8::53'])
  } finally {
    system.stop()
  }
})

test('servers of resolv.conf: three addresses at most, and nothing else', () => {
  const text =
    '  nameserver 192.0.2.1\n#nameserver 192.0.2.9\nnameserver fe80::1%eth0\nnameserver x\nnameserver 192.0.2.2 #\nnameserver ::1\nnameserver 192.0.2.4'
  expect(nameServersIn(text)).toEqual(['192.0.2.1', 'fe80::1%eth0', '192.0.2.2'])
})
