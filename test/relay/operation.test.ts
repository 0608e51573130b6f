/** What an operator's system expects: sockets of systemd, privileges that are given up, a name that others accept. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { nameNotice } from '../../src/relay/host-name.ts'
import { notifyManager } from '../../src/relay/notify-manager.ts'
import { dropPrivileges } from '../../src/relay/privileges.ts'
import { sourcesOf } from '../../src/relay/sources.ts'
import { isReplica } from '../../src/relay/stores.ts'

const run = promisify(execFile)
const listener = (at: 'systemd' | { readonly host: string; readonly port: number }) => ({
  at,
  protocol: 'smtp' as const,
  implicitTls: false,
  proxies: {},
})

test('sockets of systemd go to the listeners that ask for them, in order', () => {
  const listeners = [listener('systemd'), listener({ host: '::1', port: 25 }), listener('systemd')]
  expect(sourcesOf({ listeners }, { LISTEN_PID: '7', LISTEN_FDS: '2' }, 7)).toEqual([
    { fd: 3 },
    { host: '::1', port: 25 },
    { fd: 4 },
  ])
  // Those of another process are not ours.
  expect(() => sourcesOf({ listeners }, { LISTEN_PID: '8', LISTEN_FDS: '2' }, 7)).toThrow(
    /found "0 sockets of systemd"/,
  )
})

test('privileges are given up in the right order, and only by root', () => {
  const calls: string[] = []
  let uid = 0
  const system = {
    getuid: () => uid,
    initgroups: (user: string | number, group: string | number) => void calls.push(`initgroups ${user} ${group}`),
    setgid: (group: string | number) => void calls.push(`setgid ${group}`),
    setuid: (user: string | number) => {
      calls.push(`setuid ${user}`)
      uid = 99
    },
  }
  dropPrivileges({ user: 'postern', group: 'mail' }, system)
  expect(calls).toEqual(['initgroups postern mail', 'setgid mail', 'setuid postern'])
  dropPrivileges({ user: 'postern' }, system)
  expect(calls).toHaveLength(3)
  uid = 0
  dropPrivileges({}, system)
  expect(calls).toHaveLength(3)
})

test('a user that is not there, or that is root, stops the start', () => {
  const fails = () => {
    throw new Error('User identifier does not exist: nosuch')
  }
  expect(() => dropPrivileges({ user: 'nosuch' }, { getuid: () => 0, initgroups: fails })).toThrow(
    /^user: found "nosuch"/,
  )
  expect(() => dropPrivileges({ user: 'root' }, { getuid: () => 0 })).toThrow(/without the privileges of root/)
})

test.for([
  ['3f2a9c81b7de', false, 'container'],
  ['vm', false, 'not fully qualified'],
  ['mx.example.org', false, undefined],
  ['[192.0.2.1]', true, undefined],
] as const)('the name %s, given: %s', ([name, isNamed, words]) => {
  const notice = nameNotice({ name, isNamed })
  if (words === undefined) expect(notice).toBeUndefined()
  else expect(notice?.reason).toContain(words)
})

test.for([
  ["READONLY You can't write against a read only replica.", true],
  ["ERR Error running script: @user_script:1: -READONLY You can't write against a read only replica", true],
  ['OOM command not allowed', false],
  ['NOSCRIPT No matching script', false],
] as const)('%s: the server is a replica: %s', ([message, expected]) => {
  expect(isReplica(new Error(message))).toBe(expected)
})

test('systemd gets the message through its own program, and none is sent without a socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-notify-'))
  try {
    const said = join(folder, 'said')
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" > ${said}.new && mv ${said}.new ${said}\n`
    await writeFile(join(folder, 'systemd-notify'), script, { mode: 0o755 })
    const program = new URL('../../src/relay/notify-manager.ts', import.meta.url).href
    const code = `import { notifyManager } from ${JSON.stringify(program)}; notifyManager('READY=1')`
    const environment = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
    const args = ['--input-type=module', '-e', code]
    await run(process.execPath, args, { env: { ...environment, NOTIFY_SOCKET: '/run/none' } })
    await expect.poll(() => readFile(said, 'utf8').catch(() => '')).toMatch(/^--pid=\d+\nREADY=1\n$/)
  } finally {
    await rm(folder, { recursive: true })
  }
  expect(() => notifyManager('READY=1', {})).not.toThrow()
})
