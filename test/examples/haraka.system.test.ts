/** The example for Haraka: its plugin file and its list of plugins, in a real one. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { letter, names } from '../relay/networks.ts'
import { startHaraka } from '../support/haraka.ts'
import { rawClient } from '../support/raw-client.ts'
import { INSTALL_TIMEOUT } from '../support/services.ts'
import { sink } from '../support/sink.ts'

const read = (file: string) => readFile(new URL(`../../examples/haraka/${file}`, import.meta.url), 'utf8')
const source = (file: string) => JSON.stringify(new URL(`../../src/${file}`, import.meta.url).pathname)

/** The package as `npm install postern` would lay it down, made of its source, in the world of these tests. */
const installed = {
  'node_modules/postern/package.json': JSON.stringify({
    name: 'postern',
    exports: { '.': './index.js', './filters': './filters.js', './haraka': './haraka.js' },
  }),
  'node_modules/postern/index.js': [
    `const { zone } = require(${source('testing/zone.ts')})`,
    `const { postern } = require(${source('index.ts')})`,
    `exports.postern = options => postern({ dns: zone(${JSON.stringify(names)}), name: 'mx.example.net', ...options })`,
  ].join('\n'),
  'node_modules/postern/filters.js': `module.exports = require(${source('filters/index.ts')})`,
  'node_modules/postern/haraka.js': `module.exports = require(${source('adapters/haraka/index.ts')})`,
}

test(
  'honest mail goes on, strangers may not relay',
  async () => {
    await using nextHop = await sink()
    const forward = await read('config/smtp_forward.ini')
    const plugins = (await read('config/plugins')).split('\n').filter(line => line !== '' && !line.startsWith('#'))
    await using haraka = await startHaraka({
      nextHop: nextHop.port,
      plugin: await read('plugins/postern.js'),
      plugins,
      config: { 'smtp_forward.ini': forward.replace('2626', String(nextHop.port)) },
      files: installed,
    })
    const client = rawClient(haraka.port)
    client.send('PROXY TCP4 192.0.2.7 192.0.2.25 40000 25\r\n')
    expect(await client.reply()).toMatch(/^220 /)
    await client.say('EHLO mx.example.org')
    expect(await client.say('MAIL FROM:<alice@example.org>')).toMatch(/^250 /)
    expect(await client.say('RCPT TO:<eve@elsewhere.example>')).toMatch(/^550 5\.7\.1 /)
    expect(await client.say('RCPT TO:<bob@example.net>')).toMatch(/^250 /)
    await client.say('DATA')
    expect(await client.say(`${letter}.`)).toMatch(/^250 /)
    client.destroy()
    expect(nextHop.messages[0]).toMatch(/^Authentication-Results: mx\.example\.net;[\s\S]*spf=pass/)
  },
  INSTALL_TIMEOUT,
)
