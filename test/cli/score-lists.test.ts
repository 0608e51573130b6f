/** `postern score` asks DNS lists about the client: it waits until their test points are known. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { message } from '../../src/testing/message.ts'
import { type DnsServer, dnsServer } from '../support/dns-server.ts'
import { type Scratch, scratch } from '../support/scratch.ts'

let folder: Scratch
let dns: DnsServer
beforeAll(async () => {
  folder = await scratch()
  dns = await dnsServer({
    '2.0.0.127.bl.example.net': { A: '127.0.0.2' },
    '66.2.0.192.bl.example.net': { A: '127.0.0.2' },
  })
  const dnsbl = { zones: [{ zone: 'bl.example.net', points: 6 }] }
  const config = { name: 'mx.example.org', dns: [dns.address], filters: { dnsbl } }
  await writeFile(join(folder.path, 'postern.config.json'), JSON.stringify(config))
  await writeFile(join(folder.path, 'mail.eml'), message())
})
afterAll(async () => {
  await dns.close()
  await folder.remove()
})

test('a listed client costs what its list says', async () => {
  const lines: string[] = []
  const take = (line: string) => void lines.push(line)
  const config = join(folder.path, 'postern.config.json')
  const args = ['score', join(folder.path, 'mail.eml'), '--config', config, '--client', '192.0.2.66']
  await main([...args, '--helo', 'mx.example.com', '--from', 'alice@example.com'], { out: take, error: take })
  expect(lines.join('\n')).toMatch(/^ +\+6 {2}dnsbl\/listed +192\.0\.2\.66 is listed by bl\.example\.net/m)
})
