/** A real Postfix from Debian in its own folder: one port that listens, one next hop, and what a test adds. */
import { execFile } from 'node:child_process'
import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort, scratch } from './scratch.ts'
import { need } from './services.ts'

const run = promisify(execFile)

export interface Postfix extends AsyncDisposable {
  readonly port: number
  /** Its master process, whose children the others are. */
  readonly pid: () => Promise<number>
  /** What its programs have logged. */
  readonly log: () => Promise<string>
  /** The queue ids of mail that waits, or is held. */
  readonly queue: () => Promise<readonly { readonly queue: string; readonly id: string }[]>
}

/** Where the programs of Postfix are, by the packages of Debian. */
const DAEMONS = '/usr/lib/postfix/sbin'

/**
 * Starts Postfix and waits until it listens. The client may name the address it plays (XCLIENT). Mail for example.net
 * goes to `nextHop`. Allow `INSTALL_TIMEOUT`, where it may have to be installed.
 *
 * @param settings further lines of main.cf(5)
 */
export async function startPostfix({
  nextHop,
  settings = {},
}: {
  readonly nextHop: number
  readonly settings?: Readonly<Record<string, string>>
}): Promise<Postfix> {
  const program = await need('postfix', ['postfix'])
  const folder = await scratch('postfix-')
  const [port, owner] = [await freePort(), await accounts()]
  const [config, queue, data] = ['config', 'queue', 'data'].map(name => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  const log = join(folder.path, 'log')
  await chmod(folder.path, 0o755)
  for (const path of [config, queue, data]) await mkdir(path)
  await chown(data, owner.user, owner.group)
  const lines = {
    compatibility_level: '3.6',
    queue_directory: queue,
    data_directory: data,
    command_directory: '/usr/sbin',
    daemon_directory: DAEMONS,
    mail_owner: 'postfix',
    setgid_group: 'postdrop',
    maillog_file: log,
    maillog_file_prefixes: folder.path,
    myhostname: 'mx.example.net',
    mydestination: '',
    relay_domains: 'example.net',
    relay_transport: `smtp:[127.0.0.1]:${nextHop}`,
    default_transport: `smtp:[127.0.0.1]:${nextHop}`,
    mynetworks: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    smtpd_authorized_xclient_hosts: '127.0.0.1',
    smtpd_peername_lookup: 'no',
    disable_dns_lookups: 'yes',
    smtp_dns_support_level: 'disabled',
    smtp_tls_security_level: 'none',
    smtpd_tls_security_level: 'none',
    smtpd_client_connection_count_limit: '0',
    alias_maps: '',
    alias_database: '',
    local_recipient_maps: '',
    ...settings,
  }
  await writeFile(
    join(config, 'main.cf'),
    `${Object.entries(lines)
      .map(pair => pair.join(' = '))
      .join('\n')}\n`,
  )
  await writeFile(join(config, 'master.cf'), `${services(port).join('\n')}\n`)
  const postfix = (...args: readonly string[]) => run(program, ['-c', config, ...args])
  await postfix('start')
  const deadline = Date.now() + 20_000
  while (!(await readFile(log, 'utf8').catch(() => '')).includes('starting the Postfix') && Date.now() < deadline)
    await sleep(20)
  return {
    port,
    pid: async () => Number(await readFile(join(queue, 'pid', 'master.pid'), 'utf8')),
    log: () => readFile(log, 'utf8'),
    queue: async () => {
      const { stdout } = await run('/usr/sbin/postqueue', ['-c', config, '-j'])
      return stdout
        .split('\n')
        .filter(Boolean)
        .map(entry => JSON.parse(entry) as { queue_name: string; queue_id: string })
        .map(entry => ({ queue: entry.queue_name, id: entry.queue_id }))
    },
    [Symbol.asyncDispose]: async () => {
      await postfix('stop').catch(() => undefined)
      await folder.remove()
    },
  }
}

/** master.cf(5): one smtpd on our port, none chrooted. */
const services = (port: number): readonly string[] => [
  `127.0.0.1:${port} inet n - n - - smtpd`,
  'cleanup unix n - n - 0 cleanup',
  'qmgr unix n - n 300 1 qmgr',
  'rewrite unix - - n - - trivial-rewrite',
  'bounce unix - - n - 0 bounce',
  'defer unix - - n - 0 bounce',
  'trace unix - - n - 0 bounce',
  'verify unix - - n - 1 verify',
  'flush unix n - n 1000? 0 flush',
  'proxymap unix - - n - - proxymap',
  'smtp unix - - n - - smtp',
  'showq unix n - n - - showq',
  'error unix - - n - - error',
  'retry unix - - n - - error',
  'discard unix - - n - - discard',
  'anvil unix - - n - 1 anvil',
  'scache unix - - n - 1 scache',
  'tlsmgr unix - - n 1000? 1 tlsmgr',
  'postlog unix-dgram n - n - 1 postlogd',
]

async function accounts(): Promise<{ readonly user: number; readonly group: number }> {
  const row = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find(line => line.startsWith('postfix:'))
    ?.split(':')
  if (row === undefined) throw new Error('there is no user postfix: install the package postfix')
  return { user: Number(row[2]), group: Number(row[3]) }
}
