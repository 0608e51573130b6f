/** Debian's Exim, unpacked beside whatever mail server the machine has, saying SMTP on its input. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scratch } from './scratch.ts'
import { unpacked } from './services.ts'

export interface EximSaid {
  readonly replies: string
  /** The envelope and header of each message it has taken. */
  readonly queued: readonly string[]
}

/** Its user, whom only its package would make. */
const ID = 9_925
const USER = `Debian-exim:x:${ID}:${ID}::/:/bin/false\n`
const GROUP = `Debian-exim:x:${ID}:\n`

/** Starts Exim in a folder with its `exim.conf`. Its user and group are there for it alone. */
async function startExim(
  exim: { readonly path: string; readonly libraries: string },
  folder: string,
  args: readonly string[],
): Promise<ChildProcessWithoutNullStreams> {
  const at = (name: string) => join(folder, name)
  await writeFile(at('passwd'), (await readFile('/etc/passwd', 'utf8')) + USER)
  await writeFile(at('group'), (await readFile('/etc/group', 'utf8')) + GROUP)
  const mounted = 'mount --bind "$0" /etc/passwd && mount --bind "$1" /etc/group && shift && exec "$@"'
  const command = [exim.path, '-C', at('exim.conf'), ...args]
  return spawn('unshare', ['--mount', 'sh', '-c', mounted, at('passwd'), at('group'), ...command], {
    env: { ...process.env, LD_LIBRARY_PATH: exim.libraries },
  })
}

/** Sends one message from Exim to an SMTP server on the loopback, in chunks, and returns what Exim has logged. */
export async function eximSends({
  port,
  from,
  to,
  message,
}: {
  readonly port: number
  readonly from: string
  readonly to: string
  readonly message: string
}): Promise<string> {
  const exim = await unpacked('usr/sbin/exim4', 'exim4-daemon-heavy')
  await using folder = await scratch()
  const at = (name: string) => join(folder.path, name)
  const config = `
primary_hostname = mx.example.com
spool_directory = ${at('spool')}
log_file_path = ${at('%slog')}
keep_environment =
exim_user = root
exim_group = root
never_users =
begin routers
out:
  driver = manualroute
  route_list = * 127.0.0.1 byname
  self = send
  transport = out
begin transports
out:
  driver = smtp
  user = Debian-exim
  group = Debian-exim
  port = ${port}
  allow_localhost
  hosts_try_chunking = *
  tls_verify_hosts =
  tls_try_verify_hosts =
`
  await writeFile(at('exim.conf'), config)
  await chown(folder.path, ID, ID)
  const child = await startExim(exim, folder.path, ['-odi', '-oi', '-f', from, to])
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', bytes => {
      said += bytes
    })
  child.stdin.end(message)
  await once(child, 'close')
  return said + (await readFile(at('mainlog'), 'utf8').catch(() => ''))
}

/**
 * Plays `lines` from `ip` to an Exim of this configuration: `main` is put into its main section, `acl` behind it. Allow
 * `INSTALL_TIMEOUT`, where it may have to be fetched.
 */
export async function eximSays({
  main,
  acl,
  ip,
  lines,
}: {
  readonly main: string
  readonly acl: string
  readonly ip: string
  readonly lines: readonly string[]
}): Promise<EximSaid> {
  const exim = await unpacked('usr/sbin/exim4', 'exim4-daemon-heavy')
  await using folder = await scratch()
  const at = (name: string) => join(folder.path, name)
  const own = [
    `spool_directory = ${at('spool')}`,
    `log_file_path = ${at('%slog')}`,
    ...['exim_user = root', 'exim_group = root', 'never_users =', 'queue_only'],
    ...['primary_hostname = mx.example.net', 'host_lookup =', 'rfc1413_query_timeout = 0s', 'acl_smtp_rcpt = accept'],
  ]
  await writeFile(at('exim.conf'), `${own.join('\n')}\n${main}\n${acl}\n`)
  const child = await startExim(exim, folder.path, ['-bs', '-oMa', ip])
  let replies = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', bytes => {
      replies += bytes
    })
  child.stdin.end(`${[...lines, 'QUIT'].join('\r\n')}\r\n`)
  await once(child, 'close')
  const input = join(at('spool'), 'input')
  const heads = (await readdir(input).catch(() => [])).filter(name => name.endsWith('-H'))
  return { replies, queued: await Promise.all(heads.map(name => readFile(join(input, name), 'utf8'))) }
}
