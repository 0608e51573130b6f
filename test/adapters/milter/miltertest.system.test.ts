/** Postern as a milter, asked by miltertest of Debian (OpenDKIM's), which speaks as libmilter's mail servers do. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { milter } from '../../../src/adapters/milter/index.ts'
import { type Filter, points, postern, quarantine, reject } from '../../../src/index.ts'
import { zone } from '../../../src/testing/zone.ts'
import { scratch } from '../../support/scratch.ts'
import { INSTALL_TIMEOUT, need } from '../../support/services.ts'

const run = promisify(execFile)
let program: string

beforeAll(async () => {
  program = await need('miltertest', ['miltertest'])
}, INSTALL_TIMEOUT)

/** Runs a script; `%PORT%` in it is the milter's. Gives what it prints; a script that errors fails the test. */
async function play(filters: readonly Filter[], script: string): Promise<string> {
  await using folder = await scratch()
  const gateway = postern({ name: 'mx.example.net', dns: zone({}), filters })
  const server = milter(gateway)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const file = join(folder.path, 'script.lua')
  const { port } = server.address() as AddressInfo
  await writeFile(file, script.replaceAll('%PORT%', String(port)))
  try {
    const { stdout } = await run(program, ['-s', file], { timeout: 20_000 })
    return stdout
  } finally {
    server.close()
    await gateway.close()
  }
}

/** Every step up to the end of the message, each to be answered with SMFIR_CONTINUE. */
const upToEnd = `
conn = mt.connect("inet:%PORT%@127.0.0.1")
if conn == nil then error("connect") end
function check(what, result)
  if result ~= nil then error(what) end
end
function continues(what)
  if mt.getreply(conn) ~= SMFIR_CONTINUE then error(what .. " is not continued") end
end
check("conninfo", mt.conninfo(conn, "mx.example.org", "192.0.2.1"))
continues("connect")
check("helo", mt.helo(conn, "mx.example.org"))
continues("helo")
mt.macro(conn, SMFIC_MAIL, "i", "t-verify", "{auth_authen}", "alice")
check("mailfrom", mt.mailfrom(conn, "<alice@example.org>"))
continues("mail")
check("rcptto", mt.rcptto(conn, "<bob@example.net>"))
continues("rcpt")
check("data", mt.data(conn))
check("header", mt.header(conn, "From", "alice@example.org"))
check("header", mt.header(conn, "Authentication-Results", "mx.example.net; dkim=pass"))
check("header", mt.header(conn, "Subject", "miltertest"))
check("eoh", mt.eoh(conn))
check("bodystring", mt.bodystring(conn, "Hello\\r\\n"))
check("eom", mt.eom(conn))
`

test('the fields on top are ours, forged ones go, and the message is accepted', async () => {
  const said = await play(
    [{ name: 'seen', message: () => points(1, 'seen') }],
    `${upToEnd}
if mt.getreply(conn) ~= SMFIR_ACCEPT then error("not accepted: " .. mt.getreply(conn)) end
if not mt.eom_check(conn, MT_HDRINSERT, "X-Spam-Status") then error("no field of ours") end
if not mt.eom_check(conn, MT_HDRDELETE, "Authentication-Results") then error("the forged field stays") end
mt.echo("done")
mt.disconnect(conn)`,
  )
  expect(said).toContain('done')
})

test('what is refused receives our reply; what is odd is held', async () => {
  const refused = await play(
    [{ name: 'no', message: () => reject('5.7.1', 'no') }],
    `${upToEnd}
if mt.getreply(conn) ~= SMFIR_REPLYCODE then error("not refused") end
mt.echo("done")`,
  )
  expect(refused).toContain('done')
  const held = await play(
    [{ name: 'odd', message: () => quarantine('odd') }],
    `${upToEnd}
if mt.getreply(conn) ~= SMFIR_ACCEPT then error("not accepted") end
if not mt.eom_check(conn, MT_QUARANTINE) then error("not held") end
mt.echo("done")`,
  )
  expect(held).toContain('done')
})
