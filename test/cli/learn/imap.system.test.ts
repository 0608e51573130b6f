/** `postern learn --from imap://…`, with a real Dovecot and the real package imapflow. */
import { execFile } from 'node:child_process'
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ImapMailbox, type ImapPackage } from '../../../src/cli/learn/imap.ts'
import type { Label } from '../../../src/model/feedback.ts'
import { type Daemon, daemon } from '../../support/daemon.ts'
import { freePort, type Scratch, scratch } from '../../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../../support/services.ts'
import { sorted } from '../../support/sorted-mail.ts'

const run = promisify(execFile)
/** The user `mail` of Debian. */
const MAIL = 8

const configuration = (folder: string, port: number): string => `
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
protocols = imap
ssl = no
disable_plaintext_auth = no
listen = 127.0.0.1
mail_location = maildir:${folder}/mail/%u:LAYOUT=fs
default_internal_user = nobody
default_login_user = nobody
default_internal_group = nogroup
first_valid_uid = 1
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${MAIL} gid=${MAIL} home=${folder}/mail/%u
}
namespace inbox {
  inbox = yes
  mailbox Werbung {
    special_use = \\Junk
    auto = create
  }
  mailbox Sent {
    special_use = \\Sent
    auto = create
  }
}
`

let folder: Scratch
let server: Daemon
let port: number
let load: () => Promise<ImapPackage>

beforeAll(async () => {
  const program = await need('dovecot', ['dovecot-imapd'])
  folder = await scratch('dovecot-')
  await run('chmod', ['755', folder.path])
  const packages = join(folder.path, 'packages')
  await run('npm', ['install', '--prefix', packages, '--no-audit', '--no-fund', 'imapflow@2'])
  const module = pathToFileURL(join(packages, 'node_modules/imapflow/dist/esm/imap-flow.js')).href
  load = async () => (await import(module)) as ImapPackage
  await fill('ham', '', 130)
  await fill('spam', 'Werbung/', 20)
  await fill('ham', 'Sent/', 5)
  port = await freePort()
  const config = join(folder.path, 'dovecot.conf')
  await writeFile(config, configuration(folder.path, port))
  server = await daemon({ program, args: ['-F', '-c', config], folder, fatal: 'SIGTERM', ready: () => answers(port) })
}, INSTALL_TIMEOUT)
afterAll(() => server.stop())

async function fill(label: Label, inner: string, count: number): Promise<void> {
  const home = join(folder.path, 'mail/bob', inner)
  for (const name of ['cur', 'new', 'tmp']) await mkdir(join(home, name), { recursive: true })
  for (let number = 0; number < count; number += 1) {
    const path = join(home, 'new', `${1_700_000_000 + number}.M${number}.host`)
    await writeFile(path, sorted(label, number))
    await chown(path, MAIL, MAIL)
  }
  await run('chown', ['-R', `${MAIL}:${MAIL}`, join(folder.path, 'mail')])
}

const answers = (at: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(at, '127.0.0.1')
    socket.once('data', bytes => {
      resolve(bytes.toString().startsWith('* OK'))
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
  })

const open = () => ImapMailbox.open(`imap://bob@127.0.0.1:${port}`, 'secret', load)

test('folders are sorted by their use, read to the end, and from a position on; the mailbox stays unread', async () => {
  const mailbox = await open()
  const sources = await mailbox.sources(new Set())
  expect(sources.map(({ name, label, size }) => [name.split('/').at(-1), label, size]).toSorted()).toEqual([
    ['INBOX', 'ham', 130],
    ['Werbung', 'spam', 20],
  ])
  const inbox = sources.find(({ label }) => label === 'ham')
  const messages: { readonly bytes: Buffer; readonly position: string }[] = []
  for await (const message of inbox?.messages(undefined) ?? []) messages.push(message)
  expect(messages).toHaveLength(130)
  const all = new Set(Array.from({ length: 130 }, (_, number) => sorted('ham', number).toString()))
  expect(messages.filter(({ bytes }) => !all.has(bytes.toString()))).toEqual([])
  const rest: string[] = []
  for await (const { position } of inbox?.messages(messages[119]?.position) ?? []) rest.push(position)
  expect(rest).toEqual(messages.slice(120).map(({ position }) => position))
  await mailbox.close()
  const flagged = (await readdir(join(folder.path, 'mail/bob/cur'))).filter(name => /,.*S/.test(name))
  expect(flagged).toEqual([])
}, 60_000)

test('a wrong password ends with what the server has answered', async () => {
  await expect(ImapMailbox.open(`imap://bob@127.0.0.1:${port}`, 'wrong', load)).rejects.toThrow(
    'cannot be read: Authentication failed',
  )
}, 60_000)
